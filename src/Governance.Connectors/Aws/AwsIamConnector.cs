using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Revocation;

namespace Governance.Connectors.Aws;

/// <summary>IAM's query API. A user or role is who it was when its ARN and its creation time are those of the inventory; a deny-all policy takes every right and loses nothing.</summary>
internal sealed class AwsIamConnector(ConnectorHttp http) : HttpConnector(http)
{
    private const string Policy = "governance-deny-all";
    private const string DenyAll = """{"Version":"2012-10-17","Statement":[{"Sid":"GovernanceQuarantine","Effect":"Deny","Action":"*","Resource":"*"}]}""";

    public override async Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct)
    {
        var who = AwsTarget.Of(target);
        if (await FindAsync(who, ct) is not { } holder)
            return new Observation(TargetState.Gone, $"no {who.Kind.ToLowerInvariant()} {who.Name}");
        if (!holder.Same)
            return new Observation(TargetState.Gone, $"a {who.Kind.ToLowerInvariant()} of this name is there, made at {holder.Created}: another one");
        if (target.Credential is not null)
        {
            if (await KeyAsync(who, target.Credential, ct) is not { } key)
                return new Observation(TargetState.Gone, "the user has no such access key");
            var name = $"access key ending in {key.Id[^4..]}";
            return new Observation(key.Active ? TargetState.Enabled : TargetState.Disabled, $"{name}: {(key.Active ? "Active" : "Inactive")}", JsonSerializer.Serialize(new { key = target.Credential.ExternalId, active = key.Active })) { ImmutableId = target.Credential.ExternalId };
        }

        var denied = await IsDeniedAsync(who, ct);
        return new Observation(denied ? TargetState.Disabled : TargetState.Enabled, denied ? $"the inline policy {Policy} denies everything" : $"no inline policy {Policy}", JsonSerializer.Serialize(new { arn = who.Arn, made = holder.Created, denied })) { ImmutableId = $"{who.Arn}#{holder.Created}" };
    }

    protected override async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct)
    {
        var who = AwsTarget.Of(command.Target);
        if (who.Arn.Contains(":role/aws-service-role/", StringComparison.Ordinal) || who.Arn.Contains(":role/aws-reserved/", StringComparison.Ordinal))
            throw Refuse($"{NeverTouch.Id}: {who.Name} belongs to AWS itself.");
        var holder = await FindAsync(who, ct);
        if (holder is null)
            return command.Verb == RevocationVerb.Delete ? [] : throw Refuse($"There is no {who.Kind.ToLowerInvariant()} {who.Name} any more.");
        if (!holder.Value.Same)
            throw Reused($"{who.Kind} {who.Name}", who.Created ?? who.Arn, holder.Value.Created);
        if (command.Target.Credential is { } credential)
            return await PlanKeyAsync(command, who, credential, ct);
        var own = await OwnArnAsync(ct);
        if (own == who.Arn)
            throw Refuse($"{NeverTouch.Id}: {who.Name} is what this connector signs in with.");
        return command.Verb switch
        {
            RevocationVerb.Disable => [Deny(who)],
            RevocationVerb.Restore => Was(command.PreState, "denied") ? [Deny(who)] : await IsDeniedAsync(who, ct) ? [Call($"Delete{who.Kind}Policy", (who.NameField, who.Name), ("PolicyName", Policy)) with { Settled = [404] }] : [],
            _ => throw CannotDo(command),
        };
    }

    /// <summary>Its own rights, by IAM's simulator where it may use that.</summary>
    public override async Task<Outcome<string>> TestAsync(CancellationToken ct)
    {
        var own = await OwnArnAsync(ct);
        if (own is null)
            return new Refusal("connector.rights", "Signed in, but it may not read its own user: give it iam:GetUser. docs/connectors/aws-iam.md has the policy.");
        string[] actions = ["iam:GetUser", "iam:GetRole", "iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"];
        var fields = actions.Select((a, i) => ($"ActionNames.member.{(i + 1).ToString(CultureInfo.InvariantCulture)}", a)).Prepend(("PolicySourceArn", own)).ToArray();
        try
        {
            var answer = await AskAsync("SimulatePrincipalPolicy", ct, fields);
            var denied = answer!.Descendants().Where(e => e.Name.LocalName == "member" && Text(e, "EvalDecision") is { } d && d != "allowed").Select(e => Text(e, "EvalActionName")).ToList();
            return denied.Count == 0 ? $"Signed in as {own}. It has every right that the connector uses." : new Refusal("connector.rights", $"Signed in as {own}, but it lacks {string.Join(", ", denied)}.");
        }
        catch (ConnectorException fault) when (fault.OpensBreaker)
        {
            return $"Signed in as {own}. It may not use iam:SimulatePrincipalPolicy, so whether it may do the rest shows when it is used.";
        }
    }

    private static ConnectorCall Deny(AwsTarget who) => Call($"Put{who.Kind}Policy", (who.NameField, who.Name), ("PolicyName", Policy), ("PolicyDocument", DenyAll));

    private async Task<IReadOnlyList<ConnectorCall>> PlanKeyAsync(ConnectorCommand command, AwsTarget who, CredentialTarget credential, CancellationToken ct)
    {
        if (await KeyAsync(who, credential, ct) is not { } key)
            return command.Verb == RevocationVerb.Delete ? [] : throw Refuse("The user has no such access key any more.");
        ConnectorCall Status(bool active) => Call("UpdateAccessKey", ("UserName", who.Name), ("AccessKeyId", key.Id), ("Status", active ? "Active" : "Inactive"));
        return command.Verb switch
        {
            RevocationVerb.Disable => [Status(false)],
            RevocationVerb.Restore => [Status(Was(command.PreState, "active"))],
            RevocationVerb.Delete when key.Active => throw Refuse($"{QuarantineFirst.Id}: the key is active again. It has to be disabled before it is deleted."),
            RevocationVerb.Delete => [Call("DeleteAccessKey", ("UserName", who.Name), ("AccessKeyId", key.Id)) with { Settled = [404] }],
            _ => throw CannotDo(command),
        };
    }

    private async Task<(string Created, bool Same)?> FindAsync(AwsTarget who, CancellationToken ct)
    {
        if (await AskAsync($"Get{who.Kind}", ct, (who.NameField, who.Name)) is not { } answer)
            return null;
        var made = Time(Text(answer, "CreateDate"));
        return (made, Text(answer, "Arn") == who.Arn && (who.Created is null || made == who.Created));
    }

    private async Task<bool> IsDeniedAsync(AwsTarget who, CancellationToken ct) =>
        await AskAsync($"Get{who.Kind}Policy", ct, (who.NameField, who.Name), ("PolicyName", Policy)) is { } answer && Uri.UnescapeDataString(Text(answer, "PolicyDocument") ?? string.Empty) == DenyAll;

    /// <summary>The inventory tells keys apart by when they were made; two of one second can't be.</summary>
    private async Task<(string Id, bool Active)?> KeyAsync(AwsTarget who, CredentialTarget credential, CancellationToken ct)
    {
        var keys = (await AskAsync("ListAccessKeys", ct, ("UserName", who.Name)))?.Descendants().Where(e => e.Name.LocalName == "member")
            .Where(e => $"access-key@{Time(Text(e, "CreateDate"))}" == credential.ExternalId).Select(e => (Id: Text(e, "AccessKeyId")!, Active: Text(e, "Status") == "Active")).ToList() ?? [];
        return keys.Count > 1 ? throw Refuse("Two access keys were made in that second, and the inventory can't tell which is meant. Do it by hand.") : keys is [var one] ? one : null;
    }

    private async Task<string?> OwnArnAsync(CancellationToken ct) => await AskAsync("GetUser", ct) is { } answer ? Text(answer, "Arn") : null;

    private static bool Was(string? preState, string name)
    {
        using var before = JsonDocument.Parse(preState ?? throw NoStateBefore());
        return before.RootElement.Flag(name) == true;
    }

    private static ConnectorCall Call(string action, params (string Name, string Value)[] fields) =>
        ConnectorCall.Post(string.Empty, string.Join('&', fields.Prepend(("Action", action)).Append(("Version", "2010-05-08")).Select(f => $"{f.Item1}={Uri.EscapeDataString(f.Item2)}"))) with { ContentType = "application/x-www-form-urlencoded" };

    private async Task<XElement?> AskAsync(string action, CancellationToken ct, params (string Name, string Value)[] fields)
    {
        var answer = await Http.SendAsync(Call(action, fields) with { OnlyAsks = true, Settled = [404] }, ct);
        if (!answer.Ok)
            return null;
        try
        {
            using var reader = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(answer.Body)), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XElement.Load(reader);
        }
        catch (XmlException fault)
        {
            throw new ConnectorException($"{Http.Host} answered {action} with what is no valid XML.", retryable: true, cause: fault);
        }
    }

    private static string? Text(XElement e, string name) => e.Descendants().FirstOrDefault(d => d.Name.LocalName == name)?.Value;

    private static string Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : "unknown";
}

/// <summary>A user or role as the inventory names it: ARN and creation time.</summary>
internal sealed record AwsTarget(string Arn, string? Created, string Kind, string Name)
{
    public string NameField => Kind + "Name";

    public static AwsTarget Of(ConnectorTarget target)
    {
        var (arn, made) = target.ExternalId.Split('#') is [var a, var m] ? (a, m) : (target.ExternalId, null);
        var parts = arn.Split(':');
        return parts.Length == 6 && parts[2] == "iam" && (parts[5].StartsWith("user/", StringComparison.Ordinal) || parts[5].StartsWith("role/", StringComparison.Ordinal))
            ? new AwsTarget(arn, made, parts[5].StartsWith("user/", StringComparison.Ordinal) ? "User" : "Role", parts[5][(parts[5].LastIndexOf('/') + 1)..])
            : throw new ConnectorException($"{arn} is neither a user nor a role of IAM.", retryable: false);
    }
}
