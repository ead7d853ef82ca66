using System.Text.Json;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>One campaign in the list.</summary>
public sealed record CampaignRow(Guid Id, Guid DefinitionId, string Name, CampaignState State, DateTimeOffset LaunchedAt, DateTimeOffset DueAt, int Population, int Decided);

/// <summary>One definition in the list.</summary>
public sealed record DefinitionRow(Guid Id, string Name, CampaignSchedule Schedule, int DurationDays, DateTimeOffset? NextLaunchAt, string FallbackReviewer, Guid? RunningCampaignId);

/// <summary>A definition to be changed.</summary>
/// <param name="Names">Of the people that its stages name.</param>
public sealed record DefinitionDetail(Guid Id, Guid Version, DefinitionInput Input, string FallbackReviewer, DateTimeOffset? ArchivedAt, Guid? RunningCampaignId, IReadOnlyDictionary<Guid, string> Names);

/// <summary>The sources and tools that a scope can name.</summary>
public sealed record ScopeChoices(IReadOnlyList<ScopeChoice> Sources, IReadOnlyList<ScopeChoice> Tools);

public sealed record ScopeChoice(Guid Id, string Name);

/// <summary>An item without a reviewer, to be handed to someone.</summary>
public sealed record UnaskedItem(Guid ItemId, Guid Version, Guid IdentityId, string Name);

/// <summary>How far one reviewer is.</summary>
public sealed record ReviewerProgress(Guid? PersonId, string Name, int Total, int Decided);

/// <summary>What applying would do now, or did. The counts add up to the population.</summary>
/// <param name="SilentAsked">No answer although somebody was asked: the policy for no answer applies to these.</param>
/// <param name="SilentUnasked">No answer because nobody could be asked: nothing follows from it.</param>
public sealed record CampaignEffects(int Certify, int Reduce, int Revoke, int DontKnow, int SilentAsked, int SilentUnasked);

/// <summary>A permission that a reviewer wants gone, and whether the source still names it.</summary>
public sealed record Reduction(Guid IdentityId, string IdentityName, string Permission, string Reviewer, string? Justification, bool StillThere);

/// <summary>One campaign with its progress.</summary>
public sealed record CampaignDetail(Campaign Campaign, string ScopeWords, CampaignEffects Effects, IReadOnlyList<ReviewerProgress> Reviewers, int ReviewerCount, AppliedCounts? Applied);

/// <summary>What pages show of campaigns to those who manage or audit them.</summary>
public sealed class CampaignQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>At most so many reviewers or reductions are listed; the count beside is of all.</summary>
    public const int LongestList = 200;

    /// <summary>One page of campaigns, the newest first.</summary>
    public async Task<Page<CampaignRow>> ListAsync(CampaignState? state, string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var campaigns = db.Campaigns.AsNoTracking().Where(c => state == null || c.State == state);
        var total = await campaigns.Take(Page<CampaignRow>.CountCap).CountAsync(ct);
        if (Guid.TryParse(cursor, out var last) && await db.Campaigns.Where(c => c.Id == last).Select(c => (DateTimeOffset?)c.LaunchedAt).SingleOrDefaultAsync(ct) is { } at)
            campaigns = campaigns.Where(c => c.LaunchedAt < at || (c.LaunchedAt == at && c.Id < last));
        var rows = await campaigns.OrderByDescending(c => c.LaunchedAt).ThenByDescending(c => c.Id).Take(take + 1)
            .Select(c => new CampaignRow(c.Id, c.DefinitionId, c.Name, c.State, c.LaunchedAt, c.DueAt, c.Population, db.ReviewItems.Count(i => i.CampaignId == c.Id && i.Verdict != null)))
            .ToListAsync(ct);
        return new Page<CampaignRow>(rows.Take(take).ToList(), rows.Count > take ? rows[take - 1].Id.ToString("D") : null, total);
    }

    /// <summary>The definitions in use, by name.</summary>
    public async Task<IReadOnlyList<DefinitionRow>> ListDefinitionsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from d in db.CampaignDefinitions.AsNoTracking()
            where d.ArchivedAt == null
            join p in db.People on d.FallbackReviewerId equals p.Id
            orderby d.Name, d.Id
            select new DefinitionRow(
                d.Id, d.Name, new CampaignSchedule(d.StartsAt, d.TimeZone, d.Rule), d.DurationDays, d.NextLaunchAt, p.Name,
                db.Campaigns.Where(c => c.DefinitionId == d.Id && (c.State == CampaignState.Running || c.State == CampaignState.Prepared)).Select(c => (Guid?)c.Id).FirstOrDefault())).Take(LongestList).ToListAsync(ct);
    }

    /// <summary>What a scope can be narrowed by.</summary>
    public async Task<ScopeChoices> ScopeChoicesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return new ScopeChoices(
            await db.Sources.AsNoTracking().OrderBy(s => s.Name).Take(500).Select(s => new ScopeChoice(s.Id, s.Name)).ToListAsync(ct),
            await db.Tools.AsNoTracking().OrderBy(t => t.Name).Take(1000).Select(t => new ScopeChoice(t.Id, t.Name)).ToListAsync(ct));
    }

    public async Task<DefinitionDetail?> FindDefinitionAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var d = await db.CampaignDefinitions.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, ct);
        if (d is null)
            return null;
        var input = new DefinitionInput
        {
            Name = d.Name,
            Description = d.Description,
            Scope = IdentityFilter.FromJson(d.Scope),
            FallbackReviewerId = d.FallbackReviewerId,
            DurationDays = d.DurationDays,
            Recurrence = d.Schedule.Recurrence,
            FirstLaunchAt = d.StartsAt,
            TimeZone = d.TimeZone,
            EndsOn = d.Schedule.EndsOn,
            EndsAfter = d.Schedule.EndsAfter,
            Stages = CampaignJson.Stages(d.Stages),
            Review = CampaignJson.Settings(d.Review),
            Run = RunSettings.FromJson(d.Run),
            NoAnswer = d.NoAnswer,
            JustificationOnCertify = d.JustificationOnCertify,
            BlockSelfReview = d.BlockSelfReview,
        };
        var name = await db.People.Where(p => p.Id == d.FallbackReviewerId).Select(p => p.Name).SingleOrDefaultAsync(ct) ?? string.Empty;
        var running = await db.Campaigns.Where(c => c.DefinitionId == id && (c.State == CampaignState.Running || c.State == CampaignState.Prepared)).Select(c => (Guid?)c.Id).FirstOrDefaultAsync(ct);
        var named = input.Stages.SelectMany(s => s.People.Concat(s.FallbackPeople)).Distinct().ToList();
        var names = await db.People.Where(p => named.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
        return new DefinitionDetail(d.Id, d.Version, input, name, d.ArchivedAt, running, names);
    }

    /// <summary>One campaign with its progress by reviewer, those with most left first.</summary>
    public async Task<CampaignDetail?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct);
        if (campaign is null)
            return null;
        var items = db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == id);
        var verdicts = await items.GroupBy(i => new { i.Verdict, Asked = i.ReviewerId != null }).Select(g => new { g.Key.Verdict, g.Key.Asked, Count = g.Count() }).ToListAsync(ct);
        var byReviewer = await items.GroupBy(i => i.ReviewerId).Select(g => new { g.Key, Total = g.Count(), Decided = g.Count(i => i.Verdict != null) })
            .OrderByDescending(g => g.Total - g.Decided).Take(LongestList).ToListAsync(ct);
        var ids = byReviewer.Select(r => r.Key).ToList();
        var names = await db.People.Where(p => ids.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
        var reviewers = byReviewer.ConvertAll(r => new ReviewerProgress(r.Key, r.Key is { } person ? names.GetValueOrDefault(person, "Unknown") : "Nobody yet", r.Total, r.Decided));
        var count = await items.Where(i => i.ReviewerId != null).Select(i => i.ReviewerId).Distinct().CountAsync(ct);
        var effects = new CampaignEffects(
            Of(Verdict.Certify), Of(Verdict.Reduce), Of(Verdict.Revoke), Of(Verdict.DontKnow),
            verdicts.Where(v => v.Verdict is null && v.Asked).Sum(v => v.Count), verdicts.Where(v => v.Verdict is null && !v.Asked).Sum(v => v.Count));
        var applied = campaign.State == CampaignState.Applied
            ? await CampaignCloser.CountAsync(db, campaign, ct)
            : null;
        return new CampaignDetail(campaign, await ScopeWords.ForAsync(db, IdentityFilter.FromJson(campaign.Scope), ct), effects, reviewers, count, applied);

        int Of(Verdict verdict) => verdicts.Where(v => v.Verdict == verdict).Sum(v => v.Count);
    }

    /// <summary>Items that nobody may review yet.</summary>
    public async Task<IReadOnlyList<UnaskedItem>> ListUnaskedAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await (
            from item in db.ReviewItems.AsNoTracking()
            where item.CampaignId == campaignId && item.ReviewerId == null
            join identity in db.Identities on item.IdentityId equals identity.Id
            orderby identity.Risk descending, identity.DisplayName
            select new UnaskedItem(item.Id, item.Version, identity.Id, identity.DisplayName)).Take(20).ToListAsync(ct);
    }

    /// <summary>
    /// What reviewers said to reduce, permission by permission, with what the source last said: the console takes away whole identities only, so a person removes these there, and the next import shows it.
    /// </summary>
    public async Task<IReadOnlyList<Reduction>> ListReductionsAsync(Guid campaignId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var decided = await (
            from item in db.ReviewItems.AsNoTracking()
            where item.CampaignId == campaignId && item.Verdict == Verdict.Reduce
            join task in db.ReviewTasks.Where(t => t.Verdict == Verdict.Reduce && t.State != TaskState.HandedOn) on item.Id equals task.ItemId
            join decision in db.Decisions on task.DecisionId equals decision.Id
            join identity in db.Identities on item.IdentityId equals identity.Id
            join person in db.People on decision.ReviewerId equals person.Id
            orderby identity.DisplayName
            select new { identity.Id, identity.DisplayName, decision.GrantIds, person.Name, decision.Justification }).Take(LongestList).ToListAsync(ct);
        var wanted = decided.ConvertAll(d => (Decision: d, Grants: JsonSerializer.Deserialize<List<Guid>>(d.GrantIds ?? "[]")!));
        var ids = wanted.SelectMany(w => w.Grants).Distinct().ToList();
        var grants = await (
            from grant in db.Grants.AsNoTracking()
            join entitlement in db.Entitlements on grant.EntitlementId equals entitlement.Id
            where ids.Contains(grant.Id)
            select new { grant.Id, entitlement.Name, entitlement.Resource, Gone = grant.MissingSince != null }).ToDictionaryAsync(g => g.Id, ct);
        return wanted.SelectMany(w => w.Grants.Where(grants.ContainsKey).Select(g => new Reduction(
            w.Decision.Id, w.Decision.DisplayName, grants[g].Resource is { Length: > 0 } on ? $"{grants[g].Name} on {on}" : grants[g].Name, w.Decision.Name, w.Decision.Justification, !grants[g].Gone))).ToList();
    }
}
