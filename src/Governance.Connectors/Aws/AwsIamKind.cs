using System.Buffers;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Aws;

/// <summary>Users, roles and access keys of one AWS account. See docs/connectors/aws-iam.md for the policy that it needs.</summary>
public sealed class AwsIamKind(TimeProvider clock) : IConnectorKind
{
    private static readonly SearchValues<char> Names = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly IdentityKind[] Holders = [IdentityKind.MachineUser, IdentityKind.Role];

    public string Kind => "aws-iam";

    public string Title => "AWS IAM";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("accessKey", "Access key id", "Of a user made for revoking only: AKIA…"),
        new("base", "IAM address", "For other partitions: https://iam.cn-north-1.amazonaws.com.cn, https://iam.us-gov.amazonaws.com.", Required: false, Default: "https://iam.amazonaws.com"),
        new("region", "Region of the signature", "us-east-1 for IAM, unless the partition is another: cn-north-1, us-gov-west-1.", Required: false, Default: "us-east-1"),
        CommonSettings.AllowPrivate(false),
    ];

    public string? SecretTitle => "Secret access key";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        new(TargetKind.Identity, RevocationVerb.Disable, Reversibility.Reversible, "`PutUserPolicy` or `PutRolePolicy`: inline policy `governance-deny-all`") { Kinds = Holders },
        new(TargetKind.Identity, RevocationVerb.Restore, Reversibility.Reversible, "`DeleteUserPolicy` or `DeleteRolePolicy` of that policy") { Kinds = Holders },
        new(TargetKind.Credential, RevocationVerb.Disable, Reversibility.Reversible, "`UpdateAccessKey` `Status=Inactive`") { Kinds = [IdentityKind.MachineUser] },
        new(TargetKind.Credential, RevocationVerb.Restore, Reversibility.Reversible, "`UpdateAccessKey` with the status before") { Kinds = [IdentityKind.MachineUser] },
        new(TargetKind.Credential, RevocationVerb.Delete, Reversibility.Irreversible, "`DeleteAccessKey`, refused while it is active") { Kinds = [IdentityKind.MachineUser] },
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var endpoint = settings.Endpoint(this, "base");
        if (endpoint.IsRefused)
            return endpoint.Refusal;
        if (settings.Get(this, "accessKey") is not { } key || key.AsSpan().IndexOfAnyExcept(Names) >= 0)
            return new Refusal("connector.setting", "The access key id is 20 capital letters and digits, and begins with AKIA.", "accessKey");
        if (settings.Get(this, "region")!.AsSpan().IndexOfAnyExcept(Names) >= 0)
            return new Refusal("connector.setting", "The region is a name such as us-east-1.", "region");
        return this.Missing(secret) is { } missing ? missing
            : Outcome<IConnector>.From(new AwsIamConnector(new ConnectorHttp(endpoint.Value, new AwsSigner(key, secret!, settings.Get(this, "region")!, "iam", clock), clock)));
    }
}
