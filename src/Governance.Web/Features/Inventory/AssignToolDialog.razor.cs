using Governance.Common;
using Governance.Inventory;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Inventory;

/// <summary>Says which tool one or many identities act for; kept as a person's decision.</summary>
public sealed partial class AssignToolDialog(ToolService service, InventoryQueries queries, CurrentActor actor, ISnackbar snackbar)
{
    private IReadOnlyList<ToolRow> tools = [];
    private string? name;
    private Refusal? refusal;

    [Parameter, EditorRequired]
    public IReadOnlyCollection<Guid> IdentityIds { get; set; } = [];

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    protected override async Task OnInitializedAsync() => tools = await queries.ListToolsAsync(CancellationToken.None);

    private Task<IEnumerable<string>> SearchAsync(string? text, CancellationToken ct) =>
        Task.FromResult(tools.Select(t => t.Name).Where(n => string.IsNullOrWhiteSpace(text) || n.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(20));

    private async Task SaveAsync()
    {
        var me = await actor.GetAsync();
        Guid? toolId = null;
        if (!string.IsNullOrWhiteSpace(name))
        {
            toolId = tools.FirstOrDefault(t => string.Equals(t.Name, name.Trim(), StringComparison.OrdinalIgnoreCase))?.Id;
            if (toolId is null)
            {
                var made = await service.CreateAsync(name, null, Autonomy.Unknown, me, CancellationToken.None);
                if (made.IsRefused)
                {
                    refusal = made.Refusal;
                    return;
                }

                toolId = made.Value;
            }
        }

        var outcome = await service.AssignAsync(IdentityIds, toolId, me, CancellationToken.None);
        if (outcome.IsRefused)
        {
            refusal = outcome.Refusal;
            return;
        }

        snackbar.Done($"Changed: {outcome.Value}.");
        Dialog.Close();
    }
}
