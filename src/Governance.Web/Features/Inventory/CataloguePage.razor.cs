using Governance.Common;
using Governance.Inventory;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Inventory;

/// <summary>What tools are recognised by: the shipped marks, and one's own, which are previewed in numbers before they are added.</summary>
public sealed partial class CataloguePage(ToolCatalogue catalogue, CatalogueService service, InventoryQueries queries, CurrentActor actor)
{
    private IReadOnlyList<OwnEntryRow>? own;
    private IReadOnlyList<ToolRow> tools = [];
    private EvidenceRule rule = EvidenceRule.Domain;
    private string? value;
    private string? tool;
    private string? search;
    private int shown = 40;
    private int waiting;
    private PassCounts? preview;
    private Refusal? refusal;
    private bool mayChange;
    private bool busy;

    [Inject]
    private ToolService ToolService { get; set; } = default!;

    [Inject]
    private TriageQueries Triage { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    private List<IGrouping<string, CatalogueEntry>> Shipped => catalogue.Entries
        .GroupBy(e => e.Tool, StringComparer.Ordinal)
        .Where(g => string.IsNullOrWhiteSpace(search) || g.Any(e => Holds(e.Tool) || Holds(e.Value) || Holds(e.Vendor)))
        .ToList();

    protected override async Task OnInitializedAsync()
    {
        var me = await actor.GetAsync();
        mayChange = me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator);
        await LoadAsync();
    }

    private static string Words(PassCounts p)
    {
        var parts = new List<string>();
        if (p.Marked > 0)
            parts.Add($"{Count(p.Marked)} will be marked with the tool");
        if (p.Suggested > 0)
            parts.Add($"{Count(p.Suggested)} will wait under To decide");
        if (p.Unmarked > 0)
            parts.Add($"{Count(p.Unmarked)} will lose a tool");
        return parts.Count == 0 ? $"It changes nothing that is there ({Count(p.Looked)} looked at closely). What imports bring later is checked too." : string.Join(", ", parts) + ". What people decided stays as it is.";
    }

    private static string Count(int number) => number == 1 ? "1 identity" : $"{number:N0} identities";

    private bool Holds(string? text) => text?.Contains(search!.Trim(), StringComparison.OrdinalIgnoreCase) ?? false;

    private async Task LoadAsync()
    {
        own = await service.ListAsync(CancellationToken.None);
        tools = await queries.ListToolsAsync(CancellationToken.None);
        waiting = await Triage.CountAsync(CancellationToken.None);
    }

    private Task<IEnumerable<string>> SearchAsync(string? text, CancellationToken ct) => Task.FromResult(tools.Select(t => t.Name).Concat(catalogue.Entries.Select(e => e.Tool)).Distinct(StringComparer.Ordinal)
        .Where(n => string.IsNullOrWhiteSpace(text) || n.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(20));

    private async Task PreviewAsync()
    {
        (refusal, preview) = (null, null);
        if (string.IsNullOrWhiteSpace(tool))
        {
            refusal = new Refusal("tool.name", "Say which tool it is.", "tool");
            return;
        }

        busy = true;
        var outcome = await service.PreviewAsync(rule, value ?? string.Empty, tool, CancellationToken.None);
        busy = false;
        if (outcome.IsRefused)
            refusal = outcome.Refusal;
        else
            preview = outcome.Value;
    }

    private async Task AddAsync()
    {
        busy = true;
        refusal = null;
        var me = await actor.GetAsync();
        var known = tools.FirstOrDefault(t => string.Equals(t.Name, tool!.Trim(), StringComparison.OrdinalIgnoreCase))?.Id;
        if (known is null)
        {
            var shipped = catalogue.Entries.FirstOrDefault(e => string.Equals(e.Tool, tool!.Trim(), StringComparison.OrdinalIgnoreCase));
            var made = await ToolService.CreateAsync(tool!, shipped?.Vendor, shipped?.Autonomy ?? Autonomy.Unknown, me, CancellationToken.None);
            if (made.IsRefused)
            {
                (refusal, busy) = (made.Refusal, false);
                return;
            }

            known = made.Value;
        }

        var outcome = await service.AddAsync(rule, value ?? string.Empty, known.Value, me, CancellationToken.None);
        busy = false;
        if (outcome.IsRefused)
        {
            refusal = outcome.Refusal;
            return;
        }

        Snackbar.Done($"Added. Marked: {outcome.Value.Marked:N0}, to decide: {outcome.Value.Suggested:N0}.");
        (value, preview) = (null, null);
        await LoadAsync();
    }

    private async Task RemoveAsync(OwnEntryRow entry)
    {
        if (await Dialogs.ConfirmAsync("Remove from the catalogue", $"{Count(entry.Identities)} that only '{entry.Value}' marks or suggests will not be {entry.ToolName}'s any more. What people decided stays.", "Remove") is null)
            return;
        var outcome = await service.RemoveAsync(entry.Id, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            Snackbar.Refused(outcome.Refusal);
        await LoadAsync();
    }
}
