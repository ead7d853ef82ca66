using Governance.Notifications;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Notifications;

public sealed class MessageTests
{
    [Theory, EachDatabase]
    public async Task A_job_that_runs_twice_tells_once_and_a_reader_marks_only_their_own(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (ada, bob) = (await given.PersonAsync("Ada"), await given.PersonAsync("Bob"));
        MessageDraft[] drafts = [new(ada.Id, "review.waiting", "k1", "A review waits", "Do it."), new(bob.Id, "review.waiting", "k2", "A review waits", "Do it.")];
        var (service, queries) = (test.Get<MessageService>(), test.Get<MessageQueries>());
        (await service.AddAsync(drafts, CancellationToken.None)).ShouldBe(2);
        (await service.AddAsync(drafts, CancellationToken.None)).ShouldBe(0);
        var hers = (await queries.InboxAsync(ada.Id, 10, CancellationToken.None)).Single();
        (await service.MarkReadAsync([hers.Id], Given.As(bob), CancellationToken.None)).ShouldBe(0);
        (await service.MarkReadAsync([], Given.As(ada), CancellationToken.None)).ShouldBe(1);
        (await queries.UnreadAsync(ada.Id, CancellationToken.None)).ShouldBe(0);
        (await queries.UnreadAsync(bob.Id, CancellationToken.None)).ShouldBe(1);
    }
}
