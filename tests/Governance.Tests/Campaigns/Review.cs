using Governance.Audit;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Campaigns;

/// <summary>A launched campaign to test on: two owners, a fallback reviewer and a manager.</summary>
public sealed class Review(TestDatabase test)
{
    public static CancellationToken Ct => CancellationToken.None;

    public Given Given { get; } = new(test);

    public Actor Manager { get; } = new(ActorKind.Person, "max", "Max Manager", Roles: new HashSet<string>([Roles.CampaignManager], StringComparer.Ordinal));

    public Person Fallback { get; private set; } = null!;

    public CampaignService Campaigns => test.Get<CampaignService>();

    public ReviewService Reviews => test.Get<ReviewService>();

    public HandOverService HandOver => test.Get<HandOverService>();

    public async Task<Person> PersonAsync(string name) => await Given.PersonAsync(name);

    public async Task<Identity> OwnedAsync(Person owner, Action<Identity>? change = null) => await Given.IdentityAsync(i =>
    {
        (i.OwnerId, i.OwnerState, i.UnownedSince) = (owner.Id, OwnerState.Accepted, null);
        change?.Invoke(i);
    });

    public async Task<DefinitionInput> InputAsync()
    {
        Fallback ??= await Given.PersonAsync("Fred Fallback");
        return new DefinitionInput { Name = "Q4 review", FallbackReviewerId = Fallback.Id };
    }

    public async Task<Guid> DefineAsync(Func<DefinitionInput, DefinitionInput>? change = null)
    {
        var input = await InputAsync();
        return (await Campaigns.DefineAsync(change?.Invoke(input) ?? input, Manager, Ct)).OrThrow();
    }

    public async Task<Guid> LaunchAsync(Func<DefinitionInput, DefinitionInput>? change = null) => (await Campaigns.LaunchAsync(await DefineAsync(change), Manager, Ct)).OrThrow();

    public async Task<ReviewItem> ItemAsync(Guid campaignId, Identity identity)
    {
        await using var db = test.Open();
        return await db.ReviewItems.AsNoTracking().SingleAsync(i => i.CampaignId == campaignId && i.IdentityId == identity.Id);
    }

    /// <summary>The reviewer's answer to the item as it stands now.</summary>
    public async Task<Decide> AnswerAsync(Guid campaignId, Identity identity, Person reviewer, Verdict verdict, string? reason = null, IReadOnlyList<Guid>? grants = null)
    {
        var item = await ItemAsync(campaignId, identity);
        await using var db = test.Open();
        var hash = await db.Identities.Where(i => i.Id == identity.Id).Select(i => i.ContentHash).SingleAsync();
        return new Decide(item.Id, item.Version, verdict, reason, hash, grants ?? [], Given.As(reviewer));
    }

    public async Task DecideAsync(Guid campaignId, Identity identity, Person reviewer, Verdict verdict, string? reason = null, IReadOnlyList<Guid>? grants = null) =>
        (await Reviews.DecideAsync(await AnswerAsync(campaignId, identity, reviewer, verdict, reason, grants), Ct)).OrThrow();

    public MicroPolicyService Micro => test.Get<MicroPolicyService>();

    /// <summary>Owned, and in the inventory for a month.</summary>
    public async Task<Identity> KnownAsync(Person owner, Action<Identity>? change = null)
    {
        var identity = await OwnedAsync(owner, change);
        var then = test.Now.AddDays(-30);
        await Given.SaveAsync(db => db.Identities.Where(i => i.Id == identity.Id).ExecuteUpdate(s => s.SetProperty(i => i.FirstSeenAt, then)));
        return identity;
    }

    /// <summary>One follower alone catches up: the others would judge what the test planted.</summary>
    public Task<int> FollowAsync<T>()
        where T : AuditFollower => test.Get<IEnumerable<AuditFollower>>().OfType<T>().Single().CatchUpAsync(Ct);

    /// <summary>An entry that followers act on.</summary>
    public async Task AuditAsync(string action, string subject, object id)
    {
        await using var db = test.Open();
        await db.InTransactionAsync(async () =>
        {
            await test.Get<AuditLog>().AppendAsync(db, Manager, test.Now, new AuditDraft(action, subject, id.ToString()!), Ct);
            return Done.Value;
        }, Ct);
    }
}
