namespace Governance.Revocation;

/// <summary>One brake as pages and documentation tell it.</summary>
/// <param name="Id">Stable: <c>B4</c>.</param>
/// <param name="Name">In two or three words.</param>
/// <param name="Rule">What it holds.</param>
/// <param name="Lift">What lifts it.</param>
public sealed record BrakeEntry(string Id, string Name, string Rule, string Lift);

/// <summary>All brakes in the order in which they are asked. Pages and the documentation are made from this one list.</summary>
public static class BrakeBook
{
    public static IReadOnlyList<BrakeEntry> All { get; } =
    [
        new("B1", "Stop switch", "No sweep orders and no step is sent, on one source or on all; read in the statement that claims a step.", "Two administrators: one asks for the release, another confirms within a day."),
        new("B2", "Sick source", "The last full import is too old, the source lost too many identities or changed their keys, or the directory lost its owners.", "A full import that has them again, or an administrator who accepts the loss as true."),
        new("B3", "First run", "The first sweep after a change to limits, policies, connectors or version only simulates.", "A person who runs exactly the plan that was shown; a plan that changed meanwhile is shown again."),
        new("B4", "Limits", "Too many in one sweep, on one source within a day, of all, of one AI tool or of one owner. Counted again in the transaction that sends.", "Another administrator approves or withdraws the batch, or the day passes."),
        new("B5", "Second person", "A limit passed, a deletion, privileged access in production, or use that the source does not report.", "An administrator who neither ordered it, nor set the limits, nor owns the identity; two of them above a tenth of a source. An approval dies after a day."),
        new("B6", "Never touch", "First-party principals, the connector's own account, and what administrators listed.", "Two administrators take a pattern off the list. Built-in ones stay."),
        new("B7", "Exemption", "An identity with an exemption in force, such as break-glass access.", "Its end date, or an administrator who ends it."),
        new("B8", "In use", "Used lately, or other identities inherit from it: its owner and their manager are asked instead.", "An answer that it may go, an administrator's approval, or use that ends."),
        new("B9", "Notice", "Somebody is told first. The time counts from the recorded delivery and stands still while the console does not run.", "The end of the notice. Where nobody can be told: an owner, or an approval."),
        new("B10", "Canary and waves", "A batch goes as one identity, then 5 %, 25 % and the rest, with a pause between; errors, undos or signs of use stop it.", "An administrator who has looked at what went wrong approves the rest."),
        new("B11", "Quarantine first", "Disabled first, deleted only after the quarantine, and only when a person asks.", "The end of the quarantine, a person's request, and another's approval."),
        new("B12", "Undo", "A stale send after an undo: the undo bars the generation before, waits its lease out and reads back.", "Nothing: the undo wins."),
        new("B13", "Pace and breaker", "More steps a minute than the source should bear; faults in a row, or a source that refuses the connector's own credential.", "Time; a step that succeeds; a connector whose credential was mended."),
        new("B14", "Preview", "Sweeps that are set to say what they would do and order nothing.", "An administrator switches \"dry runs only\" off."),
    ];

    /// <summary>The list as rows of a Markdown table, as <c>docs/security-engineer.md</c> holds it.</summary>
    public static string ToMarkdown() => string.Concat(All.Select(b => $"| {b.Id} {b.Name} | {b.Rule} | {b.Lift} |\n"));

    public static BrakeEntry Find(string id) => All.First(b => b.Id == id);
}
