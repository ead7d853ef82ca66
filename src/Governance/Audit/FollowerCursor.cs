namespace Governance.Audit;

/// <summary>How far a feature has read the audit sequence. Moved in the transaction of the work that it stands for.</summary>
public sealed class FollowerCursor
{
    public required string Follower { get; init; }

    public long LastSequence { get; internal set; }
}
