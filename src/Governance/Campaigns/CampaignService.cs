using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Defines campaigns: name, scope, who reviews, how long, how often, and what silence means. For administrators and campaign managers.</summary>
public sealed class CampaignService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, CampaignPreviews previews, CampaignLauncher launcher, CampaignCloser closer, TimeProvider clock)
{
    /// <summary>Makes a definition. Returns its id.</summary>
    public async Task<Outcome<Guid>> DefineAsync(DefinitionInput input, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if ((MayManage(by) ?? DefinitionRules.Check(input, startBefore: null, now)) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            if (await PeopleRefusalAsync(db, input, ct) is { } left)
                return left;
            var definition = new CampaignDefinition
            {
                Id = Ids.New(now),
                Name = string.Empty,
                Scope = string.Empty,
                Stages = string.Empty,
                Review = string.Empty,
                Run = string.Empty,
                FallbackReviewerId = input.FallbackReviewerId,
                CreatedAt = now,
                CreatedBy = by.Name,
            };
            Write(input, definition, now);
            db.CampaignDefinitions.Add(definition);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignDefined, Subjects.Definition, definition.Id, details: input), ct);
            return definition.Id;
        }, ct);
    }

    /// <summary>Changes a definition. A running campaign keeps the settings that it began with.</summary>
    public async Task<Outcome<Done>> ChangeAsync(Guid definitionId, Guid version, DefinitionInput input, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if (MayManage(by) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Changing(() => db.InTransactionAsync<Done>(async () =>
        {
            var definition = await db.CampaignDefinitions.SingleOrDefaultAsync(d => d.Id == definitionId, ct);
            if (definition is null)
                return Refusals.DefinitionGone();
            if (definition.ArchivedAt is not null)
                return Refusals.Archived(definition.Name);
            if (definition.Version != version)
                return Refusals.ChangedMeanwhile(definition.Name);
            if ((DefinitionRules.Check(input, definition.StartsAt, now) ?? await PeopleRefusalAsync(db, input, ct)) is { } refusal)
                return refusal;
            Write(input, definition, now);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignChanged, Subjects.Definition, definition.Id, details: input), ct);
            return Done.Value;
        }, ct));
    }

    /// <summary>Takes a definition out of use: it launches no more, and its campaigns stay as they are. Idempotent.</summary>
    public async Task<Outcome<Done>> ArchiveAsync(Guid definitionId, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if (MayManage(by) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Changing(() => db.InTransactionAsync<Done>(async () =>
        {
            var definition = await db.CampaignDefinitions.SingleOrDefaultAsync(d => d.Id == definitionId, ct);
            if (definition is null)
                return Refusals.DefinitionGone();
            if (definition.ArchivedAt is not null)
                return Done.Value;
            definition.ArchivedAt = now;
            definition.NextLaunchAt = null;
            definition.Version = Ids.New(now);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignArchived, Subjects.Definition, definition.Id), ct);
            return Done.Value;
        }, ct));
    }

    /// <summary>Gives a running campaign more time: reviewers see the new day at once.</summary>
    public async Task<Outcome<Done>> ExtendAsync(Guid campaignId, DateTimeOffset dueAt, string? reason, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if (MayManage(by) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Changing(() => db.InTransactionAsync<Done>(async () =>
        {
            var campaign = await db.Campaigns.SingleOrDefaultAsync(c => c.Id == campaignId, ct);
            if (campaign is null)
                return Refusals.CampaignGone();
            if (campaign.State != CampaignState.Running)
                return Refusals.CampaignClosed(campaign.Name, campaign.ClosedAt);
            if (dueAt <= campaign.DueAt || dueAt <= now || dueAt > campaign.LaunchedAt.AddDays(365))
                return Refusals.DueNotLater(campaign.DueAt);
            var before = campaign.DueAt;
            campaign.DueAt = dueAt.ToUniversalTime();
            campaign.Version = Ids.New(now);
            // The stage that runs gets the time, and those after it come later by as much.
            foreach (var stage in await db.Stages.Where(s => s.CampaignId == campaignId && s.Number >= campaign.StageNumber).ToListAsync(ct))
                (stage.DueAt, stage.ClosedAt) = (stage.DueAt + (campaign.DueAt - before), null);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CampaignExtended, Subjects.Campaign, campaignId, reason, new { before, after = campaign.DueAt }), ct);
            return Done.Value;
        }, ct));
    }

    /// <inheritdoc cref="CampaignPreviews.ForAsync"/>
    public Task<CampaignPreview> PreviewAsync(DefinitionInput input, CancellationToken ct) =>
        previews.ForAsync(input, ct);

    /// <inheritdoc cref="CampaignPreviews.ExcludedAsync"/>
    public Task<IReadOnlyList<ExclusionCount>> ExcludedAsync(DefinitionInput input, CancellationToken ct) => previews.ExcludedAsync(input, ct);

    /// <inheritdoc cref="CampaignLauncher.PrepareAsync"/>
    public Task<Outcome<Guid>> PrepareAsync(Guid definitionId, Actor by, CancellationToken ct) => launcher.PrepareAsync(definitionId, by, ct);

    /// <inheritdoc cref="CampaignLauncher.StartAsync"/>
    public Task<Outcome<Guid>> StartAsync(Guid campaignId, Actor by, CancellationToken ct) => launcher.StartAsync(campaignId, by, ct);

    /// <inheritdoc cref="CampaignLauncher.LaunchAsync(Guid, Actor, CancellationToken)"/>
    public Task<Outcome<Guid>> LaunchAsync(Guid definitionId, Actor by, CancellationToken ct) => launcher.LaunchAsync(definitionId, by, ct);

    /// <inheritdoc cref="CampaignLauncher.LaunchDueAsync"/>
    public Task<int> LaunchDueAsync(CancellationToken ct) => launcher.LaunchDueAsync(ct);

    /// <inheritdoc cref="CampaignCloser.CloseAsync"/>
    public Task<Outcome<Done>> CloseAsync(Guid campaignId, Actor by, CancellationToken ct) => closer.CloseAsync(campaignId, by, ct);

    /// <inheritdoc cref="CampaignCloser.CloseEarlyAsync"/>
    public Task<Outcome<Done>> CloseEarlyAsync(Guid campaignId, string? reason, Actor by, CancellationToken ct) => closer.CloseEarlyAsync(campaignId, reason, by, ct);

    /// <inheritdoc cref="CampaignCloser.CancelAsync"/>
    public Task<Outcome<Done>> CancelAsync(Guid campaignId, string? reason, Actor by, CancellationToken ct) => closer.CancelAsync(campaignId, reason, by, ct);

    /// <inheritdoc cref="CampaignCloser.ApplyAsync"/>
    public Task<Outcome<AppliedCounts>> ApplyAsync(Guid campaignId, Actor by, CancellationToken ct) => closer.ApplyAsync(campaignId, by, ct);

    /// <inheritdoc cref="CampaignCloser.CloseDueAsync"/>
    public Task<int> CloseDueAsync(CancellationToken ct) => closer.CloseDueAsync(ct);

    internal static Refusal? MayManage(Actor by) => Roles.Require(by, Roles.CampaignManager, Roles.Administrator);

    /// <summary>A lost race on a version is a refusal that a person can act on.</summary>
    private static async Task<Outcome<Done>> Changing(Func<Task<Outcome<Done>>> change)
    {
        try
        {
            return await change();
        }
        catch (DbUpdateConcurrencyException)
        {
            return Refusals.ChangedMeanwhile("it");
        }
    }

    private static async Task<Refusal?> PeopleRefusalAsync(GovernanceDb db, DefinitionInput input, CancellationToken ct)
    {
        var named = input.Stages.Select((s, n) => (Number: n + 1, People: s.People.Concat(s.FallbackPeople))).ToList();
        var ids = named.SelectMany(s => s.People).Append(input.FallbackReviewerId).Distinct().ToList();
        var people = await db.People.Where(p => ids.Contains(p.Id)).Select(p => new { p.Id, p.Name, p.Status }).ToDictionaryAsync(p => p.Id, ct);
        if (!people.TryGetValue(input.FallbackReviewerId, out var fallback))
            return Refusals.FallbackMissing();
        if (fallback.Status != PersonStatus.Active)
            return Refusals.FallbackNotActive(fallback.Name);
        return named.SelectMany(s => s.People.Where(p => people.GetValueOrDefault(p) is not { Status: PersonStatus.Active })
            .Select(p => Refusals.StagePersonLeft(s.Number, people.GetValueOrDefault(p)?.Name ?? "Somebody"))).FirstOrDefault();
    }

    private static void Write(DefinitionInput input, CampaignDefinition definition, DateTimeOffset now)
    {
        definition.Name = StorableText.Clean(input.Name.Trim());
        definition.Description = string.IsNullOrWhiteSpace(input.Description) ? null : StorableText.Clean(input.Description.Trim());
        definition.Scope = input.Scope.ToJson();
        definition.FallbackReviewerId = input.FallbackReviewerId;
        var (before, schedule) = (definition.Schedule, input.Schedule);
        (definition.StartsAt, definition.TimeZone, definition.Rule) = (schedule.StartsAt, schedule.TimeZone, schedule.Rule);
        // Unchanged, it goes on where it was: what is due but not yet launched stays due.
        if (schedule != before)
            definition.NextLaunchAt = schedule.NextAfter(now.AddTicks(-1));
        definition.DurationDays = input.TotalDays();
        definition.Stages = CampaignJson.Write(input.StagesInForce());
        definition.Review = CampaignJson.Write(input.Review);
        definition.Run = input.Run.ToJson();
        definition.NoAnswer = input.NoAnswer;
        definition.JustificationOnCertify = input.JustificationOnCertify;
        definition.BlockSelfReview = input.BlockSelfReview;
        definition.Version = Ids.New(now);
    }
}
