using Governance.Inventory;
using Governance.Persistence;

namespace Governance.Findings;

/// <summary>
/// Where a rule belongs in the published lists. NHI ids are of the OWASP Non-Human Identities Top 10 2025, ASI ids of the OWASP Top 10 for Agentic
/// Applications 2026 by OWASP's own map between the two; <paramref name="AsiOurs"/> are ids that we add to that map. CSF 2.0, AI RMF 1.0 and MAESTRO
/// layers are our judgement: no publisher maps them.
/// </summary>
public sealed record Mappings(IReadOnlyList<string> Nhi, IReadOnlyList<string> Asi, IReadOnlyList<string> AsiOurs, IReadOnlyList<string> Csf, IReadOnlyList<string> AiRmf, IReadOnlyList<string> Layers);

/// <summary>What a rule's queries are built over.</summary>
public sealed record RuleContext(GovernanceDb Db, DateTimeOffset Now, FindingPolicy Policy);

/// <summary>An identity for which a rule holds, and the sentence that says why; made by the database.</summary>
public sealed class Hit
{
    public required Guid IdentityId { get; init; }

    public required string Evidence { get; init; }
}

/// <summary>
/// One thing that should not be so, as set-based queries with three outcomes: it holds, it doesn't, or the source does not report what it
/// would take to tell. The third is counted and shown, and never taken for the second.
/// </summary>
public sealed record FindingRule(string Id, string Title, Severity Severity, string Condition, string Remedy, Mappings Maps)
{
    /// <summary>Whom the rule is about, of the identities that live in their source; all of them if not said otherwise.</summary>
    public Func<RuleContext, IQueryable<Identity>, IQueryable<Identity>> About { get; init; } = Everyone;

    /// <summary>Those for which it holds.</summary>
    public required Func<RuleContext, IQueryable<Identity>, IQueryable<Identity>> Holds { get; init; }

    /// <summary>Those for which something is not reported; where the rule holds all the same, holding wins. None if not said otherwise.</summary>
    public Func<RuleContext, IQueryable<Identity>, IQueryable<Identity>>? Unreported { get; init; }

    /// <summary>The sentence, for those for which it holds.</summary>
    public required Func<RuleContext, IQueryable<Identity>, IQueryable<Hit>> Evidence { get; init; }

    /// <summary>Those for which it is one degree worse.</summary>
    public Func<RuleContext, IQueryable<Identity>, IQueryable<Identity>>? Worse { get; init; }

    /// <summary>What <see cref="Worse"/> is for, in words.</summary>
    public string? WorseWhen { get; init; }

    /// <summary>What has to be reported for it to tell, in words that end a sentence: "whether a secret expires". Null where it can always tell.</summary>
    public string? Needs { get; init; }

    /// <summary>Whether it is also about what is gone or decommissioned; most are about what lives.</summary>
    public bool AlsoGone { get; init; }

    /// <summary>The condition with the limits of a policy in it.</summary>
    public string ConditionUnder(FindingPolicy policy) => PolicyLimits.Fill(Condition, policy);

    /// <summary>
    /// Whether an import can change its answer for identities that the import left as they were: it compares identities, follows links, or asks when the source was last read.
    /// </summary>
    public bool ReachesOthers { get; init; }

    /// <summary>Whether it is about all that live in their source.</summary>
    internal bool IsAboutEveryone => About == Everyone && !AlsoGone;

    private static IQueryable<Identity> Everyone(RuleContext context, IQueryable<Identity> living) => living;

    /// <summary>What it is asked about.</summary>
    internal IQueryable<Identity> Population(RuleContext context, IQueryable<Identity> identities) => About(context, AlsoGone ? identities : identities.Living());
}
