namespace Governance.Common;

public static class TimeProviderExtensions
{
    /// <summary>Now in UTC, cut to the microsecond: what every supported database can keep, so that a hash over a time still holds when it is read back.</summary>
    public static DateTimeOffset Now(this TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
