using Governance.Common;
using Governance.Inventory;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;

namespace Governance.Web.Features.Inventory;

/// <summary>What looks like AI and may not be: one or many are answered, by mouse or keys; an answer can be taken back.</summary>
public sealed partial class TriagePage(TriageQueries queries, TriageService service, CurrentActor actor, NavigationManager navigation)
{
    private const int PageSize = 50;
    private const int Answers = 8;

    private readonly HashSet<Guid> chosen = [];
    private ElementReference list;
    private Page<TriageRow>? page;
    private IReadOnlyList<TriageAnswerRow> answers = [];
    private int active;
    private bool mayDecide;
    private bool focus;

    [Inject]
    private InventoryQueries Tools { get; set; } = default!;

    [Inject]
    private ToolService ToolService { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "after")]
    private string? Cursor { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var me = await actor.GetAsync();
        mayDecide = me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator);
        await LoadAsync();
        focus = true;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (focus && page is { Rows.Count: > 0 } && mayDecide)
        {
            focus = false;
            await list.FocusAsync(preventScroll: true);
        }
    }

    private async Task LoadAsync()
    {
        page = await queries.ListAsync(Cursor, PageSize, CancellationToken.None);
        answers = await queries.AnswersAsync(Answers, CancellationToken.None);
        chosen.IntersectWith(page.Rows.Select(r => r.Id));
        active = Math.Clamp(active, 0, Math.Max(0, page.Rows.Count - 1));
    }

    private async Task KeyAsync(KeyboardEventArgs e)
    {
        if (!mayDecide || page is not { Rows.Count: > 0 } || e.CtrlKey || e.MetaKey || e.AltKey)
            return;
        var row = page.Rows[active];
        IReadOnlyCollection<Guid> these = chosen.Count > 0 ? [.. chosen] : [row.Id];
        switch (e.Key.ToLowerInvariant())
        {
            case "j":
                active = Math.Min(active + 1, page.Rows.Count - 1);
                break;
            case "k":
                active = Math.Max(active - 1, 0);
                break;
            case "x":
                Choose(row.Id, !chosen.Contains(row.Id));
                break;
            case "c" when !e.Repeat && row.SuggestedTool is not null:
                await ConfirmAsync(row);
                break;
            case "t" when !e.Repeat:
                await OtherAsync(these);
                break;
            case "n" when !e.Repeat:
                await DecideAsync(these, null, null);
                break;
            case "z" when !e.Repeat && answers.Count > 0:
                await UndoAsync(answers[0].BatchId);
                break;
        }
    }

    private void All(bool on)
    {
        chosen.Clear();
        if (on && page is not null)
            chosen.UnionWith(page.Rows.Select(r => r.Id));
    }

    private void Choose(Guid id, bool on) => _ = on ? chosen.Add(id) : chosen.Remove(id);

    private async Task ConfirmAsync(TriageRow row)
    {
        var known = (await Tools.ListToolsAsync(CancellationToken.None)).FirstOrDefault(t => t.Name == row.SuggestedTool)?.Id;
        if (known is null)
        {
            var made = await ToolService.CreateAsync(row.SuggestedTool!, null, Autonomy.Unknown, await actor.GetAsync(), CancellationToken.None);
            if (made.IsRefused)
            {
                Snackbar.Refused(made.Refusal);
                return;
            }

            known = made.Value;
        }

        await DecideAsync([row.Id], known, row.SuggestedTool);
    }

    private async Task OtherAsync(IReadOnlyCollection<Guid> ids)
    {
        var dialog = await Dialogs.ShowAsync<TriageDialog>("AI tool", new DialogParameters<TriageDialog> { { d => d.Count, ids.Count } });
        if (await dialog.Result is { Canceled: false, Data: TriageChoice choice })
            await DecideAsync(ids, choice.ToolId, choice.Name, choice.Remember, choice.Reason);
        await list.FocusAsync(preventScroll: true);
    }

    private async Task DecideAsync(IReadOnlyCollection<Guid> ids, Guid? toolId, string? name, RememberBy remember = RememberBy.Best, string? reason = null)
    {
        var outcome = await service.DecideAsync(ids, toolId, remember, reason, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
        {
            Snackbar.Refused(outcome.Refusal);
            return;
        }

        var others = outcome.Value.Others;
        Snackbar.Done($"{(ids.Count == 1 ? "Answered" : $"{ids.Count} answered")}: {name ?? "not an AI tool"}{(others > 0 ? $"; {others} more share the id or name" : null)}. Z takes it back.");
        chosen.Clear();
        await LoadAsync();
    }

    private async Task UndoAsync(Guid batchId)
    {
        var outcome = await service.UndoAsync(batchId, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            Snackbar.Refused(outcome.Refusal);
        else
            Snackbar.Done($"Taken back for {(outcome.Value == 1 ? "1 identity" : $"{outcome.Value} identities")}.");
        await LoadAsync();
    }

    private void Go(string? after) => navigation.NavigateTo(navigation.GetUriWithQueryParameter("after", after));
}
