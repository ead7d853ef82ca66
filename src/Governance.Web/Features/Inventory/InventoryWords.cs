using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Web.Shared;

namespace Governance.Web.Features.Inventory;

/// <summary>The inventory's values in plain words.</summary>
internal static class InventoryWords
{
    public static string Of(IdentityKind kind) => kind switch
    {
        IdentityKind.ServicePrincipal => "Service principal",
        IdentityKind.ManagedIdentity => "Managed identity",
        IdentityKind.ServiceAccount => "Service account",
        IdentityKind.MachineUser => "Machine user",
        IdentityKind.ApiToken => "API token",
        IdentityKind.OAuthGrant => "OAuth grant",
        IdentityKind.AppInstallation => "App installation",
        IdentityKind.McpServer => "MCP server",
        IdentityKind.DatabaseRole => "Database role",
        _ => kind.ToString(),
    };

    public static string Of(SourceSystem system) => system switch
    {
        SourceSystem.Generic => "from CSV",
        SourceSystem.Entra => "Microsoft Entra",
        SourceSystem.Aws => "AWS",
        SourceSystem.Gcp => "Google Cloud",
        SourceSystem.Saas => "SaaS",
        _ => system.ToString(),
    };

    public static string Of(OwnerState state) => state switch
    {
        OwnerState.Accepted => "Has an owner",
        OwnerState.Proposed => "Owner asked",
        OwnerState.Orphaned => "Owner has left",
        _ => "No owner",
    };

    public static string Of(CredentialKind kind) => kind switch
    {
        CredentialKind.ClientSecret => "Client secret",
        CredentialKind.AccessKey => "Access key",
        CredentialKind.ApiKey => "API key",
        CredentialKind.FederatedTrust => "Federated trust",
        _ => kind.ToString(),
    };

    public static string Of(GrantPath path) => path switch
    {
        GrantPath.Delegated => "On behalf of users",
        GrantPath.Role => "As itself, by role",
        GrantPath.Inherited => "Inherited",
        _ => "Direct",
    };

    public static string Of(Reported answer, string yes, string no) => answer switch { Reported.Yes => yes, Reported.No => no, _ => "Not reported" };

    public static string NoUse(UsageState usage) => usage switch { UsageState.NeverUsed => "never", UsageState.OutsideWindow => "not in the source's window", _ => "not reported" };

    public static string NoExpiry(ExpiryState expiry) => expiry switch { ExpiryState.Never => "never", ExpiryState.Sliding => "slides with use", _ => "not reported" };

    /// <summary>The identity in one sentence or two, for someone who never heard of it.</summary>
    public static string Summary(IdentityDetail detail, DateTimeOffset now)
    {
        var i = detail.Identity;
        if (detail.SeenOnlyThroughGrant)
            return $"Only a grant names it: no file of {detail.SourceName} describes it itself. It holds {Count(detail.Grants.Count(g => g.MissingSince is null), "permission")}.";
        var kind = Of(i.Kind);
        var acts = detail.ToolName is null ? "is not known to act for an AI tool" : $"acts for {detail.ToolName}";
        var held = detail.Grants.Where(g => g.MissingSince is null).ToList();
        var privileged = held.Count(g => g.Privileged == Reported.Yes);
        var may = held.Count == 0 ? "its permissions are not reported" : $"it holds {Count(held.Count, "permission")}{(privileged > 0 ? $", {privileged} of them privileged" : null)}";
        var used = i.LastUsedAt is { } last ? $"was last used {Times.Relative(last, now)}" : i.Usage == UsageState.NeverUsed ? "was never used" : "its use is not reported";
        var owner = i.OwnerState == OwnerState.Accepted && detail.OwnerName is not null ? $"{detail.OwnerName} answers for it" : "nobody answers for it";
        return $"A {kind[..1].ToLowerInvariant() + kind[1..]} in {detail.SourceName} that {acts}; {may}. It {used}, and {owner}.".Replace("It its use", "Its use", StringComparison.Ordinal)
            .Replace("A aPI", "An API", StringComparison.Ordinal).Replace("A oAuth", "An OAuth", StringComparison.Ordinal).Replace("A mCP", "An MCP", StringComparison.Ordinal)
            .Replace("A app", "An app", StringComparison.Ordinal).Replace("A agent", "An agent", StringComparison.Ordinal).Replace("A other", "An identity", StringComparison.Ordinal);
    }

    public static string Badge(LifecycleState state) => state.ToString();

    private static string Count(int number, string what) => number == 1 ? $"one {what}" : $"{number} {what}s";
}
