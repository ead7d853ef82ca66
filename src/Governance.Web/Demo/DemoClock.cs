namespace Governance.Web.Demo;

/// <summary>The clock of the sample organisation's past: it stands where it is put, moves a little with each look, and never gets ahead of the real one.</summary>
internal sealed class DemoClock(TimeProvider real) : TimeProvider
{
    private readonly Lock guard = new();
    private DateTimeOffset at = real.GetUtcNow();

    public void Set(DateTimeOffset to)
    {
        lock (guard)
            at = to;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (guard)
        {
            var now = real.GetUtcNow();
            at = at.AddMilliseconds(40) < now ? at.AddMilliseconds(40) : now;
            return at;
        }
    }
}
