using System.Linq.Expressions;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// B6: principals that belong to somebody else's product and stand in every tenant, and what administrators have listed. Microsoft's own first-party tenants, by
/// the owner organisation that Graph reports. Connectors besides refuse the account that they themselves sign in with, and superusers.
/// </summary>
public static class NeverTouch
{
    public const string Id = "B6";

    /// <summary>The tenants that first-party Microsoft applications are owned by.</summary>
    public const string MicrosoftServices = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

    public const string MicrosoftCorporation = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    private const string Escape = "\\";

    /// <summary>Identities that may be revoked at all; the same expression for the database and for one record.</summary>
    public static Expression<Func<Identity, bool>> Allows { get; } =
        i => !i.Attributes.Contains(MicrosoftServices) && !i.Attributes.Contains(MicrosoftCorporation);

    /// <summary>Identities that a pattern in force names.</summary>
    public static IQueryable<Identity> Listed(GovernanceDb db) => db.Identities.Where(i => db.NeverTouchPatterns.Any(p => p.RemovedAt == null
        && (EF.Functions.Like(SqlText.Upper(i.DisplayName), p.Pattern, Escape) || EF.Functions.Like(SqlText.Upper(i.ExternalId), p.Pattern, Escape))));

    public static Brake Held(string name) => new(Id, $"{name} is a first-party Microsoft principal and is never revoked from here.");

    public static Brake HeldByList(string name) => new(Id, $"{name} is on the never-touch list. Two administrators can take it off under Brakes.");

    /// <summary>A text with <c>*</c> as LIKE understands it, in upper case.</summary>
    public static string ToLike(string text) => text.Trim().ToUpperInvariant()
        .Replace(Escape, Escape + Escape, StringComparison.Ordinal).Replace("%", Escape + "%", StringComparison.Ordinal).Replace("_", Escape + "_", StringComparison.Ordinal).Replace('*', '%');
}
