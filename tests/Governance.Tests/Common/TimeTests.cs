using Governance.Common;
using Microsoft.Extensions.Time.Testing;

namespace Governance.Tests.Common;

public sealed class TimeTests
{
    [Fact]
    public void Now_is_cut_to_the_microsecond_that_every_database_keeps()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(1_234_567));
        clock.Now().ShouldBe(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(1_234_560));
    }

    [Fact]
    public void Ids_sort_by_the_time_they_were_made()
    {
        var early = Ids.New(DateTimeOffset.UnixEpoch.AddDays(1)).ToString();
        var late = Ids.New(DateTimeOffset.UnixEpoch.AddDays(2)).ToString();
        string.CompareOrdinal(early, late).ShouldBeLessThan(0);
    }
}
