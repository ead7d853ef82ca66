using System.Text;
using Governance.Common;

namespace Governance.Lifecycle;

/// <summary>
/// The one table of the lifecycle (NIST CSF 2.0 ID.AM-08; AI RMF GOVERN 1.7, MANAGE 2.4). The rule, the page and the documentation are all made from it.
/// </summary>
public static class Transitions
{
    private static readonly IReadOnlyList<string> Engineers = [Roles.SecurityEngineer, Roles.Administrator];

    /// <summary>Every change that may happen, in the order that an identity passes them.</summary>
    public static IReadOnlyList<Transition> All { get; } =
    [
        new(LifecycleState.Requested, LifecycleState.Active, Engineers,
            "It was asked for here and is now seen in its source.", "An accepted owner.", OwnershipNeeded.AcceptedOwner),
        new(LifecycleState.Discovered, LifecycleState.Active, Engineers,
            "Its owner accepts; the console moves it by itself.", "An accepted owner.", OwnershipNeeded.AcceptedOwner),
        new(LifecycleState.Discovered, LifecycleState.Quarantined, Engineers,
            "Nobody answered for it within the grace, or it expired, or a review denied it.", "A reason. A revocation has disabled it in its source.", OwnershipNeeded.Any),
        new(LifecycleState.Active, LifecycleState.Quarantined, Engineers,
            "Its owner left or it expired, a review denied it, or a person ordered it.", "A reason. A revocation has disabled it in its source.", OwnershipNeeded.Any),
        new(LifecycleState.Quarantined, LifecycleState.Active, Engineers,
            "The revocation was undone.", "A reason, and an accepted owner.", OwnershipNeeded.AcceptedOwner),
        new(LifecycleState.Quarantined, LifecycleState.Discovered, Engineers,
            "The revocation was undone, and nobody owns it.", "A reason, and no accepted owner.", OwnershipNeeded.NoAcceptedOwner),
        new(LifecycleState.Quarantined, LifecycleState.Decommissioned, Engineers,
            "Its deletion was seen in its source.", "A reason. There is no way back.", OwnershipNeeded.Any),
    ];

    /// <summary>The transition between two states; null where there is none.</summary>
    public static Transition? Find(LifecycleState from, LifecycleState to) => All.FirstOrDefault(t => t.From == from && t.To == to);

    /// <summary>Whether nothing leads out of the state.</summary>
    public static bool IsTerminal(LifecycleState state) => All.All(t => t.From != state);

    /// <summary>The table as Markdown, as <c>docs/lifecycle.md</c> holds it.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("| From | To | When | Requires | Who, beside the console's own jobs |\n| --- | --- | --- | --- | --- |\n");
        foreach (var t in All)
            text.Append("| ").AppendJoin(" | ", t.From, t.To, t.When, t.Requires, string.Join(" or ", t.Roles)).Append(" |\n");
        return text.ToString();
    }
}
