namespace Governance.Ownership;

/// <summary>What kind of trace leads from an identity to a person. The order is the order of trust, and breaks ties.</summary>
public enum EvidenceKind
{
    /// <summary>They say so themselves.</summary>
    Claim,

    /// <summary>Someone who was asked named them.</summary>
    Suggestion,

    /// <summary>They had agreed to stand in.</summary>
    Backup,

    /// <summary>A tag, label or field of the source names them as owner.</summary>
    OwnerTag,

    /// <summary>They own the application that it belongs to, or the same workload in another system.</summary>
    Application,

    /// <summary>They made it, or its key.</summary>
    Creator,

    /// <summary>They committed the file that the secret is in.</summary>
    Committer,

    /// <summary>A CODEOWNERS file names them for the path.</summary>
    CodeOwners,

    /// <summary>An annotation of the namespace names them.</summary>
    Namespace,

    /// <summary>The human who last consented to what it may do.</summary>
    Consent,

    /// <summary>They manage the one who left.</summary>
    LeaverManager,

    /// <summary>They own most of the same tool's identities.</summary>
    SameTool,

    /// <summary>They own its neighbours in the namespace.</summary>
    Neighbours,
}

/// <summary>One trace that leads to a person.</summary>
/// <param name="Weight">0 to 1: how strongly it speaks for the person, by our judgement, mended where a made-up organisation showed it wrong; how and what was measured is in docs/administrator.md.</param>
/// <param name="Text">In one sentence, for people.</param>
public sealed record Evidence(Guid PersonId, EvidenceKind Kind, double Weight, string Text);

/// <summary>A person with all that leads to them.</summary>
public sealed record Ranked(Guid PersonId, int Confidence, IReadOnlyList<Evidence> Evidence);

/// <summary>Weighs the evidence. Pure: the same traces give the same order.</summary>
public static class Ranking
{
    /// <summary>More than so many are no help.</summary>
    public const int Most = 5;

    /// <summary>What each kind weighs where it names exactly one person without doubt.</summary>
    public static double WeightOf(EvidenceKind kind) => kind switch
    {
        EvidenceKind.Claim => 0.85,
        EvidenceKind.Suggestion => 0.80,
        EvidenceKind.Backup => 0.90,
        EvidenceKind.OwnerTag => 0.85,
        EvidenceKind.Application => 0.75,
        EvidenceKind.Creator => 0.65,
        EvidenceKind.Committer => 0.65,
        EvidenceKind.CodeOwners => 0.65,
        EvidenceKind.Namespace => 0.60,
        EvidenceKind.Consent => 0.45,
        EvidenceKind.LeaverManager => 0.55,
        EvidenceKind.SameTool => 0.50,
        _ => 0.35,
    };

    /// <summary>
    /// Traces of different kinds speak for a person independently: the doubt that is left is the product of their doubts. Of one kind only the strongest counts.
    /// </summary>
    public static IReadOnlyList<Ranked> Rank(IEnumerable<Evidence> evidence) =>
    [
        .. evidence.GroupBy(e => e.PersonId).Select(person =>
        {
            var kinds = person.GroupBy(e => e.Kind).Select(k => k.MaxBy(e => e.Weight)!).OrderByDescending(e => e.Weight).ThenBy(e => e.Kind).ToList();
            var doubt = kinds.Aggregate(1.0, (left, e) => left * (1 - Math.Clamp(e.Weight, 0, 0.99)));
            return new Ranked(person.Key, Math.Min(99, (int)Math.Round(100 * (1 - doubt), MidpointRounding.AwayFromZero)), kinds);
        })
        .OrderByDescending(r => r.Confidence).ThenBy(r => r.Evidence.Min(e => e.Kind)).ThenBy(r => r.PersonId).Take(Most),
    ];
}
