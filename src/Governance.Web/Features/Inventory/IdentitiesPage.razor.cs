using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Web.Features.Owners;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Inventory;

/// <summary>The grid. Filter, order and place are in the address, so that a link shows another person the same.</summary>
public sealed partial class IdentitiesPage(InventoryQueries queries, CurrentActor actor, NavigationManager navigation, IDialogService dialogs)
{
    private const int PageSize = 50;

    private readonly HashSet<Guid> chosen = [];
    private IReadOnlyList<SourceRow> sources = [];
    private IReadOnlyList<ToolRow> tools = [];
    private Page<IdentityRow>? page;
    private bool mayArrange;
    private bool loadedChoices;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Q { get; set; }

    [SupplyParameterFromQuery(Name = "kind")]
    private string? KindName { get; set; }

    [SupplyParameterFromQuery(Name = "source")]
    private string? SourceId { get; set; }

    [SupplyParameterFromQuery(Name = "tool")]
    private string? ToolId { get; set; }

    [SupplyParameterFromQuery(Name = "ai")]
    private string? Ai { get; set; }

    [SupplyParameterFromQuery(Name = "owner")]
    private string? OwnerName { get; set; }

    [SupplyParameterFromQuery(Name = "ownerId")]
    private string? OwnerId { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? StateName { get; set; }

    [SupplyParameterFromQuery(Name = "risk")]
    private string? Risk { get; set; }

    [SupplyParameterFromQuery(Name = "rule")]
    private string? RuleId { get; set; }

    [SupplyParameterFromQuery(Name = "environment")]
    private string? EnvironmentName { get; set; }

    [SupplyParameterFromQuery(Name = "missing")]
    private string? Missing { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortName { get; set; }

    [SupplyParameterFromQuery(Name = "desc")]
    private string? Descending { get; set; }

    [SupplyParameterFromQuery(Name = "after")]
    private string? Cursor { get; set; }

    private IdentitySort Sort => Parse<IdentitySort>(SortName) ?? IdentitySort.Name;

    private bool AllChosen => page is not null && page.Rows.All(r => chosen.Contains(r.Id));

    private bool IsDescending => Descending == "true";

    private bool IsFiltered => new[] { Q, KindName, SourceId, ToolId, Ai, OwnerName, OwnerId, StateName, Risk, RuleId, EnvironmentName, Missing }.Any(v => !string.IsNullOrEmpty(v));

    private string ToolChoice => ToolId ?? (Ai switch { "true" => "any", "false" => "none", _ => string.Empty });

    private IdentityFilter Filter => new()
    {
        Text = Q,
        Kind = Parse<IdentityKind>(KindName),
        SourceId = Id(SourceId),
        ToolId = Id(ToolId),
        ForAiTool = bool.TryParse(Ai, out var ai) ? ai : null,
        OwnerState = Parse<OwnerState>(OwnerName),
        OwnerId = Id(OwnerId),
        State = Parse<LifecycleState>(StateName),
        MinimumRisk = int.TryParse(Risk, System.Globalization.CultureInfo.InvariantCulture, out var risk) ? risk : null,
        RuleId = RuleId,
        Environment = Parse<DeploymentEnvironment>(EnvironmentName),
        Missing = bool.TryParse(Missing, out var missing) ? missing : null,
    };

    protected override async Task OnParametersSetAsync()
    {
        if (!loadedChoices)
        {
            var me = await actor.GetAsync();
            mayArrange = me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator);
            sources = await queries.ListSourcesAsync(CancellationToken.None);
            tools = (await queries.ListToolsAsync(CancellationToken.None)).Where(t => t.Identities > 0).ToList();
            loadedChoices = true;
        }

        await LoadAsync();
    }

    private static Guid? Id(string? text) => Guid.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : null;

    private static T? Parse<T>(string? text)
        where T : struct, Enum => Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : null;

    private async Task LoadAsync()
    {
        page = await queries.ListAsync(Filter, Sort, IsDescending, Cursor, PageSize, CancellationToken.None);
        chosen.IntersectWith(page.Rows.Select(r => r.Id));
    }

    private void Go(string name, string? value) => navigation.NavigateTo(Address(new Dictionary<string, object?>(StringComparer.Ordinal) { ["after"] = null, [name] = string.IsNullOrEmpty(value) ? null : value }), replace: name != "after");

    private void GoTool(string? choice) => navigation.NavigateTo(
        Address(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["after"] = null,
            ["tool"] = choice is "any" or "none" || string.IsNullOrEmpty(choice) ? null : choice,
            ["ai"] = choice switch { "any" => "true", "none" => "false", _ => null },
        }), replace: true);

    private string SortAddress(IdentitySort sort) => Address(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["after"] = null,
        ["sort"] = sort == IdentitySort.Name ? null : sort.ToString(),
        ["desc"] = (sort == Sort ? !IsDescending : sort != IdentitySort.Name) ? "true" : null,
    });

    private string Address(Dictionary<string, object?> changes) => navigation.GetUriWithQueryParameters(changes);

    private string Arrow(IdentitySort sort) => sort != Sort ? string.Empty : IsDescending ? "↓" : "↑";

    private string? AriaSort(IdentitySort sort) => sort != Sort ? null : IsDescending ? "descending" : "ascending";

    private void Choose(Guid id, bool on) => _ = on ? chosen.Add(id) : chosen.Remove(id);

    private void ChooseAll(bool on)
    {
        if (on)
            chosen.UnionWith(page!.Rows.Select(r => r.Id));
        else
            chosen.Clear();
    }

    private async Task AssignOwnerAsync()
    {
        if (!await dialogs.AssignOwnerAsync([.. chosen]))
            return;
        chosen.Clear();
        await LoadAsync();
    }

    private async Task AssignToolAsync()
    {
        var dialog = await dialogs.ShowAsync<AssignToolDialog>("AI tool", new DialogParameters<AssignToolDialog> { { d => d.IdentityIds, [.. chosen] } });
        if (await dialog.Result is not { Canceled: false })
            return;
        chosen.Clear();
        tools = (await queries.ListToolsAsync(CancellationToken.None)).Where(t => t.Identities > 0).ToList();
        await LoadAsync();
    }
}
