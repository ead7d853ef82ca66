using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Governance.Tests.Feeds;

/// <summary>A clock on which every wait is over at once, and is remembered. Heartbeats (periodic timers) only beat when it moves past them.</summary>
public sealed class JumpingClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    public ConcurrentQueue<TimeSpan> Waits { get; } = [];

    public TimeSpan Waited => Waits.Aggregate(TimeSpan.Zero, (sum, w) => sum + w);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (period == Timeout.InfiniteTimeSpan && dueTime > TimeSpan.Zero)
        {
            Waits.Enqueue(dueTime);
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }

        return timer;
    }
}
