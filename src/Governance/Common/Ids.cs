namespace Governance.Common;

/// <summary>Ids that sort by the time they were made.</summary>
public static class Ids
{
    /// <summary>A version 7 UUID (RFC 9562) of the given instant.</summary>
    public static Guid New(DateTimeOffset now) => Guid.CreateVersion7(now);
}
