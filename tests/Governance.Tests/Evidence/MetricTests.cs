using Governance.Campaigns;
using Governance.Common;
using Governance.Evidence;
using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Support;
using static Governance.Tests.Evidence.MetricDesk;

namespace Governance.Tests.Evidence;

/// <summary>Each metric with what is met, what isn't, what can't be told, and what lies exactly at its limit.</summary>
public sealed class MetricTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMicroseconds(1);

    [Theory, EachDatabase]
    public async Task M01_a_source_is_fresh_for_seven_days(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (fresh, limit, old, never) = (await desk.Given.SourceAsync(SourceSystem.Entra), await desk.Given.SourceAsync(SourceSystem.Aws), await desk.Given.SourceAsync(SourceSystem.Gcp), await desk.Given.SourceAsync(SourceSystem.GitHub));
        await desk.ImportAsync(fresh, To.AddDays(-1));
        await desk.ImportAsync(limit, To.AddDays(-7));
        await desk.ImportAsync(old, To.AddDays(-7) - Tick);
        await desk.ImportAsync(never, To.AddDays(-1), r => r.State = ImportRunState.Failed);
        await desk.ImportAsync(never, To);
        var rows = (await desk.RowsAsync("M01")).ToDictionary(r => r.Where, r => r.Verdict);
        rows.ShouldBe(new Dictionary<string, Verdicts> { ["Entra"] = Verdicts.Met, ["Aws"] = Verdicts.Met, ["Gcp"] = Verdicts.Exception, ["GitHub"] = Verdicts.Exception }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M02_a_run_reconciles_when_all_that_was_read_is_accounted_for(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        await desk.ImportAsync(null, From, r => (r.Read, r.Created, r.Changed, r.Unchanged) = (6, 1, 2, 3), file: "whole");
        await desk.ImportAsync(null, Noon, r => (r.Read, r.Created, r.Rejected) = (2, 1, 1), file: "rejected");
        await desk.ImportAsync(null, Noon, r => (r.Read, r.Created) = (2, 1), file: "lost");
        await desk.ImportAsync(null, Noon, r => r.State = ImportRunState.Failed, file: "failed");
        await desk.ImportAsync(null, To, r => r.Read = 0, file: "after");
        await desk.ImportAsync(null, From - Tick, r => r.Read = 0, file: "before");
        (await desk.VerdictsAsync("M02")).ShouldBe(new Dictionary<string, Verdicts> { ["whole"] = Verdicts.Met, ["rejected"] = Verdicts.Exception, ["lost"] = Verdicts.Exception, ["failed"] = Verdicts.Exception }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M03_M04_M12_tools_are_understood_approved_and_not_shared(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var known = await desk.Given.ToolAsync("Known", Autonomy.Assistive);
        var vague = await desk.Given.ToolAsync("Vague", Autonomy.Unknown, approved: false);
        var unused = await desk.Given.ToolAsync("Unused");
        await desk.Given.SaveAsync(db =>
        {
            db.Tools.AttachRange(known, vague);
            (known.Vendor, vague.Vendor) = ("Vendor", "Other");
        });
        var whole = await desk.IdentityAsync("whole", i => (i.ToolId, i.Purpose) = (known.Id, "answers questions"));
        await desk.IdentityAsync("no purpose", i => (i.ToolId, i.Purpose) = (known.Id, " "));
        var other = await desk.IdentityAsync("autonomy unknown", i => (i.ToolId, i.Purpose) = (vague.Id, "x"));
        await desk.IdentityAsync("no tool", i => i.Purpose = "x");
        var shares = await desk.IdentityAsync("shares", i => (i.ToolId, i.Purpose) = (known.Id, "x"));
        await desk.CredentialAsync(whole, "k1", c => c.Fingerprint = "own");
        await desk.CredentialAsync(shares, "k2", c => c.Fingerprint = "same");
        await desk.CredentialAsync(other, "k3", c => c.Fingerprint = "same");
        (await desk.VerdictsAsync("M03")).ShouldBe(new Dictionary<string, Verdicts> { ["whole"] = Verdicts.Met, ["no purpose"] = Verdicts.Exception, ["autonomy unknown"] = Verdicts.Exception, ["shares"] = Verdicts.Met }, ignoreOrder: true);
        (await desk.VerdictsAsync("M04")).ShouldBe(new Dictionary<string, Verdicts> { ["Known"] = Verdicts.Met, ["Vague"] = Verdicts.Exception }, ignoreOrder: true);
        (await desk.VerdictsAsync("M12")).ShouldBe(new Dictionary<string, Verdicts> { ["whole"] = Verdicts.Met, ["no purpose"] = Verdicts.Met, ["autonomy unknown"] = Verdicts.Exception, ["shares"] = Verdicts.Exception }, ignoreOrder: true);
        unused.Name.ShouldBe("Unused");
    }

    [Theory, EachDatabase]
    public async Task M06_an_owner_counts_who_accepted_and_is_still_here(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (ada, left, later) = (await desk.Given.PersonAsync("Ada"), await desk.Given.PersonAsync("Left", p => (p.Status, p.LeftOn) = (PersonStatus.Left, To - Tick)), await desk.Given.PersonAsync("Later", p => (p.Status, p.LeftOn) = (PersonStatus.Left, To)));
        await desk.OwnerAsync(await desk.IdentityAsync("owned"), ada);
        await desk.OwnerAsync(await desk.IdentityAsync("by a leaver"), left);
        await desk.OwnerAsync(await desk.IdentityAsync("leaves at the end"), later);
        await desk.OwnerAsync(await desk.IdentityAsync("only asked"), ada, AssignmentState.Proposed);
        await desk.OwnerAsync(await desk.IdentityAsync("technical only"), ada, role: OwnerRole.Technical);
        await desk.OwnerAsync(await desk.IdentityAsync("ended before"), ada, AssignmentState.Ended, ended: To - Tick);
        await desk.OwnerAsync(await desk.IdentityAsync("ended at the end"), ada, AssignmentState.Ended, ended: To);
        await desk.OwnerAsync(await desk.IdentityAsync("accepted at the end"), ada, answered: To);
        await desk.IdentityAsync("gone", i => i.MissingSince = Noon);
        (await desk.VerdictsAsync("M06")).ShouldBe(new Dictionary<string, Verdicts>
        {
            ["owned"] = Verdicts.Met,
            ["by a leaver"] = Verdicts.Exception,
            ["leaves at the end"] = Verdicts.Met,
            ["only asked"] = Verdicts.Exception,
            ["technical only"] = Verdicts.Exception,
            ["ended before"] = Verdicts.Exception,
            ["ended at the end"] = Verdicts.Met,
            ["accepted at the end"] = Verdicts.Exception,
        }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M07_an_acceptance_counts_for_180_days(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var ada = await desk.Given.PersonAsync("Ada");
        await desk.OwnerAsync(await desk.IdentityAsync("at the limit"), ada, answered: To.AddDays(-180));
        await desk.OwnerAsync(await desk.IdentityAsync("too old"), ada, answered: To.AddDays(-180) - Tick);
        var certified = await desk.IdentityAsync("certified since");
        await desk.OwnerAsync(certified, ada, answered: To.AddDays(-400));
        await desk.DecidedAsync(await desk.ItemAsync(await desk.CampaignAsync(Noon), certified, ada), ada, Verdict.Certify, Noon);
        await desk.IdentityAsync("without an owner");
        (await desk.VerdictsAsync("M07")).ShouldBe(new Dictionary<string, Verdicts> { ["at the limit"] = Verdicts.Met, ["too old"] = Verdicts.Exception, ["certified since"] = Verdicts.Met }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M08_what_a_leaver_owned_is_settled_within_seven_days(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (left, next) = (await desk.Given.PersonAsync("Left"), await desk.Given.PersonAsync("Next"));
        async Task<Identity> OrphanAsync(string name, DateTimeOffset known)
        {
            var identity = await desk.IdentityAsync(name);
            await desk.OwnerAsync(identity, left, AssignmentState.Orphaned, Noon.AddDays(-300), known);
            return identity;
        }

        await desk.OwnerAsync(await OrphanAsync("at the limit", Noon), next, answered: Noon.AddDays(7));
        await desk.OwnerAsync(await OrphanAsync("too late", Noon), next, answered: Noon.AddDays(7) + Tick);
        await desk.OwnerAsync(await OrphanAsync("only asked", Noon), next, AssignmentState.Proposed);
        await desk.MovedAsync(await OrphanAsync("disabled", Noon), LifecycleState.Active, LifecycleState.Quarantined, Noon.AddDays(2));
        await OrphanAsync("still open", To.AddDays(-7));
        await OrphanAsync("after the period", To);
        (await desk.VerdictsAsync("M08")).ShouldBe(new Dictionary<string, Verdicts> { ["at the limit"] = Verdicts.Met, ["too late"] = Verdicts.Exception, ["only asked"] = Verdicts.Exception, ["disabled"] = Verdicts.Met, ["still open"] = Verdicts.CannotTell }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M09_a_credential_ends_within_90_days_of_being_made(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var identity = await desk.IdentityAsync("i");
        await desk.CredentialAsync(identity, "limit", c => (c.CreatedAt, c.ExpiresAt, c.Expiry) = (Noon, Noon.AddDays(90), ExpiryState.Known));
        await desk.CredentialAsync(identity, "longer", c => (c.CreatedAt, c.ExpiresAt, c.Expiry) = (Noon, Noon.AddDays(90) + Tick, ExpiryState.Known));
        await desk.CredentialAsync(identity, "never", c => c.Expiry = ExpiryState.Never);
        await desk.CredentialAsync(identity, "not told", c => c.Expiry = ExpiryState.NotReported);
        await desk.CredentialAsync(identity, "trust", c => c.Kind = CredentialKind.FederatedTrust);
        await desk.CredentialAsync(identity, "expired", c => (c.ExpiresAt, c.Expiry) = (To - Tick, ExpiryState.Known));
        await desk.CredentialAsync(identity, "removed", c => c.MissingSince = To - Tick);
        await desk.CredentialAsync(identity, "made after", c => c.CreatedAt = To);
        await desk.CredentialAsync(identity, "disabled", c => c.Enabled = Reported.No);
        (await desk.VerdictsAsync("M09")).ShouldBe(new Dictionary<string, Verdicts> { ["i / limit"] = Verdicts.Met, ["i / longer"] = Verdicts.Exception, ["i / never"] = Verdicts.Exception, ["i / not told"] = Verdicts.CannotTell, ["i / trust"] = Verdicts.Met }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M10_a_secret_is_replaced_within_seven_days_of_its_time(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var identity = await desk.IdentityAsync("i");
        var made = Noon.AddDays(-90);
        await desk.CredentialAsync(identity, "limit", c => (c.CreatedAt, c.MissingSince) = (made, Noon.AddDays(7)));
        await desk.CredentialAsync(identity, "late", c => (c.CreatedAt, c.MissingSince) = (made, Noon.AddDays(7) + Tick));
        await desk.CredentialAsync(identity, "stays", c => c.CreatedAt = made);
        await desk.CredentialAsync(identity, "within", c => c.CreatedAt = To.AddDays(-92));
        await desk.CredentialAsync(identity, "gone before its time", c => (c.CreatedAt, c.MissingSince) = (made, Noon - Tick));
        await desk.CredentialAsync(identity, "due later", c => c.CreatedAt = To.AddDays(-90));
        await desk.CredentialAsync(identity, "age not told");
        (await desk.VerdictsAsync("M10")).ShouldBe(new Dictionary<string, Verdicts> { ["i / limit"] = Verdicts.Met, ["i / late"] = Verdicts.Exception, ["i / stays"] = Verdicts.Exception, ["i / within"] = Verdicts.CannotTell, ["i / age not told"] = Verdicts.CannotTell }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M11_an_autonomous_agent_holds_nothing_longer_than_a_day(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (autonomous, assisted) = (await desk.Given.ToolAsync("Auto", Autonomy.Autonomous), await desk.Given.ToolAsync("Helper", Autonomy.Assistive));
        async Task<Identity> AgentAsync(string name, Guid? tool = null) => await desk.IdentityAsync(name, i => i.ToolId = tool ?? autonomous.Id);
        await desk.CredentialAsync(await AgentAsync("a day"), "k", c => (c.CreatedAt, c.ExpiresAt, c.Expiry) = (To.AddHours(-2), To.AddHours(22), ExpiryState.Known));
        await desk.CredentialAsync(await AgentAsync("longer"), "k", c => (c.CreatedAt, c.ExpiresAt, c.Expiry) = (To.AddHours(-2), To.AddHours(22) + Tick, ExpiryState.Known));
        var mixed = await AgentAsync("mixed");
        await desk.CredentialAsync(mixed, "k1", c => c.Kind = CredentialKind.FederatedTrust);
        await desk.CredentialAsync(mixed, "k2", c => c.Expiry = ExpiryState.Never);
        await desk.CredentialAsync(await AgentAsync("not told"), "k", c => c.Expiry = ExpiryState.NotReported);
        await AgentAsync("nothing reported");
        await AgentAsync("assistive", assisted.Id);
        (await desk.VerdictsAsync("M11")).ShouldBe(new Dictionary<string, Verdicts> { ["a day"] = Verdicts.Met, ["longer"] = Verdicts.Exception, ["mixed"] = Verdicts.Exception, ["not told"] = Verdicts.CannotTell, ["nothing reported"] = Verdicts.CannotTell }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M13_weak_authentication_is_an_exception_and_silence_is_not_strength(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (weak, password, strong, fixedBefore) = (await desk.IdentityAsync("weak"), await desk.IdentityAsync("password"), await desk.IdentityAsync("strong"), await desk.IdentityAsync("mended"));
        await desk.FindingAsync(weak, "F29", Noon, f => (f.State, f.FixedAt) = (FindingState.Fixed, To));
        await desk.CredentialAsync(password, "k", c => c.Kind = CredentialKind.Password);
        await desk.Given.SignAsync(strong, SignKind.WeakAuthentication, Reported.No);
        await desk.FindingAsync(fixedBefore, "F29", Noon, f => (f.State, f.FixedAt) = (FindingState.Fixed, To - Tick));
        await desk.CredentialAsync(fixedBefore, "k", c => c.Kind = CredentialKind.FederatedTrust);
        await desk.IdentityAsync("silent");
        (await desk.VerdictsAsync("M13")).ShouldBe(new Dictionary<string, Verdicts> { ["weak"] = Verdicts.Exception, ["password"] = Verdicts.Exception, ["strong"] = Verdicts.Met, ["mended"] = Verdicts.Met, ["silent"] = Verdicts.CannotTell }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M15_M19_items_are_decided_in_time_and_by_somebody_else(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (ada, maker) = (await desk.Given.PersonAsync("Ada"), await desk.Given.PersonAsync("Maker"));
        var campaign = await desk.CampaignAsync(Noon);
        async Task<ReviewItem> ItemAsync(string name, Guid? creator = null) => await desk.ItemAsync(campaign, await desk.IdentityAsync(name, i => i.CreatorId = creator), ada);
        await desk.DecidedAsync(await ItemAsync("at the due time", maker.Id), ada, Verdict.Certify, Noon);
        await desk.DecidedAsync(await ItemAsync("late", ada.Id), ada, Verdict.Revoke, Noon + Tick);
        await desk.DecidedAsync(await ItemAsync("don't know"), ada, Verdict.DontKnow, Noon.AddDays(-1));
        await ItemAsync("no answer");
        var taken = await ItemAsync("taken back");
        var first = await desk.DecidedAsync(taken, ada, Verdict.Certify, Noon.AddDays(-3));
        await desk.DecidedAsync(taken, ada, Verdict.Certify, Noon.AddDays(-2), first.Id, withdrawn: true);
        var other = await desk.CampaignAsync(To, "due at the end");
        await desk.ItemAsync(other, await desk.IdentityAsync("next period"), ada);
        (await desk.VerdictsAsync("M15")).ShouldBe(new Dictionary<string, Verdicts> { ["at the due time"] = Verdicts.Met, ["late"] = Verdicts.Exception, ["don't know"] = Verdicts.Exception, ["no answer"] = Verdicts.Exception, ["taken back"] = Verdicts.Exception }, ignoreOrder: true);
        (await desk.VerdictsAsync("M19")).ShouldBe(new Dictionary<string, Verdicts> { ["at the due time"] = Verdicts.Met, ["late"] = Verdicts.Exception, ["don't know"] = Verdicts.CannotTell }, ignoreOrder: true);
        (await desk.RowsAsync("M15")).Single(r => r.Name == "late").Why.ShouldBe("because");
    }

    [Theory, EachDatabase]
    public async Task M16_whoever_was_privileged_at_any_time_of_the_period_is_in_its_population(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var ada = await desk.Given.PersonAsync("Ada");
        var campaign = await desk.CampaignAsync(Noon);
        var certified = await desk.IdentityAsync("certified", i => i.Privileged = Reported.Yes);
        await desk.DecidedAsync(await desk.ItemAsync(campaign, certified, ada), ada, Verdict.Certify, From);
        var before = await desk.IdentityAsync("certified before", i => i.Privileged = Reported.Yes);
        await desk.DecidedAsync(await desk.ItemAsync(campaign, before, ada), ada, Verdict.Certify, From - Tick);
        var was = await desk.IdentityAsync("was for a while", i => i.Privileged = Reported.No);
        await desk.ChangedAsync(was, "privileged", "Yes", "No", Noon.AddDays(3));
        var since = await desk.IdentityAsync("only since", i => i.Privileged = Reported.Yes);
        await desk.ChangedAsync(since, "privileged", "No", "Yes", To);
        await desk.IdentityAsync("not told");
        await desk.IdentityAsync("never", i => i.Privileged = Reported.No);
        (await desk.VerdictsAsync("M16")).ShouldBe(new Dictionary<string, Verdicts> { ["certified"] = Verdicts.Met, ["certified before"] = Verdicts.Exception, ["was for a while"] = Verdicts.Exception, ["not told"] = Verdicts.CannotTell }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M17_M18_a_denial_is_done_when_the_source_was_seen_without_it(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var ada = await desk.Given.PersonAsync("Ada");
        var campaign = await desk.CampaignAsync(Noon.AddDays(20));
        async Task<(Identity, Decision)> DeniedAsync(string name, DateTimeOffset at, Action<Identity>? change = null)
        {
            var identity = await desk.IdentityAsync(name, change);
            return (identity, await desk.DecidedAsync(await desk.ItemAsync(campaign, identity, ada), ada, Verdict.Revoke, at));
        }

        var (limit, limitDecision) = await DeniedAsync("at the limit", Noon);
        await desk.OrderAsync(limit, limitDecision.Id, Noon.AddDays(1), RemediationState.Verified, Noon.AddDays(7));
        var (late, lateDecision) = await DeniedAsync("late", Noon);
        await desk.OrderAsync(late, lateDecision.Id, Noon.AddDays(1), RemediationState.Verified, Noon.AddDays(7) + Tick);
        var (word, wordDecision) = await DeniedAsync("a person's word", Noon);
        await desk.OrderAsync(word, wordDecision.Id, Noon.AddDays(1), RemediationState.Succeeded, null);
        await DeniedAsync("nothing happened", Noon);
        await DeniedAsync("still time", To.AddDays(-7));
        await DeniedAsync("no longer imported", Noon, i => i.MissingSince = Noon.AddDays(3));
        (await desk.VerdictsAsync("M17")).ShouldBe(new Dictionary<string, Verdicts>
        {
            ["at the limit"] = Verdicts.Met,
            ["late"] = Verdicts.Exception,
            ["a person's word"] = Verdicts.CannotTell,
            ["nothing happened"] = Verdicts.Exception,
            ["still time"] = Verdicts.CannotTell,
            ["no longer imported"] = Verdicts.Met,
        }, ignoreOrder: true);
        (await desk.RowsAsync("M18")).Where(r => r.Value is not null).ToDictionary(r => r.Name, r => Math.Round(r.Value!.Value, 3)).ShouldBe(new Dictionary<string, double> { ["at the limit"] = 7, ["late"] = 7, ["no longer imported"] = 3 }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M20_M21_permissions_are_used_and_privilege_ends(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (told, silent) = (await desk.IdentityAsync("told"), await desk.IdentityAsync("silent", i => i.ExpiresAt = To.AddDays(5)));
        await desk.Given.GrantAsync(told, "Mail.Read", privileged: Reported.Yes);
        await desk.Given.GrantAsync(told, "s3:GetObject");
        await desk.Given.GrantAsync(told, "Files.Read");
        await desk.Given.GrantAsync(silent, "Mail.Read", privileged: Reported.Yes);
        await desk.CredentialAsync(told, "k", c => c.Expiry = ExpiryState.Never);
        await desk.Given.SaveAsync(db => db.AccessUses.AddRange(
            new AccessUse { IdentityId = told.Id, Access = "Mail.Read", Used = true, LastUsedAt = To.AddDays(-90) },
            new AccessUse { IdentityId = told.Id, Access = "s3", Used = true, LastUsedAt = To.AddDays(-90) - Tick },
            new AccessUse { IdentityId = told.Id, Access = "Files.Read", Used = false }));
        (await desk.RowsAsync("M20")).Select(r => (r.Name, r.Detail.Split(';')[0], r.Verdict)).ShouldBe([("told", "Mail.Read", Verdicts.Met), ("told", "s3:GetObject", Verdicts.Exception), ("told", "Files.Read", Verdicts.Exception), ("silent", "Mail.Read", Verdicts.CannotTell)], ignoreOrder: true);
        (await desk.VerdictsAsync("M21")).ShouldBe(new Dictionary<string, Verdicts> { ["told"] = Verdicts.Exception, ["silent"] = Verdicts.Met }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M23_M24_M25_ends_are_seen_and_in_time(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (seen, unseen) = (await desk.IdentityAsync("seen gone", i => i.State = LifecycleState.Decommissioned), await desk.IdentityAsync("not looked at", i => i.State = LifecycleState.Decommissioned));
        await desk.MovedAsync(seen, LifecycleState.Quarantined, LifecycleState.Decommissioned, From);
        await desk.MovedAsync(unseen, LifecycleState.Quarantined, LifecycleState.Decommissioned, Noon);
        await desk.MovedAsync(await desk.IdentityAsync("before"), LifecycleState.Quarantined, LifecycleState.Decommissioned, From - Tick);
        await desk.OrderAsync(seen, null, From, RemediationState.Verified, Noon, RevocationVerb.Delete);
        (await desk.VerdictsAsync("M23")).ShouldBe(new Dictionary<string, Verdicts> { ["seen gone"] = Verdicts.Met, ["not looked at"] = Verdicts.CannotTell }, ignoreOrder: true);

        var (quick, late, open) = (await desk.IdentityAsync("quick"), await desk.IdentityAsync("late"), await desk.IdentityAsync("open"));
        foreach (var rule in new[] { "F10", "F18" })
        {
            var limit = rule == "F10" ? TimeSpan.FromDays(30) : TimeSpan.FromHours(24);
            await desk.FindingAsync(quick, rule, Noon.AddDays(-20), f => (f.State, f.FixedAt) = (FindingState.Fixed, f.FirstSeenAt + limit));
            await desk.FindingAsync(late, rule, Noon.AddDays(-20), f => (f.State, f.FixedAt) = (FindingState.Fixed, f.FirstSeenAt + limit + Tick));
            await desk.FindingAsync(open, rule, To - limit);
        }

        foreach (var metric in new[] { "M24", "M25" })
            (await desk.VerdictsAsync(metric)).ShouldBe(new Dictionary<string, Verdicts> { ["quick"] = Verdicts.Met, ["late"] = Verdicts.Exception, ["open"] = Verdicts.CannotTell }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M27_use_is_reported_by_a_source_that_was_read_today(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (fresh, stale) = (await desk.Given.SourceAsync(SourceSystem.Aws), await desk.Given.SourceAsync(SourceSystem.Gcp));
        await desk.ImportAsync(fresh, To.AddHours(-24));
        await desk.ImportAsync(stale, To.AddHours(-24) - Tick);
        await desk.Given.IdentityAsync(i => (i.DisplayName, i.Usage) = ("told", UsageState.NeverUsed), fresh);
        await desk.Given.IdentityAsync(i => (i.DisplayName, i.Usage) = ("stale", UsageState.Used), stale);
        await desk.Given.IdentityAsync(i => i.DisplayName = "silent", fresh);
        (await desk.VerdictsAsync("M27")).ShouldBe(new Dictionary<string, Verdicts> { ["told"] = Verdicts.Met, ["stale"] = Verdicts.Exception, ["silent"] = Verdicts.CannotTell }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M28_M29_M30_alarms_findings_and_exceptions_are_dealt_with(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var (ordered, late, accepted, alone) = (await desk.IdentityAsync("ordered"), await desk.IdentityAsync("late"), await desk.IdentityAsync("accepted"), await desk.IdentityAsync("alone"));
        await desk.FindingAsync(ordered, "F25", Noon);
        await desk.OrderAsync(ordered, null, Noon.AddDays(1), RemediationState.Open, null);
        await desk.FindingAsync(late, "F25", Noon, f => (f.State, f.FixedAt) = (FindingState.Fixed, Noon.AddDays(1) + Tick));
        (await desk.VerdictsAsync("M28")).ShouldBe(new Dictionary<string, Verdicts> { ["ordered"] = Verdicts.Met, ["late"] = Verdicts.Exception }, ignoreOrder: true);

        await desk.FindingAsync(accepted, "F06", Noon.AddDays(-29), f => (f.State, f.AcceptedBy, f.ConfirmedBy, f.AcceptedReason, f.AcceptedUntil) = (FindingState.Accepted, "Ada", "Bob", "known", To.AddDays(1)));
        await desk.FindingAsync(alone, "F06", Noon.AddDays(-29), f => (f.State, f.AcceptedBy, f.AcceptedReason, f.AcceptedUntil) = (FindingState.Accepted, "Ada", "known", To));
        await desk.FindingAsync(late, "F06", Noon.AddDays(-29), f => f.Severity = Severity.Medium);
        await desk.FindingAsync(ordered, "F06", Noon.AddDays(-29));
        var m29 = (await desk.RowsAsync("M29")).Where(r => r.Where.StartsWith("F06", StringComparison.Ordinal)).ToDictionary(r => r.Name, r => r.Verdict);
        m29.ShouldBe(new Dictionary<string, Verdicts> { ["accepted"] = Verdicts.Met, ["alone"] = Verdicts.Exception, ["ordered"] = Verdicts.Exception }, ignoreOrder: true);
        (await desk.VerdictsAsync("M30")).ShouldBe(new Dictionary<string, Verdicts> { ["accepted"] = Verdicts.Met, ["alone"] = Verdicts.Exception }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task M31_a_change_of_rules_says_why(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var admin = new Actor(ActorKind.Person, "adm", "Adam", Roles: new HashSet<string> { Roles.Administrator });
        (await desk.Test.Get<Governance.Findings.PolicyService>().ChangeAsync(p => p with { UnusedShare = 60 }, "audit finding 7", admin, CancellationToken.None)).Refusal.ShouldBeNull();
        await using (var db = desk.Test.Open())
            await db.InTransactionAsync(async () =>
            {
                await desk.Test.Get<Governance.Audit.AuditLog>().AppendAsync(db, admin, desk.Test.Now, new Governance.Audit.AuditDraft(Governance.Audit.AuditActions.BrakesChanged, Governance.Audit.Subjects.Identity, "1"), CancellationToken.None);
                return Done.Value;
            }, CancellationToken.None);
        (await desk.RowsAsync("M31")).Select(r => (r.Name, r.Verdict, r.Who, r.Why)).ShouldBe([("findings.policy-changed", Verdicts.Met, "Adam", "audit finding 7"), ("brakes.changed", Verdicts.Exception, "Adam", null)]);
    }

    [Theory, EachDatabase]
    public async Task M32_fifty_answers_that_are_all_yes_ask_for_a_second_look(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var campaign = await desk.CampaignAsync(Noon);
        var identity = await desk.IdentityAsync("i");
        foreach (var (name, count, gap, no) in new[] { ("fifty yes", 50, 60, false), ("forty-nine", 49, 1, false), ("fast", 50, 2, true), ("slow", 50, 3, true) })
        {
            var person = await desk.Given.PersonAsync(name);
            var item = await desk.ItemAsync(campaign, identity, person);
            for (var n = 0; n < count; n++)
                await desk.DecidedAsync(item, person, no && n == 0 ? Verdict.Revoke : Verdict.Certify, Noon.AddSeconds(n * gap));
        }

        (await desk.VerdictsAsync("M32")).ShouldBe(new Dictionary<string, Verdicts> { ["fifty yes"] = Verdicts.Exception, ["forty-nine"] = Verdicts.Met, ["fast"] = Verdicts.Exception, ["slow"] = Verdicts.Met }, ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task A_past_date_gives_what_was_true_then_whatever_happened_since(DatabaseProvider provider)
    {
        await using var desk = await OpenAsync(provider);
        var ada = await desk.Given.PersonAsync("Ada", p => (p.Status, p.LeftOn) = (PersonStatus.Left, To.AddDays(1)));
        var gone = await desk.IdentityAsync("missing since", i => i.MissingSince = To.AddDays(2));
        await desk.ChangedAsync(gone, "missing", "missing since", null, To.AddDays(2));
        var back = await desk.IdentityAsync("was missing then");
        await desk.ChangedAsync(back, "returned", "2026-12-01", null, To.AddDays(1));
        var ended = await desk.IdentityAsync("ended since", i => (i.State, i.StateSince) = (LifecycleState.Decommissioned, To.AddDays(4)));
        await desk.MovedAsync(ended, LifecycleState.Active, LifecycleState.Quarantined, To.AddDays(3));
        await desk.MovedAsync(ended, LifecycleState.Quarantined, LifecycleState.Decommissioned, To.AddDays(4));
        await desk.OwnerAsync(ended, ada, AssignmentState.Ended, ended: To.AddDays(3));
        await desk.ImportAsync(null, To.AddDays(2));
        (await desk.VerdictsAsync("M06")).ShouldBe(new Dictionary<string, Verdicts> { ["missing since"] = Verdicts.Exception, ["ended since"] = Verdicts.Met }, ignoreOrder: true);
    }

    [Fact]
    public void Every_metric_of_the_list_is_there_once_and_says_what_it_counts()
    {
        MetricCatalogue.All.Select(m => m.Id).ShouldBe(Enumerable.Range(1, 35).Select(n => $"M{n:00}"));
        foreach (var metric in MetricCatalogue.All)
        {
            metric.Title.ShouldNotBeNullOrWhiteSpace();
            metric.Population.ShouldEndWith(".");
            metric.Criterion(FindingPolicy.Default).ShouldEndWith(".");
            metric.Unmeasured?.ShouldContain("Attach");
        }
    }
}
