using Governance.Audit;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Findings;

public sealed class FindingTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static Actor Second { get; } = new(ActorKind.Person, "sam", "Sam Second", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.SecurityEngineer });

    [Theory, EachDatabase]
    public async Task Evidence_names_the_day_and_the_number(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var identity = await given.IdentityAsync(i => (i.Usage, i.LastUsedAt) = (UsageState.Used, new DateTimeOffset(2026, 3, 1, 23, 59, 59, TimeSpan.Zero)));
        await given.CredentialAsync(identity, change: c => c.Expiry = ExpiryState.Never);
        await given.CredentialAsync(identity, change: c => c.Expiry = ExpiryState.Never);
        await test.Get<FindingService>().EvaluateAsync(None);
        var rows = await test.Get<FindingQueries>().ForIdentityAsync(identity.Id, None);
        rows.Single(r => r.RuleId == "F10").Evidence.ShouldBe("Last used on 2026-03-01.");
        rows.Single(r => r.RuleId == "F06").Evidence.ShouldBe("Live secrets that never expire: 2.");
        rows.Single(r => r.RuleId == "F01").Evidence.ShouldBe("No accepted owner since 2026-11-24; nobody was asked.");
    }

    [Theory, EachDatabase]
    public async Task An_old_secret_of_a_privileged_identity_is_one_degree_worse(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        foreach (var privileged in new[] { Reported.Yes, Reported.No })
            await given.CredentialAsync(await given.IdentityAsync(i => i.Privileged = privileged), change: c => c.CreatedAt = test.Now.AddDays(-200));
        await test.Get<FindingService>().EvaluateAsync(None);
        (await SeveritiesAsync()).ShouldBe([Severity.Medium, Severity.High], ignoreOrder: true);
        await using (var db = test.Open())
            await db.Identities.ExecuteUpdateAsync(s => s.SetProperty(i => i.Privileged, Reported.No));
        await test.Get<FindingService>().EvaluateAsync(None);
        (await SeveritiesAsync()).ShouldBe([Severity.Medium, Severity.Medium]);

        async Task<List<Severity>> SeveritiesAsync()
        {
            await using var db = test.Open();
            return await db.Findings.Where(f => f.RuleId == "F07").Select(f => f.Severity).ToListAsync();
        }
    }

    [Theory, EachDatabase]
    public async Task A_finding_is_fixed_when_it_no_longer_holds_and_reopens_when_it_does_again(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var identity = await new Given(test).IdentityAsync(i => i.Privileged = Reported.Yes);
        await test.Get<FindingService>().EvaluateAsync(None);
        (await SetAsync(Reported.No)).ShouldBe((FindingState.Fixed, (DateTimeOffset?)test.Now));
        (await SetAsync(Reported.Yes)).ShouldBe((FindingState.Open, null));

        // The source has merely stopped saying so: that is no cure.
        (await SetAsync(Reported.Unknown)).ShouldBe((FindingState.Open, null));

        async Task<(FindingState, DateTimeOffset?)> SetAsync(Reported privileged)
        {
            test.Clock.Advance(TimeSpan.FromHours(2));
            await using var db = test.Open();
            await db.Identities.ExecuteUpdateAsync(s => s.SetProperty(i => i.Privileged, privileged));
            await test.Get<FindingService>().EvaluateAsync(None);
            var finding = await db.Findings.AsNoTracking().SingleAsync(f => f.RuleId == "F13" && f.IdentityId == identity.Id);
            return (finding.State, finding.FixedAt);
        }
    }

    [Theory, EachDatabase]
    public async Task Evaluating_again_changes_and_says_nothing(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await new RuleCases(test, new Given(test)).MakeAsync("F22");
        (await test.Get<FindingService>().EvaluateAsync(None)).Opened.ShouldBeGreaterThan(0);
        (await test.Get<FindingService>().EvaluateAsync(None)).ChangedAnything.ShouldBeFalse();
        await test.CatchUpAsync();
        await using var db = test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.FindingsEvaluated)).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task An_accepted_risk_counts_for_nothing_and_comes_back_by_itself_after_its_date(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var identity = await new Given(test).IdentityAsync(i => i.Privileged = Reported.No);
        var (service, acceptance, queries) = (test.Get<FindingService>(), test.Get<FindingAcceptance>(), test.Get<FindingQueries>());
        await service.EvaluateAsync(None);
        (await RiskAsync()).ShouldBe(34); // High 20, and 5 % because the environment is not known: 21 points, and 100 × 21 / 61.
        var id = (await queries.ForIdentityAsync(identity.Id, None)).Single().Id;
        (await acceptance.AcceptAsync([id], "legacy, gone by spring", test.Now.AddDays(10), Given.Engineer, None)).Single().Refusal.ShouldBeNull();
        (await RiskAsync()).ShouldBe(34); // A high one counts until a second person has confirmed.
        (await acceptance.ConfirmAsync([id], Given.Engineer, None)).Single().Refusal!.Code.ShouldBe("acceptance.self");
        (await acceptance.AcceptAsync([id], "me too", test.Now.AddDays(10), Second, None)).Single().Refusal!.Code.ShouldBe("finding.asked");
        (await acceptance.ConfirmAsync([id], Given.Visitor, None)).Single().Refusal!.Code.ShouldBe("not.allowed");
        (await acceptance.ConfirmAsync([id], Second, None)).Single().Refusal.ShouldBeNull();
        var taken = (await queries.ForIdentityAsync(identity.Id, None)).Single();
        (taken.AcceptedBy, taken.ConfirmedBy, taken.AcceptedReason, taken.AskedBy).ShouldBe(("Eve Engineer", "Sam Second", "legacy, gone by spring", null));
        (await RiskAsync()).ShouldBe(0);
        (await acceptance.AcceptAsync([id], "again", test.Now.AddDays(10), Given.Engineer, None)).Single().Refusal!.Code.ShouldBe("finding.accepted");
        await service.EvaluateAsync(None);
        (await queries.ForIdentityAsync(identity.Id, None)).Single().State.ShouldBe(FindingState.Accepted);

        test.Clock.Advance(TimeSpan.FromDays(10));
        (await service.EvaluateAsync(None)).Lapsed.ShouldBe(1);
        (await queries.ForIdentityAsync(identity.Id, None)).Single().State.ShouldBe(FindingState.Open);
        (await RiskAsync()).ShouldBe(34);

        async Task<int> RiskAsync()
        {
            await using var db = test.Open();
            return await db.Identities.Where(i => i.Id == identity.Id).Select(i => i.Risk).SingleAsync();
        }
    }

    [Theory, EachDatabase]
    public async Task The_worst_come_first_then_the_newest_and_pages_neither_repeat_nor_skip(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var severities = Enum.GetValues<Severity>();
        await using (var db = test.Open())
        {
            for (var n = 0; n < 20; n++)
            {
                var identity = await given.IdentityAsync();
                db.Findings.Add(new Finding { Id = Ids.New(test.Now), RuleId = "F01", IdentityId = identity.Id, Severity = severities[n % 5], Evidence = "x", FirstSeenAt = test.Now.AddDays(-(n / 10)), LastSeenAt = test.Now });
            }

            await db.SaveChangesAsync();
        }

        var (queries, seen, cursor) = (test.Get<FindingQueries>(), new List<FindingRow>(), (string?)null);
        do
        {
            var page = await queries.ListAsync(new FindingFilter(), cursor, 3, None);
            page.Total.ShouldBe(20);
            seen.AddRange(page.Rows);
            cursor = page.Next;
        }
        while (cursor is not null);
        seen.Select(r => r.Id).Distinct().Count().ShouldBe(20);
        seen.Select(r => (r.Severity, r.FirstSeenAt)).ShouldBe(seen.Select(r => (r.Severity, r.FirstSeenAt)).OrderByDescending(r => r.Severity).ThenByDescending(r => r.FirstSeenAt));
    }

    [Theory]
    [InlineData("no role", "not.allowed")]
    [InlineData("no reason", "reason.needed")]
    [InlineData("past", "until.past")]
    [InlineData("too far", "until.too-far")]
    public void A_risk_is_taken_by_someone_who_may_with_a_reason_and_an_end(string what, string code) => AcceptanceRules.Check(
        new FindingStanding(FindingState.Open, Severity.Low), what == "no reason" ? " " : "why",
        TestDatabase.Noon + (what == "past" ? TimeSpan.Zero : what == "too far" ? TimeSpan.FromDays(367) : TimeSpan.FromDays(30)),
        what == "no role" ? Given.Visitor : Given.Engineer, TestDatabase.Noon)!.Code.ShouldBe(code);

    [Theory, EachDatabase]
    public async Task Risk_in_the_database_is_the_documented_formula(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var tools = new List<Tool>();
        foreach (var autonomy in Enum.GetValues<Autonomy>())
            tools.Add(await given.ToolAsync($"T-{autonomy}", autonomy, approved: autonomy != Autonomy.Assistive));
        foreach (var privileged in Enum.GetValues<Reported>())
        {
            foreach (var environment in Enum.GetValues<DeploymentEnvironment>())
            {
                foreach (var tool in tools.Append(null))
                    await given.CredentialAsync(await given.IdentityAsync(i => (i.Privileged, i.Environment, i.ToolId) = (privileged, environment, tool?.Id)), change: c => c.CreatedAt = test.Now.AddDays(-100));
            }
        }

        await test.Get<FindingService>().EvaluateAsync(None);
        await using var db = test.Open();
        var open = (await db.Findings.Where(f => f.State == FindingState.Open).ToListAsync()).ToLookup(f => f.IdentityId, f => f.Severity);
        foreach (var i in await db.Identities.ToListAsync())
        {
            i.Exposure.ShouldBe(Risk.Points(open[i.Id], i.Privileged, tools.Find(t => t.Id == i.ToolId)?.Autonomy, i.Environment, RiskWeights.Default));
            i.Risk.ShouldBe(Risk.Of(i.Exposure, RiskWeights.Default.Half));
        }

        (await db.Identities.MaxAsync(i => i.Risk)).ShouldBeInRange(60, 99);
    }

    [Theory, EachDatabase]
    public async Task Accepting_ownership_fixes_the_finding_by_itself(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var ada = await given.PersonAsync("Ada");
        var (hers, other) = (await given.IdentityAsync(), await given.IdentityAsync());
        await test.Get<FindingService>().EvaluateAsync(None);
        await test.Get<OwnershipService>().AssignAsync([hers.Id], ada.Id, null, Given.As(ada), None);
        await test.CatchUpAsync();
        (await test.Get<FindingQueries>().ForIdentityAsync(hers.Id, None)).Single(f => f.RuleId == "F01").State.ShouldBe(FindingState.Fixed);
        (await test.Get<FindingQueries>().ForIdentityAsync(other.Id, None)).Single(f => f.RuleId == "F01").State.ShouldBe(FindingState.Open);
        (await test.Get<ChainVerifier>().VerifyAsync(None)).Intact.ShouldBeTrue();
    }

    [Theory, EachDatabase]
    public async Task Pages_hold_every_finding_once(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        for (var n = 0; n < 5; n++)
            await given.IdentityAsync(i => i.Privileged = Reported.Yes);
        await test.Get<FindingService>().EvaluateAsync(None);
        var queries = test.Get<FindingQueries>();
        var seen = new List<Guid>();
        for (string? cursor = null; ;)
        {
            var page = await queries.ListAsync(new FindingFilter(), cursor, 3, None);
            page.Total.ShouldBe(10);
            seen.AddRange(page.Rows.Select(r => r.Id));
            if ((cursor = page.Next) is null)
                break;
        }

        seen.Distinct().Count().ShouldBe(10);
        seen.Count.ShouldBe(10);
        (await queries.ListAsync(new FindingFilter(RuleId: "F13", Severity: Severity.High, Text: "IDENTITY-"), null, 10, None)).Total.ShouldBe(5);
        (await queries.OpenBySeverityAsync(None))[Severity.High].ShouldBe(10);
    }
}
