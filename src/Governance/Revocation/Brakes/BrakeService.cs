using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>The brakes as a form edits them.</summary>
public sealed record BrakeChange(bool DryRunOnly, int MaxOrders, int MaxPercent, int NoticeDays, int QuarantineDays, int UnownedGraceDays, int MaxImportAgeHours);

/// <summary>An exemption as lists show it.</summary>
public sealed record ExemptionRow(Guid Id, Guid IdentityId, string Identity, string Reason, DateTimeOffset Until, DateTimeOffset GrantedAt, string GrantedBy);

/// <summary>An identity to choose.</summary>
public sealed record InventoryChoice(Guid Id, string Name, string Source);

/// <summary>Sets the brakes, pulls and releases the stop switch, grants exemptions. Everything here is audited.</summary>
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
        if ((Roles.Require(by, Roles.Administrator) ?? Check(change)) is { } refusal)
            return refusal;
        return await OnSettingsAsync(AuditActions.BrakesChanged, null, by, (settings, _) =>
        {
            var before = Of(settings);
            (settings.DryRunOnly, settings.MaxOrders, settings.MaxPercent) = (change.DryRunOnly, change.MaxOrders, change.MaxPercent);
            (settings.NoticeDays, settings.QuarantineDays) = (change.NoticeDays, change.QuarantineDays);
            (settings.UnownedGraceDays, settings.MaxImportAgeHours) = (change.UnownedGraceDays, change.MaxImportAgeHours);
            return new { before, after = change };
        }, ct);
    }

    /// <summary>Pulls the stop switch: once this returns, no new send starts on any node (I-25).</summary>
    public async Task<Outcome<Done>> StopAsync(string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } refusal)
            return refusal;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("brakes.reason", "Say why everything stops: whoever releases it has to know.", "reason");
        return await OnSettingsAsync(AuditActions.StopSwitched, reason, by, (settings, now) =>
        {
            (settings.Stopped, settings.StoppedBy, settings.StoppedAt, settings.StopReason) = (true, by.Name, now, StorableText.Clean(reason));
            return new { stopped = true };
        }, ct);
    }

    /// <summary>Releases it. What was due goes on.</summary>
    public async Task<Outcome<Done>> ReleaseAsync(string reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("brakes.reason", "Say why it is safe to go on.", "reason");
        return await OnSettingsAsync(AuditActions.StopSwitched, reason, by, (settings, _) =>
        {
            (settings.Stopped, settings.StoppedBy, settings.StoppedAt, settings.StopReason) = (false, null, null, null);
            return new { stopped = false };
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

    private static BrakeChange Of(BrakeSettings s) =>
        new(s.DryRunOnly, s.MaxOrders, s.MaxPercent, s.NoticeDays, s.QuarantineDays, s.UnownedGraceDays, s.MaxImportAgeHours);

    private static Refusal? Check(BrakeChange change) => change switch
    {
        { MaxOrders: < 0 or > 100_000 } => new Refusal("brakes.range", "The limit of orders is a number from 0 to 100,000.", nameof(change.MaxOrders)),
        { MaxPercent: < 0 or > 100 } => new Refusal("brakes.range", "The limit in per cent is a number from 0 to 100.", nameof(change.MaxPercent)),
        { NoticeDays: < 0 or > 365 } => new Refusal("brakes.range", "The notice is 0 to 365 days.", nameof(change.NoticeDays)),
        { QuarantineDays: < 0 or > 365 } => new Refusal("brakes.range", "The quarantine is 0 to 365 days.", nameof(change.QuarantineDays)),
        { UnownedGraceDays: < 0 or > 365 } => new Refusal("brakes.range", "The grace is 0 to 365 days.", nameof(change.UnownedGraceDays)),
        { MaxImportAgeHours: < 1 or > 8760 } => new Refusal("brakes.range", "The age of an import is 1 to 8,760 hours.", nameof(change.MaxImportAgeHours)),
        _ => null,
    };

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
