using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>The brakes as a form edits them.</summary>
public sealed record BrakeChange(bool DryRunOnly, int MaxOrders, int MaxPercent, int NoticeDays, int QuarantineDays, int UnownedGraceDays, int MaxImportAgeHours)
{
    public int DayMaxOrders { get; init; } = 20;

    public int DayMaxPercent { get; init; } = 2;

    public int AllMaxPercent { get; init; } = 3;

    public int ToolMaxOrders { get; init; } = 10;

    public int OwnerMaxOrders { get; init; } = 10;

    public int ShrinkPercent { get; init; } = 10;

    public int DirectoryPercent { get; init; } = 5;

    public int RecentUseDays { get; init; } = 7;

    public bool ApproveUnobservable { get; init; } = true;

    public int SoakMinutes { get; init; } = 60;

    public int StepsPerMinute { get; init; } = 60;

    /// <summary>The limits in force.</summary>
    public static BrakeChange Of(BrakeSettings s) => new(s.DryRunOnly, s.MaxOrders, s.MaxPercent, s.NoticeDays, s.QuarantineDays, s.UnownedGraceDays, s.MaxImportAgeHours)
    {
        DayMaxOrders = s.DayMaxOrders,
        DayMaxPercent = s.DayMaxPercent,
        AllMaxPercent = s.AllMaxPercent,
        ToolMaxOrders = s.ToolMaxOrders,
        OwnerMaxOrders = s.OwnerMaxOrders,
        ShrinkPercent = s.ShrinkPercent,
        DirectoryPercent = s.DirectoryPercent,
        RecentUseDays = s.RecentUseDays,
        ApproveUnobservable = s.ApproveUnobservable,
        SoakMinutes = s.SoakMinutes,
        StepsPerMinute = s.StepsPerMinute,
    };

    internal void ApplyTo(BrakeSettings s)
    {
        (s.DryRunOnly, s.MaxOrders, s.MaxPercent, s.NoticeDays, s.QuarantineDays) = (DryRunOnly, MaxOrders, MaxPercent, NoticeDays, QuarantineDays);
        (s.UnownedGraceDays, s.MaxImportAgeHours, s.DayMaxOrders, s.DayMaxPercent, s.AllMaxPercent) = (UnownedGraceDays, MaxImportAgeHours, DayMaxOrders, DayMaxPercent, AllMaxPercent);
        (s.ToolMaxOrders, s.OwnerMaxOrders, s.ShrinkPercent, s.DirectoryPercent) = (ToolMaxOrders, OwnerMaxOrders, ShrinkPercent, DirectoryPercent);
        (s.RecentUseDays, s.ApproveUnobservable, s.SoakMinutes, s.StepsPerMinute) = (RecentUseDays, ApproveUnobservable, SoakMinutes, StepsPerMinute);
    }

    internal Refusal? Check() =>
        Range(nameof(MaxOrders), MaxOrders, 0, 100_000, "The limit of orders") ?? Range(nameof(MaxPercent), MaxPercent, 0, 100, "The limit in per cent")
        ?? Range(nameof(DayMaxOrders), DayMaxOrders, 0, 100_000, "The limit of a day") ?? Range(nameof(DayMaxPercent), DayMaxPercent, 0, 100, "The limit of a day in per cent")
        ?? Range(nameof(AllMaxPercent), AllMaxPercent, 0, 100, "The limit of all sources in per cent") ?? Range(nameof(ToolMaxOrders), ToolMaxOrders, 0, 100_000, "The limit of a tool")
        ?? Range(nameof(OwnerMaxOrders), OwnerMaxOrders, 0, 100_000, "The limit of an owner") ?? Range(nameof(NoticeDays), NoticeDays, 0, 365, "The notice in days")
        ?? Range(nameof(QuarantineDays), QuarantineDays, 0, 365, "The quarantine in days") ?? Range(nameof(UnownedGraceDays), UnownedGraceDays, 0, 365, "The grace in days")
        ?? Range(nameof(MaxImportAgeHours), MaxImportAgeHours, 1, 8760, "The age of an import in hours") ?? Range(nameof(ShrinkPercent), ShrinkPercent, 1, 100, "What a source may lose in per cent")
        ?? Range(nameof(DirectoryPercent), DirectoryPercent, 1, 100, "What the directory may lose in per cent") ?? Range(nameof(RecentUseDays), RecentUseDays, 0, 365, "The days of recent use")
        ?? Range(nameof(SoakMinutes), SoakMinutes, 0, 10_080, "The minutes between waves") ?? Range(nameof(StepsPerMinute), StepsPerMinute, 0, 60_000, "The steps a minute");

    private static Refusal? Range(string field, int value, int least, int most, string what) => value < least || value > most
        ? new Refusal("brakes.range", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{what} is a number from {least:N0} to {most:N0}."), field)
        : null;
}

/// <summary>An exemption as lists show it.</summary>
public sealed record ExemptionRow(Guid Id, Guid IdentityId, string Identity, string Reason, DateTimeOffset Until, DateTimeOffset GrantedAt, string GrantedBy);

/// <summary>An identity to choose.</summary>
public sealed record InventoryChoice(Guid Id, string Name, string Source);

/// <summary>Sets the limits, grants exemptions. Everything here is audited.</summary>
public sealed class BrakeService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>The brakes in force.</summary>
    public async Task<BrakeSettings> GetAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
    }

    /// <summary>Changes the limits. Only an administrator loosens or tightens brakes.</summary>
    public async Task<Outcome<Done>> ChangeAsync(BrakeChange change, Actor by, CancellationToken ct)
    {
        if ((Roles.Require(by, Roles.Administrator) ?? change.Check()) is { } refusal)
            return refusal;
        return await OnSettingsAsync(AuditActions.BrakesChanged, null, by, (settings, _) =>
        {
            var before = BrakeChange.Of(settings);
            change.ApplyTo(settings);
            (settings.ChangedBy, settings.ChangedById) = (by.Name, by.Id);
            return new { before, after = change };
        }, ct);
    }

    /// <summary>Leaves an identity alone until a date, at most <see cref="Exemption.MaximumTerm"/> ahead.</summary>
    public async Task<Outcome<Guid>> ExemptAsync(Guid identityId, string reason, DateTimeOffset until, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if ((Roles.Require(by, Roles.Administrator) ?? ExemptionBrake.Check(reason, until, now)) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            await RevocationOrders.LockAsync(db, ct);
            if (!await db.Identities.AnyAsync(i => i.Id == identityId, ct))
                return new Refusal("identity.not-found", "This identity is not in the inventory.");
            if (await db.Exemptions.AnyAsync(e => e.IdentityId == identityId && e.EndedAt == null && e.Until > now, ct))
                return new Refusal("exemption.exists", "It is exempt already. End that exemption first; none is renewed in silence.");
            var exemption = new Exemption { Id = Ids.New(now), IdentityId = identityId, Reason = StorableText.Clean(reason), Until = until.ToUniversalTime(), GrantedAt = now, GrantedBy = by.Name };
            db.Exemptions.Add(exemption);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ExemptionGranted, Subjects.Identity, identityId, reason, new { exemption.Id, exemption.Until }), ct);
            return exemption.Id;
        }, ct);
    }

    /// <summary>Ends an exemption before its date.</summary>
    public async Task<Outcome<Done>> EndExemptionAsync(Guid exemptionId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            var exemption = await db.Exemptions.SingleOrDefaultAsync(e => e.Id == exemptionId, ct);
            if (exemption is null || exemption.EndedAt is not null || exemption.Until <= now)
                return new Refusal("exemption.over", "This exemption has ended already.");
            exemption.EndedAt = now;
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ExemptionEnded, Subjects.Identity, exemption.IdentityId, null, new { exemption.Id }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>The exemptions in force, those that end first at the top, at most 500.</summary>
    public async Task<IReadOnlyList<ExemptionRow>> ExemptionsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var now = clock.Now();
        return await (from e in db.Exemptions.AsNoTracking()
                      join i in db.Identities on e.IdentityId equals i.Id
                      where e.EndedAt == null && e.Until > now
                      orderby e.Until
                      select new ExemptionRow(e.Id, e.IdentityId, i.DisplayName, e.Reason, e.Until, e.GrantedAt, e.GrantedBy)).Take(500).ToListAsync(ct);
    }

    /// <summary>Identities whose name begins so, to choose one that is to be exempt.</summary>
    public async Task<IReadOnlyList<InventoryChoice>> SearchIdentitiesAsync(string? text, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var start = (text ?? string.Empty).Trim();
        return await (from i in db.Identities.AsNoTracking()
                      join s in db.Sources on i.SourceId equals s.Id
                      where i.DisplayName.StartsWith(start)
                      orderby i.DisplayName, i.Id
                      select new InventoryChoice(i.Id, i.DisplayName, s.Name)).Take(take).ToListAsync(ct);
    }

    private async Task<Outcome<Done>> OnSettingsAsync(string action, string? reason, Actor by, Func<BrakeSettings, DateTimeOffset, object> change, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            await RevocationOrders.LockAsync(db, ct);
            var settings = await db.BrakeSettings.SingleAsync(b => b.Id == BrakeSettings.TheId, ct);
            var details = change(settings, now);
            settings.Version = Ids.New(now);
            await audit.AppendAsync(db, by, now, new AuditDraft(action, Subjects.Brakes, "all", reason, details), ct);
            return Done.Value;
        }, ct);
    }
}
