using Governance.Connectors.Aws;
using Governance.Inventory;
using Governance.Revocation;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Governance.Tests.Connectors;

/// <summary>The parts of IAM's query API that revoke, as docs.aws.amazon.com/IAM/latest/APIReference documents them; it checks each request's signature. Never tried against AWS.</summary>
internal static class AwsService
{
    private const string Arn = "arn:aws:iam::123456789012:user/svc/indexer";
    private const string RoleArn = "arn:aws:iam::123456789012:role/indexer-role";
    private const string Made = "2024-03-01T10:00:00Z";

    public static ConnectorTarget User { get; } = new($"{Arn}#{Made}", "indexer") { Kind = IdentityKind.MachineUser };

    public static ConnectorTarget Role { get; } = new($"{RoleArn}#{Made}", "indexer-role") { Kind = IdentityKind.Role };

    public static CredentialTarget AccessKey { get; } = new("access-key@2024-04-01T10:00:00Z", CredentialKind.AccessKey);

    public static async Task<Bench> StartAsync(RevocationVerb verb, ConnectorTarget target)
    {
        var service = await RecordedService.StartAsync();
        var signer = new AwsSigner("AKIDEXAMPLE", Bench.Secret, "us-east-1", "iam", TimeProvider.System);
        string Action(Feeds.FakeSource.Asked asked) => QueryHelpers.ParseQuery(asked.Body)["Action"].ToString();
        service.Asks = asked => Action(asked) is ['G', 'e', 't', ..] or ['L', 'i', 's', 't', ..] or "SimulatePrincipalPolicy";
        var (made, policy, status) = (Made, new Dictionary<string, string>(StringComparer.Ordinal), "Active");
        RecordedService.Reply Xml(string action, string inner) => new(200, $"""<{action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><{action}Result>{inner}</{action}Result></{action}Response>""", "text/xml");
        RecordedService.Reply Fail(int code, string name) => new(code, $"""<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>{name}</Code><Message>no</Message></Error></ErrorResponse>""", "text/xml");
        service.On("POST", "/", c =>
        {
            var at = c.Headers["X-Amz-Date"].ToString();
            var signed = signer.Sign("POST", "/", string.Empty, [("host", c.Headers.Host.ToString()), ("x-amz-date", at), ("content-type", c.Headers.ContentType.ToString())], c.Asked.Body, at);
            if (signed != c.Asked.Authorization)
                return Fail(403, "SignatureDoesNotMatch");
            var form = QueryHelpers.ParseQuery(c.Asked.Body);
            if (form["Version"] != "2010-05-08")
                throw new BadRequestException("Version");
            string Field(string name) => form.TryGetValue(name, out StringValues v) ? v.ToString() : throw new BadRequestException(name + " is missing");
            var action = form["Action"].ToString();
            switch (action)
            {
                case "GetUser" when !form.ContainsKey("UserName"):
                    return Xml(action, "<User><Arn>arn:aws:iam::123456789012:user/governance</Arn><CreateDate>2023-01-01T00:00:00Z</CreateDate></User>");
                case "SimulatePrincipalPolicy":
                    return Xml(action, $"<EvaluationResults><member><EvalActionName>{Field("ActionNames.member.1")}</EvalActionName><EvalDecision>allowed</EvalDecision></member></EvaluationResults>");
                case "GetUser":
                    return Field("UserName") == "indexer" ? Xml(action, $"<User><UserName>indexer</UserName><Arn>{Arn}</Arn><UserId>AIDA1</UserId><CreateDate>{made}</CreateDate></User>") : Fail(404, "NoSuchEntity");
                case "GetRole":
                    return Field("RoleName") == "indexer-role" ? Xml(action, $"<Role><RoleName>indexer-role</RoleName><Arn>{RoleArn}</Arn><CreateDate>{made}</CreateDate></Role>") : Fail(404, "NoSuchEntity");
                case "GetUserPolicy" or "GetRolePolicy":
                    return policy.TryGetValue(Field("PolicyName"), out var document) ? Xml(action, $"<PolicyName>{Field("PolicyName")}</PolicyName><PolicyDocument>{Uri.EscapeDataString(document)}</PolicyDocument>") : Fail(404, "NoSuchEntity");
                case "PutUserPolicy" or "PutRolePolicy":
                    if (policy.GetValueOrDefault(Field("PolicyName")) != Field("PolicyDocument"))
                        service.Effect("policy put");
                    policy[Field("PolicyName")] = Field("PolicyDocument");
                    return Xml(action, string.Empty);
                case "DeleteUserPolicy" or "DeleteRolePolicy":
                    if (!policy.Remove(Field("PolicyName")))
                        return Fail(404, "NoSuchEntity");
                    service.Effect("policy deleted");
                    return Xml(action, string.Empty);
                case "ListAccessKeys":
                    return Xml(action, "<AccessKeyMetadata>" + (status == "" ? "" : $"<member><UserName>indexer</UserName><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId><Status>{status}</Status><CreateDate>2024-04-01T10:00:00Z</CreateDate></member>") + "<member><UserName>indexer</UserName><AccessKeyId>AKIAI44QH8DHBEXAMPLE</AccessKeyId><Status>Active</Status><CreateDate>2024-05-01T10:00:00Z</CreateDate></member></AccessKeyMetadata>");
                case "UpdateAccessKey":
                    if (Field("AccessKeyId") != "AKIAIOSFODNN7EXAMPLE" || Field("Status") is not ("Active" or "Inactive"))
                        throw new BadRequestException("key or status");
                    if (status != Field("Status"))
                        service.Effect("key " + Field("Status"));
                    status = Field("Status");
                    return Xml(action, string.Empty);
                default:
                    throw new BadRequestException(action);
            }
        });
        return new Bench
        {
            Service = service,
            Kind = new AwsIamKind(TimeProvider.System),
            Target = target,
            Verb = verb,
            TakeName = () => made = "2026-11-01T00:00:00Z",
            Settings = new(StringComparer.Ordinal) { ["accessKey"] = "AKIDEXAMPLE", ["base"] = service.Url, ["allowPrivate"] = "true" },
        };
    }
}
