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
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Evidence;

/// <summary>Records made directly in the tables at noon; the period is the 30 days before and the 30 after, and the clock stands at its end.</summary>
public sealed class MetricDesk : IAsyncDisposable
{
    private int number;

    private MetricDesk(TestDatabase test) => (Test, Given) = (test, new Given(test));

    public static DateTimeOffset Noon => TestDatabase.Noon;

    public static DateTimeOffset From { get; } = Noon.AddDays(-30);

    public static DateTimeOffset To { get; } = Noon.AddDays(30);

    public TestDatabase Test { get; }

    public Given Given { get; }

    public static async Task<MetricDesk> OpenAsync(DatabaseProvider provider) => new(await TestDatabase.CreateAsync(provider));

    public ValueTask DisposeAsync() => Test.DisposeAsync();

    public Task<Identity> IdentityAsync(string name, Action<Identity>? change = null) => Given.IdentityAsync(i =>
    {
        i.DisplayName = name;
        change?.Invoke(i);
    });

    public Task CredentialAsync(Identity identity, string name, Action<Credential>? change = null) => Given.SaveAsync(db =>
    {
        var credential = new Credential { Id = Ids.New(Test.Now), IdentityId = identity.Id, ExternalId = name, Kind = CredentialKind.ClientSecret, Enabled = Reported.Yes };
        change?.Invoke(credential);
        db.Credentials.Add(credential);
    });

    public Task OwnerAsync(Identity identity, Person person, AssignmentState state = AssignmentState.Accepted, DateTimeOffset? answered = null, DateTimeOffset? ended = null, OwnerRole role = OwnerRole.Accountable) =>
        Given.SaveAsync(db => db.OwnerAssignments.Add(new OwnerAssignment { Id = Ids.New(Test.Now), IdentityId = identity.Id, PersonId = person.Id, Role = role, State = state, Since = Noon.AddDays(-1), AssignedBy = "Eve", AnsweredAt = answered ?? Noon, EndedAt = ended }));

    public Task MovedAsync(Identity identity, LifecycleState from, LifecycleState to, DateTimeOffset at) =>
        Given.SaveAsync(db => db.LifecycleTransitions.Add(new LifecycleTransition { Id = Ids.New(Test.Now), IdentityId = identity.Id, From = from, To = to, At = at, By = "Eve", Reason = "test" }));

    public Task ChangedAsync(Identity identity, string field, string? before, string? after, DateTimeOffset at) =>
        Given.SaveAsync(db => db.IdentityChanges.Add(new IdentityChange { Id = Ids.New(Test.Now), IdentityId = identity.Id, RunId = Ids.New(at), At = at, Field = field, Before = before, After = after }));

    public Task FindingAsync(Identity identity, string rule, DateTimeOffset first, Action<Finding>? change = null) => Given.SaveAsync(db =>
    {
        var finding = new Finding { Id = Ids.New(Test.Now), RuleId = rule, IdentityId = identity.Id, Severity = Severity.High, Evidence = "test", FirstSeenAt = first, LastSeenAt = first };
        change?.Invoke(finding);
        db.Findings.Add(finding);
    });

    public async Task ImportAsync(Guid? source, DateTimeOffset ended, Action<ImportRun>? change = null, bool full = true, string file = "export.json")
    {
        var run = new ImportRun { Id = Ids.New(Test.Now), SourceId = source, FileName = file, StartedAt = ended, EndedAt = ended, StartedBy = "Ada", State = ImportRunState.Completed, Full = full };
        change?.Invoke(run);
        await Given.SaveAsync(db => db.ImportRuns.Add(run));
    }

    public async Task<Campaign> CampaignAsync(DateTimeOffset due, string name = "Review")
    {
        var campaign = new Campaign { Id = Ids.New(Test.Now), DefinitionId = Ids.New(Test.Now), Name = name, Scope = "{}", LaunchedAt = due.AddDays(-14), LaunchedBy = "Max", DueAt = due, PopulationHash = "x", Population = 1, ScheduledFor = null, FallbackReviewerId = Ids.New(due), StageSettings = "[]", Review = "{}" };
        await Given.SaveAsync(db =>
        {
            db.CampaignDefinitions.Add(new CampaignDefinition { Id = campaign.DefinitionId, Name = name, Scope = "{}", FallbackReviewerId = Ids.New(due), Stages = "[]", Review = "{}", CreatedAt = Noon, CreatedBy = "Max" });
            db.Campaigns.Add(campaign);
        });
        return campaign;
    }

    public async Task<ReviewItem> ItemAsync(Campaign campaign, Identity identity, Person? reviewer = null)
    {
        var item = new ReviewItem { Id = Ids.New(Test.Now), CampaignId = campaign.Id, IdentityId = identity.Id, TargetId = Ids.New(Test.Now), ReviewerId = reviewer?.Id, ReviewerReason = "owner", ShownHash = "x" };
        await Given.SaveAsync(db => db.ReviewItems.Add(item));
        return item;
    }

    public async Task<Decision> DecidedAsync(ReviewItem item, Person reviewer, Verdict verdict, DateTimeOffset at, Guid? supersedes = null, bool withdrawn = false)
    {
        var decision = new Decision { Id = Ids.New(Test.Now), ItemId = item.Id, CampaignId = item.CampaignId, IdentityId = item.IdentityId, Verdict = verdict, ReviewerId = reviewer.Id, At = at, ShownHash = "x", Justification = "because", SupersedesId = supersedes, Withdrawn = withdrawn };
        await Given.SaveAsync(db =>
        {
            db.Decisions.Add(decision);
            db.ReviewItems.Attach(item);
            (item.Verdict, item.DecidedAt, item.DecisionId) = (withdrawn ? null : verdict, withdrawn ? null : at, withdrawn ? null : decision.Id);
        });
        return decision;
    }

    public async Task OrderAsync(Identity identity, Guid? decision, DateTimeOffset ordered, RemediationState remediation, DateTimeOffset? seen, RevocationVerb verb = RevocationVerb.Disable)
    {
        var order = new RevocationOrder
        {
            Id = Ids.New(Test.Now),
            IdentityId = identity.Id,
            SourceId = identity.SourceId,
            Cause = RevocationCause.Denied,
            Reason = "test",
            DecisionId = decision,
            OrderedAt = ordered,
            OrderedBy = "Eve",
            State = OrderState.Completed,
            Remediation = remediation,
            EndedAt = seen ?? ordered,
        };
        await Given.SaveAsync(db =>
        {
            db.RevocationOrders.Add(order);
            if (seen is not null)
                db.RevocationSteps.Add(new RevocationStep { Id = Ids.New(Test.Now), OrderId = order.Id, IdentityId = identity.Id, Verb = verb, IdempotencyKey = $"k{++number}", State = StepState.Done, DueAt = ordered, Observed = "gone", ObservedAt = seen });
        });
    }

    /// <summary>Each record's verdict by its name; the clock goes to the period's end first.</summary>
    public async Task<IReadOnlyDictionary<string, Verdicts>> VerdictsAsync(string metric, DateTimeOffset? to = null) =>
        (await RowsAsync(metric, to)).ToDictionary(r => r.Name, r => r.Verdict, StringComparer.Ordinal);

    public async Task<IReadOnlyList<PopulationRow>> RowsAsync(string metric, DateTimeOffset? to = null, IdentityFilter? scope = null)
    {
        if (Test.Now < To)
            Test.Clock.Advance(To - Test.Now);
        await using var db = Test.Open();
        var end = to ?? To;
        var context = await MetricContext.OpenAsync(db, new Period(From, end, end), scope ?? new IdentityFilter(), CancellationToken.None);
        var rows = new List<PopulationRow>();
        await foreach (var row in MetricCatalogue.Find(metric)!.ReadAsync(context, CancellationToken.None))
            rows.Add(row);
        return rows;
    }
}
