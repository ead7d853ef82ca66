using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Tests.Audit;

public sealed class AuditFollowerTests
{
    private static readonly Actor Job = Actor.Job("test");

    [Theory, EachDatabase]
    public async Task Each_entry_is_followed_once_also_when_two_followers_of_one_name_race(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider, services => services.AddSingleton<CountingFollower>());
        for (var n = 0; n < 30; n++)
            await AppendAsync(test, n % 3 == 0 ? "counted" : "other");
        var follower = test.Get<CountingFollower>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (await follower.CatchUpAsync(CancellationToken.None) > 0)
            {
                // Until idle.
            }
        }));
        await using var db = test.Open();
        (await db.Tools.CountAsync()).ShouldBe(10);
    }

    [Theory, EachDatabase]
    public async Task A_follower_that_fails_leaves_its_cursor_and_does_the_work_later(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider, services => services.AddSingleton<CountingFollower>());
        await AppendAsync(test, "counted");
        var follower = test.Get<CountingFollower>();
        follower.FailOnce = true;
        await Should.ThrowAsync<InvalidOperationException>(() => follower.CatchUpAsync(CancellationToken.None));
        await using (var db = test.Open())
            (await db.Tools.CountAsync()).ShouldBe(0);
        (await follower.CatchUpAsync(CancellationToken.None)).ShouldBe(1);
        (await follower.CatchUpAsync(CancellationToken.None)).ShouldBe(0);
        await using (var db = test.Open())
            (await db.Tools.CountAsync()).ShouldBe(1);
    }

    private static async Task AppendAsync(TestDatabase test, string action)
    {
        await using var db = test.Open();
        await db.InTransactionAsync(async () =>
        {
            await test.Get<AuditLog>().AppendAsync(db, Job, test.Now, new AuditDraft(action, "test", "x"), CancellationToken.None);
            return Done.Value;
        }, CancellationToken.None);
    }

    private sealed class CountingFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock) : AuditFollower(contexts, clock)
    {
        public bool FailOnce { get; set; }

        protected override string Name => "counting";

        protected override IReadOnlyCollection<string> Actions => ["counted"];

        protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
        {
            foreach (var entry in entries)
                db.Tools.Add(new Tool { Id = Ids.New(now), Name = $"entry {entry.Sequence}", CreatedAt = now });
            await db.SaveChangesAsync(ct);
            if (!FailOnce)
                return;
            FailOnce = false;
            throw new InvalidOperationException("cut");
        }
    }
}
