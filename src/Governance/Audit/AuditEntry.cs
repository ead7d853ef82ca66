using Governance.Common;

namespace Governance.Audit;

/// <summary>Who did what to which record, when, why, from where; chained by hash to the entry before it. Appended, never changed.</summary>
public sealed class AuditEntry
{
    /// <summary>1, 2, 3 … without gaps. Given under the chain's lock, so order of number is order of commit.</summary>
    public required long Sequence { get; init; }

    /// <summary>UTC, to the microsecond.</summary>
    public required DateTimeOffset At { get; init; }

    public required ActorKind ActorKind { get; init; }

    public required string ActorId { get; init; }

    public required string ActorName { get; init; }

    public string? Origin { get; init; }

    /// <summary>What was done, one of <see cref="AuditActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>The kind of record: <c>identity</c>, <c>campaign</c> …</summary>
    public required string SubjectType { get; init; }

    public required string SubjectId { get; init; }

    /// <summary>The reason that the actor gave.</summary>
    public string? Reason { get; init; }

    /// <summary>What changed, as JSON; never a secret.</summary>
    public required string Details { get; init; }

    /// <summary>SHA-256 of the entry before, lower-case hex; of the first one 64 zeros.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>SHA-256 of this entry's canonical form (see <see cref="AuditCanonicalForm"/>), lower-case hex.</summary>
    public required string Hash { get; init; }
}

/// <summary>The one row that holds the chain's end. Its lock orders the appenders of all nodes.</summary>
public sealed class AuditHead
{
    public const int TheId = 1;

    public int Id { get; init; } = TheId;

    public long Sequence { get; internal set; }

    public string Hash { get; internal set; } = AuditCanonicalForm.Genesis;
}
