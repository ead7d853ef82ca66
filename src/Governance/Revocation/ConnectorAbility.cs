using System.Globalization;
using Governance.Inventory;

namespace Governance.Revocation;

/// <summary>What an effect can be taken back by. A background job may use only what can be undone.</summary>
public sealed record Reversibility
{
    private Reversibility(bool undoable, TimeSpan? within) => (Undoable, Within) = (undoable, within);

    /// <summary>A restore brings it back at any time.</summary>
    public static Reversibility Reversible { get; } = new(true, null);

    public static Reversibility Irreversible { get; } = new(false, null);

    /// <summary>Whether a restore brings it back.</summary>
    public bool Undoable { get; }

    /// <summary>For how long after the effect; null without an end.</summary>
    public TimeSpan? Within { get; }

    /// <summary>A restore brings it back for so long, and then nothing does.</summary>
    public static Reversibility RecoverableFor(TimeSpan span) => new(true, span);

    public override string ToString() =>
        !Undoable ? "cannot be undone" : Within is { } span ? string.Create(CultureInfo.InvariantCulture, $"for {span.TotalDays:0} days") : "at any time";
}

/// <summary>One thing that a kind of connector can do.</summary>
/// <param name="On">To what.</param>
/// <param name="Verb">What.</param>
/// <param name="Reversibility">Whether it can be taken back.</param>
/// <param name="Sends">What is sent, in the source's words: <c>PATCH /servicePrincipals/{id} accountEnabled=false</c>.</param>
public sealed record ConnectorAbility(TargetKind On, RevocationVerb Verb, Reversibility Reversibility, string Sends)
{
    /// <summary>Only for these kinds of identity; empty for all.</summary>
    public IReadOnlyList<IdentityKind> Kinds { get; init; } = [];

    public bool Fits(TargetKind on, RevocationVerb verb, IdentityKind kind) => On == on && Verb == verb && (Kinds.Count == 0 || Kinds.Contains(kind));
}

public static class ConnectorAbilities
{
    /// <summary>The ability to do that to that; null when the connector can't.</summary>
    public static ConnectorAbility? Ability(this IConnectorKind connector, TargetKind on, RevocationVerb verb, IdentityKind kind) =>
        connector.Abilities.FirstOrDefault(a => a.Fits(on, verb, kind));

    /// <summary>The ability that a step on this target needs; null when the connector can't.</summary>
    public static ConnectorAbility? Ability(this IConnectorKind connector, ConnectorTarget target, RevocationVerb verb) => connector.Ability(target.On, verb, target.Kind);
}
