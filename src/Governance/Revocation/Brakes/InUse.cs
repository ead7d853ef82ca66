using System.Globalization;
using System.Linq.Expressions;
using Governance.Inventory;
using Governance.Persistence;

namespace Governance.Revocation;

/// <summary>B8: what is in use, or what others inherit from, is asked about and not revoked.</summary>
public static class InUse
{
    public const string Id = "B8";

    /// <summary>Used since the given time, as the source reports it.</summary>
    public static Expression<Func<Identity, bool>> Since(DateTimeOffset from) => i => i.LastUsedAt > from;

    /// <summary>From when use counts as lately.</summary>
    public static DateTimeOffset From(BrakeSettings settings, DateTimeOffset now) => settings.RecentUseDays == 0 ? now.AddYears(100) : now.AddDays(-settings.RecentUseDays);

    public static Brake Used(BrakeSettings settings) => new(Id, string.Create(CultureInfo.InvariantCulture,
        $"Used within the last {settings.RecentUseDays} days, as its source reports. Its owner and their manager, or else the administrators, were asked. Their answer that it may go lifts this, so does an administrator's approval, or {settings.RecentUseDays} days without use."));

    public static Brake HasHeirs { get; } = new(Id, "Other identities of the source inherit from it and would lose access with it. An administrator who has looked at them approves.");

    /// <summary>Identities that others name as their parent.</summary>
    public static Expression<Func<Identity, bool>> Inherited(GovernanceDb db) =>
        i => db.Identities.Any(c => c.SourceId == i.SourceId && c.ParentExternalId == i.ExternalId && c.MissingSince == null && c.Id != i.Id);
}
