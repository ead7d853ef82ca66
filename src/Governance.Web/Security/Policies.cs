using Governance.Common;
using Microsoft.AspNetCore.Authorization;

namespace Governance.Web.Security;

/// <summary>The policies that pages and endpoints name. Whatever names none needs a sign-in: deny by default.</summary>
public static class Policies
{
    /// <summary>Everybody who is signed in: what they see is narrowed to what is theirs.</summary>
    public const string SignedIn = nameof(SignedIn);

    /// <summary>Reads the whole inventory: every role, but not a plain owner.</summary>
    public const string Read = nameof(Read);

    public const string Administer = nameof(Administer);

    public const string ManageCampaigns = nameof(ManageCampaigns);

    /// <summary>Works findings, ownership and revocations.</summary>
    public const string Secure = nameof(Secure);

    /// <summary>Reads evidence and the audit log.</summary>
    public const string Audit = nameof(Audit);

    /// <summary>Registers them, and the fallback that everything else falls to.</summary>
    public static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(SignedIn, p => p.RequireAuthenticatedUser());
        options.AddPolicy(Read, p => p.RequireRole(Roles.All));
        options.AddPolicy(Administer, p => p.RequireRole(Roles.Administrator));
        options.AddPolicy(ManageCampaigns, p => p.RequireRole(Roles.CampaignManager, Roles.Administrator));
        options.AddPolicy(Secure, p => p.RequireRole(Roles.SecurityEngineer, Roles.Administrator));
        options.AddPolicy(Audit, p => p.RequireRole(Roles.Auditor, Roles.Administrator));
        options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
    }
}
