using System.Text.Json;

namespace Governance.Inventory;

/// <summary>What the second reading refers to: policies by ARN, groups and users by account and name. From the first reading of all documents.</summary>
internal sealed class AwsLookups
{
    private readonly Dictionary<string, IReadOnlyList<AwsStatement>> policies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Group> groups = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string?> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> weak = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> keys = new(StringComparer.Ordinal);

    public void Learn(AwsKind kind, JsonElement e)
    {
        foreach (var entity in e.List("ServicesLastAccessed").Select(s => s.Text("LastAuthenticatedEntity")).OfType<string>().Where(a => a.Contains(":user/", StringComparison.Ordinal)))
            weak.TryAdd(AwsNames.LastOf(entity), entity);
        var arn = e.Text("Arn");
        if (arn is null)
            return;
        var account = AwsNames.AccountOf(arn) ?? string.Empty;
        if (kind == AwsKind.Policy && DefaultDocument(e) is { } document)
            policies[arn] = AwsStatement.Of(document);
        else if (kind == AwsKind.Group && e.Text("GroupName") is { } group)
            groups[$"{account}/{group}"] = new Group(Inline(e, "GroupPolicyList"), Attached(e));
        else if (kind is AwsKind.User or AwsKind.Role)
            Learn(arn, AwsNames.Key(arn, e.Time("CreateDate")), kind == AwsKind.User ? e.Text("UserName") : null);
    }

    /// <summary>A user or role whose key is known.</summary>
    public void Learn(string arn, string key, string? userName)
    {
        keys[arn] = key;
        if (userName is null)
            return;
        names[$"{AwsNames.AccountOf(arn)}/{userName}"] = key;
        // A name that two accounts of the file have tells of neither.
        names[userName] = names.TryGetValue(userName, out var other) && other != key ? null : key;
    }

    /// <summary>The key of a user of which a file tells only the name, and perhaps the account.</summary>
    public string UserKey(string name, string? account) =>
        (account is not null ? names.GetValueOrDefault($"{account}/{name}") : null) ?? names.GetValueOrDefault(name) ?? (weak.GetValueOrDefault(name) is { } arn && (account is null || AwsNames.AccountOf(arn) == account) ? arn : null) ?? (account is null ? $"user/{name}" : $"arn:aws:iam::{account}:user/{name}");

    /// <summary>The key of a user or role by ARN.</summary>
    public string KeyOf(string arn) => keys.GetValueOrDefault(arn, arn);

    /// <summary>All policies of a user or role, its own and those of its groups; those whose document is not in the file as grants by name.</summary>
    public (IReadOnlyList<AwsPolicy> Policies, IReadOnlyList<GrantRecord> Unresolved) PoliciesOf(JsonElement e, string inlineList, string account)
    {
        var found = Inline(e, inlineList).Select(p => new AwsPolicy($"inline policy {p.Name}", GrantPath.Direct, p.Statements)).ToList();
        var unresolved = new List<GrantRecord>();
        Attach(Attached(e), string.Empty, GrantPath.Direct, found, unresolved);
        foreach (var name in AwsStatement.Texts(e, "GroupList").Distinct(StringComparer.Ordinal))
        {
            if (!groups.TryGetValue($"{account}/{name}", out var group))
            {
                unresolved.Add(new GrantRecord(ShortText.Unique(name, 150), "group", GrantPath.Inherited, Common.Reported.Unknown) { Description = "The group's policies are not in the file", Via = $"group {name}" });
                continue;
            }

            found.AddRange(group.Inline.Select(p => new AwsPolicy($"group {name} > inline policy {p.Name}", GrantPath.Inherited, p.Statements)));
            Attach(group.Attached, $"group {name} > ", GrantPath.Inherited, found, unresolved);
        }

        return (found, unresolved);
    }

    private void Attach(IReadOnlyList<(string Name, string Arn)> attached, string before, GrantPath path, List<AwsPolicy> found, List<GrantRecord> unresolved)
    {
        foreach (var (name, arn) in attached)
        {
            if (policies.TryGetValue(arn, out var statements))
                found.Add(new AwsPolicy($"{before}policy {name}", path, statements));
            else
                unresolved.Add(AwsGrants.Unresolved(name, arn, $"{before}policy {name}", path));
        }
    }

    private static JsonElement? DefaultDocument(JsonElement policy)
    {
        foreach (var version in policy.List("PolicyVersionList"))
        {
            if (version.YesNo("IsDefaultVersion") == Common.Reported.Yes && version.TryGetProperty("Document", out var document))
                return document;
        }

        return null;
    }

    private static List<(string Name, IReadOnlyList<AwsStatement> Statements)> Inline(JsonElement e, string list) =>
        e.List(list).Where(p => p.Has("PolicyDocument")).Select(p => (p.Text("PolicyName") ?? "(no name)", AwsStatement.Of(p.GetProperty("PolicyDocument")))).ToList();

    private static List<(string Name, string Arn)> Attached(JsonElement e) =>
        e.List("AttachedManagedPolicies").Select(p => (p.Text("PolicyName") ?? AwsNames.LastOf(p.Text("PolicyArn") ?? "?"), p.Text("PolicyArn") ?? string.Empty)).ToList();

    private sealed record Group(IReadOnlyList<(string Name, IReadOnlyList<AwsStatement> Statements)> Inline, IReadOnlyList<(string Name, string Arn)> Attached);
}
