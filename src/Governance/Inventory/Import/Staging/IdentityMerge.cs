using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>What a merge did; read = created + changed + unchanged + rejected.</summary>
internal sealed record MergeCounts(int Created, int Changed, int Unchanged, int Missing, int Returned);

/// <summary>
/// Brings the staged identities of a run into the inventory, in statements that each touch all of them. Runs in the caller's transaction.
/// What people decided (owner, tool by a person, lifecycle) is never touched.
/// </summary>
internal sealed class IdentityMerge(GovernanceDb db, Guid runId, Guid sourceId, bool full, DateTimeOffset now)
{
    private static readonly (string Field, string Column, bool Day)[] Compared =
    [
        ("name", "DisplayName", false), ("kind", "Kind", false), ("enabled", "Enabled", false), ("environment", "Environment", false), ("description", "Description", false),
        ("publisher", "Publisher", false), ("owner hint", "OwnerHint", false), ("creator", "CreatorHint", false), ("purpose", "Purpose", false),
        ("parent", "ParentExternalId", false), ("created in source", "CreatedInSourceAt", true), ("expires", "ExpiresAt", true),
    ];

    private readonly object[] values = [runId, sourceId, db.Time(now)];

    private IQueryable<StagedIdentity> Staged => db.StagedIdentities.Where(s => s.RunId == runId);

    /// <param name="surelyUnchanged">How many the staging noted as unchanged.</param>
    public async Task<MergeCounts> RunAsync(int surelyUnchanged, CancellationToken ct)
    {
        await EntitlementsAsync(ct);
        await ToolsAsync(ct);
        var searchAnew = await NewOnesAsync(ct);
        var returned = 0;
        if (await Staged.AnyAsync(s => s.Outcome == StagedOutcome.Undecided, ct))
        {
            await CompareAsync(ct);
            returned = await Staged.CountAsync(s => s.Outcome == StagedOutcome.Changed && db.Identities.Any(i => i.Id == s.IdentityId && i.MissingSince != null), ct);
            await TellChangesAsync(ct);
            await IdentitiesAsync(ct);
            await CredentialsAsync(ct);
            await GrantsAsync(ct);
            await db.RunAsync(MergeSql.PrivilegedChange(db), values, ct);
            await db.RunAsync(MergeSql.PrivilegedUpdate, values, ct);
        }

        if (await Staged.AnyAsync(s => s.CreatorHint != null, ct))
            await CreatorsAsync(ct);
        if (searchAnew)
            await SearchIndex.RemakeAsync(db, ct);

        var missing = full ? await MissingAsync(ct) : 0;
        if (!full)
            await db.Identities.Where(i => db.StagedSeen.Any(s => s.RunId == runId && s.IdentityId == i.Id)).ExecuteUpdateAsync(u => u.SetProperty(i => i.LastSeenAt, now), ct);
        var counts = await Staged.GroupBy(s => s.Outcome).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        return new MergeCounts(
            counts.GetValueOrDefault(StagedOutcome.Created), counts.GetValueOrDefault(StagedOutcome.Changed), counts.GetValueOrDefault(StagedOutcome.Unchanged) + surelyUnchanged, missing, returned);
    }

    /// <summary>Returns whether the search's index is to be made anew.</summary>
    private async Task<bool> NewOnesAsync(CancellationToken ct)
    {
        var coming = await Staged.CountAsync(s => s.Outcome == StagedOutcome.Created, ct);
        var searchAnew = await SearchIndex.PutAwayAsync(db, coming, ct);
        var indexes = await BulkIndexes.PutAwayAsync(db, coming, ["Identities", "Credentials", "Grants"], ct);
        await db.RunAsync(MergeSql.NewIdentities, values, ct);
        await db.RunAsync(MergeSql.FreshCredentials(db), values, ct);
        await db.RunAsync(MergeSql.FreshGrants(db), values, ct);
        await BulkIndexes.MakeAgainAsync(db, indexes, ct);
        return searchAnew;
    }

    private async Task EntitlementsAsync(CancellationToken ct)
    {
        await db.RunAsync(MergeSql.NewEntitlements(db), values, ct);
        await db.Entitlements.Join(db.StagedEntitlements.Where(s => s.RunId == runId && !s.Fresh && s.NativeKey == null), e => e.Id, s => s.EntitlementId, (e, s) => new { e, s })
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.e.Privileged, x => x.s.Privileged), ct);
        if (!await db.StagedEntitlements.AnyAsync(s => s.RunId == runId && s.NativeKey != null, ct))
            return;
        await db.RunAsync(MergeSql.GrantsNamed, values, ct);
        await db.RunAsync(MergeSql.GrantsNamedTwice, values, ct);
        await db.RunAsync(MergeSql.AliasesMoved, values, ct);
        await db.RunAsync(MergeSql.NewAliases, values, ct);
    }

    private async Task<int> MissingAsync(CancellationToken ct)
    {
        await db.RunAsync(MergeSql.MissingChange(db), values, ct);
        return await db.Identities.Where(i => i.SourceId == sourceId && i.MissingSince == null
                && !db.StagedSeen.Any(s => s.RunId == runId && s.IdentityId == i.Id) && !Staged.Any(s => s.IdentityId == i.Id)
                && !db.ImportRejects.Any(r => r.RunId == runId && r.Key == i.ExternalId))
            .ExecuteUpdateAsync(u => u.SetProperty(i => i.MissingSince, now).SetProperty(i => i.LastChangedRunId, runId), ct);
    }

    /// <summary>Which of those that may have changed did.</summary>
    private async Task CompareAsync(CancellationToken ct)
    {
        var undecided = Staged.Where(s => s.Outcome == StagedOutcome.Undecided);
        await undecided.Where(s =>
                db.Identities.Any(i => i.Id == s.IdentityId && (i.MissingSince != null || (s.ContentHash != "" && s.ContentHash != i.ContentHash)
                    || (s.ContentHash == "" && s.Usage != UsageState.NotReported && (i.Usage != s.Usage || i.LastUsedAt != s.LastUsedAt))))
                || ((s.ContentHash == "" || !s.CredentialsComplete) && db.StagedCredentials.Any(c => c.RunId == runId && c.IdentityId == s.IdentityId
                    && !db.Credentials.Any(o => o.IdentityId == c.IdentityId && o.ExternalId == c.ExternalId && o.MissingSince == null && o.Kind == c.Kind && o.DisplayName == c.DisplayName
                        && o.CreatedAt == c.CreatedAt && o.ExpiresAt == c.ExpiresAt && o.Expiry == c.Expiry && o.LastUsedAt == c.LastUsedAt && o.Usage == c.Usage && o.Enabled == c.Enabled
                        && (c.Fingerprint == null || o.Fingerprint == c.Fingerprint))))
                || (s.ContentHash == "" && s.CredentialsComplete && db.Credentials.Any(o => o.IdentityId == s.IdentityId && o.MissingSince == null
                    && !db.StagedCredentials.Any(c => c.RunId == runId && c.IdentityId == o.IdentityId && c.ExternalId == o.ExternalId)))
                || db.StagedGrants.Any(g => g.RunId == runId && g.IdentityId == s.IdentityId
                    && !db.Grants.Any(o => o.IdentityId == g.IdentityId && o.EntitlementId == g.EntitlementId && o.Path == g.Path && o.MissingSince == null))
                || (s.GrantCoverage != GrantCoverage.None && db.Grants.Any(o => o.IdentityId == s.IdentityId && o.MissingSince == null && o.InheritedFromId == null
                    && (s.GrantCoverage == GrantCoverage.All || (s.GrantCoverage == GrantCoverage.Delegated && o.Path == GrantPath.Delegated) || (s.GrantCoverage == GrantCoverage.Role && o.Path == GrantPath.Role)
                        || (s.GrantCoverage == GrantCoverage.DelegatedAndRole && (o.Path == GrantPath.Delegated || o.Path == GrantPath.Role)))
                    && !db.StagedGrants.Any(g => g.RunId == runId && g.IdentityId == o.IdentityId && g.EntitlementId == o.EntitlementId && g.Path == o.Path))))
            .ExecuteUpdateAsync(u => u.SetProperty(s => s.Outcome, StagedOutcome.Changed), ct);
        await undecided.ExecuteUpdateAsync(u => u.SetProperty(s => s.Outcome, StagedOutcome.Unchanged), ct);
    }

    private async Task TellChangesAsync(CancellationToken ct)
    {
        foreach (var (field, column, day) in Compared)
            await db.RunAsync(MergeSql.FieldChange(db, field, column, day), values, ct);
        await db.RunAsync(MergeSql.ReturnedChange(db), values, ct);
        await db.RunAsync(MergeSql.CredentialAdded(db), values, ct);
        await db.RunAsync(MergeSql.CredentialRemoved(db), values, ct);
        await db.RunAsync(MergeSql.GrantAdded(db), values, ct);
        await db.RunAsync(MergeSql.GrantRemoved(db), values, ct);
    }

    private async Task IdentitiesAsync(CancellationToken ct)
    {
        await db.Identities.Join(Staged, i => i.Id, s => s.IdentityId, (i, s) => new { i, s }).Where(x => x.s.Outcome == StagedOutcome.Changed && x.s.ContentHash != "")
            .ExecuteUpdateAsync(u => u
                .SetProperty(x => x.i.Kind, x => x.s.Kind).SetProperty(x => x.i.DisplayName, x => x.s.DisplayName).SetProperty(x => x.i.Description, x => x.s.Description)
                .SetProperty(x => x.i.Enabled, x => x.s.Enabled).SetProperty(x => x.i.Environment, x => x.s.Environment).SetProperty(x => x.i.Publisher, x => x.s.Publisher)
                .SetProperty(x => x.i.ParentExternalId, x => x.s.ParentExternalId).SetProperty(x => x.i.OwnerHint, x => x.s.OwnerHint).SetProperty(x => x.i.CreatorHint, x => x.s.CreatorHint)
                .SetProperty(x => x.i.Purpose, x => x.s.Purpose).SetProperty(x => x.i.CreatedInSourceAt, x => x.s.CreatedInSourceAt)
                .SetProperty(x => x.i.LastUsedAt, x => x.s.Usage == UsageState.NotReported ? x.i.LastUsedAt : x.s.LastUsedAt)
                .SetProperty(x => x.i.Usage, x => x.s.Usage == UsageState.NotReported ? x.i.Usage : x.s.Usage).SetProperty(x => x.i.ExpiresAt, x => x.i.EndDecidedBy != null ? x.i.ExpiresAt : x.s.ExpiresAt).SetProperty(x => x.i.Attributes, x => x.s.Attributes)
                .SetProperty(x => x.i.ContentHash, x => x.s.ContentHash), ct);
        await db.Identities.Join(Staged, i => i.Id, s => s.IdentityId, (i, s) => new { i, s }).Where(x => x.s.Outcome == StagedOutcome.Changed && x.s.ContentHash == "" && x.s.Usage != UsageState.NotReported)
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.i.LastUsedAt, x => x.s.LastUsedAt).SetProperty(x => x.i.Usage, x => x.s.Usage), ct);
        await db.Identities.Join(Staged, i => i.Id, s => s.IdentityId, (i, s) => new { i, s }).Where(x => x.s.Outcome == StagedOutcome.Changed)
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.i.MissingSince, (DateTimeOffset?)null).SetProperty(x => x.i.LastChangedRunId, runId).SetProperty(x => x.i.Version, x => x.s.Version), ct);
        await db.Identities.Join(Staged.Where(s => s.Outcome != StagedOutcome.Created), i => i.Id, s => s.IdentityId, (i, s) => new { i, s })
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.i.LastSeenAt, now).SetProperty(x => x.i.RecordHash, x => x.s.RecordHash), ct);
    }

    private async Task CredentialsAsync(CancellationToken ct)
    {
        await db.Credentials.Join(db.StagedCredentials.Where(c => c.RunId == runId && !c.Fresh), o => new { o.IdentityId, o.ExternalId }, c => new { c.IdentityId, c.ExternalId }, (o, c) => new { o, c })
            .Where(x => Staged.Any(s => s.IdentityId == x.c.IdentityId && s.Outcome == StagedOutcome.Changed))
            .ExecuteUpdateAsync(u => u
                .SetProperty(x => x.o.Kind, x => x.c.Kind).SetProperty(x => x.o.DisplayName, x => x.c.DisplayName).SetProperty(x => x.o.CreatedAt, x => x.c.CreatedAt)
                .SetProperty(x => x.o.ExpiresAt, x => x.c.ExpiresAt).SetProperty(x => x.o.Expiry, x => x.c.Expiry).SetProperty(x => x.o.LastUsedAt, x => x.c.LastUsedAt)
                .SetProperty(x => x.o.Usage, x => x.c.Usage).SetProperty(x => x.o.Enabled, x => x.c.Enabled).SetProperty(x => x.o.Fingerprint, x => x.c.Fingerprint ?? x.o.Fingerprint)
                .SetProperty(x => x.o.MissingSince, (DateTimeOffset?)null), ct);
        await db.RunAsync(MergeSql.NewCredentials(db), values, ct);
        await db.Credentials.Where(o => o.MissingSince == null && Staged.Any(s => s.IdentityId == o.IdentityId && s.Outcome == StagedOutcome.Changed && s.CredentialsComplete)
                && !db.StagedCredentials.Any(c => c.RunId == runId && c.IdentityId == o.IdentityId && c.ExternalId == o.ExternalId))
            .ExecuteUpdateAsync(u => u.SetProperty(o => o.MissingSince, now), ct);
    }

    private async Task GrantsAsync(CancellationToken ct)
    {
        await db.Grants.Join(db.StagedGrants.Where(g => g.RunId == runId && !g.Fresh), o => new { o.IdentityId, o.EntitlementId, o.Path }, g => new { g.IdentityId, g.EntitlementId, g.Path }, (o, g) => new { o, g })
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.o.Consent, x => x.g.Consent).SetProperty(x => x.o.Via, x => x.g.Via).SetProperty(x => x.o.GrantedAt, x => x.g.GrantedAt).SetProperty(x => x.o.MissingSince, (DateTimeOffset?)null), ct);
        await db.RunAsync(MergeSql.NewGrants(db), values, ct);
        await db.Grants.Where(o => o.MissingSince == null && o.InheritedFromId == null
                && Staged.Any(s => s.IdentityId == o.IdentityId && s.Outcome == StagedOutcome.Changed
                    && (s.GrantCoverage == GrantCoverage.All || (s.GrantCoverage == GrantCoverage.Delegated && o.Path == GrantPath.Delegated) || (s.GrantCoverage == GrantCoverage.Role && o.Path == GrantPath.Role)
                        || (s.GrantCoverage == GrantCoverage.DelegatedAndRole && (o.Path == GrantPath.Delegated || o.Path == GrantPath.Role))))
                && !db.StagedGrants.Any(g => g.RunId == runId && g.IdentityId == o.IdentityId && g.EntitlementId == o.EntitlementId && g.Path == o.Path))
            .ExecuteUpdateAsync(u => u.SetProperty(o => o.MissingSince, now), ct);
    }

    /// <summary>Tools that the file or the catalogue names; never over a person's choice.</summary>
    private async Task ToolsAsync(CancellationToken ct)
    {
        var named = await Staged.Where(s => s.ToolName != null && !db.Tools.Any(t => t.Name == s.ToolName)).GroupBy(s => s.ToolName!)
            .Select(g => new { Name = g.Key, Vendor = g.Min(s => s.ToolVendor), Autonomy = g.Max(s => (string)(object)s.ToolAutonomy), Catalogue = g.Min(s => s.ToolCatalogue) }).ToListAsync(ct);
        db.Tools.AddRange(named.Select(t => new Tool
        {
            Id = Ids.New(now),
            Name = t.Name,
            Vendor = t.Vendor,
            Autonomy = Enum.Parse<Autonomy>(t.Autonomy!),
            FromCatalogue = t.Catalogue is not null,
            CreatedAt = now,
        }));
        await db.SaveChangesAsync(ct);
        await db.Tools.Where(t => t.Autonomy == Autonomy.Unknown).Join(Staged.Where(s => s.ToolAutonomy != Autonomy.Unknown), t => t.Name, s => s.ToolName, (t, s) => new { t, s })
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.t.Autonomy, x => x.s.ToolAutonomy), ct);
        await db.Identities.Where(i => i.ToolDecidedBy == null).Join(Staged.Where(s => s.Outcome == StagedOutcome.Undecided && s.ContentHash != ""), i => i.Id, s => s.IdentityId, (i, s) => new { i, s })
            .Where(x => x.i.ContentHash != x.s.ContentHash || (x.i.ToolEvidence != x.s.ToolEvidence && !db.IdentityEvidence.Any(e => e.IdentityId == x.i.Id)))
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.i.ToolId, x => db.Tools.Where(t => t.Name == x.s.ToolName).Select(t => (Guid?)t.Id).FirstOrDefault())
                .SetProperty(x => x.i.ToolEvidence, x => x.s.ToolEvidence), ct);
    }

    /// <summary>By mail address only: a name may be anyone's.</summary>
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // Translated to SQL lower(), which knows no culture.
    private Task<int> CreatorsAsync(CancellationToken ct) =>
        db.Identities.Where(i => i.CreatorId == null && i.CreatorHint != null && Staged.Any(s => s.IdentityId == i.Id) && db.People.Any(p => p.Mail == i.CreatorHint!.ToLower()))
            .ExecuteUpdateAsync(u => u.SetProperty(i => i.CreatorId, i => db.People.Where(p => p.Mail == i.CreatorHint!.ToLower()).OrderBy(p => p.Id).Select(p => (Guid?)p.Id).FirstOrDefault()), ct);
#pragma warning restore CA1304, CA1311, CA1862, MA0011
}
