using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.People;

/// <summary>The directory, with what each answers for. Search, status and place are in the address.</summary>
public sealed partial class PeoplePage(PeopleQueries people, OwnershipQueries ownership, NavigationManager navigation)
{
    private const int PageSize = 50;

    private Page<PersonRow>? page;
    private PersonRow? one;
    private IReadOnlyDictionary<Guid, int> owned = new Dictionary<Guid, int>();

    private ShrinkLimits? guard;
    private Refusal? refusal;

    [Inject]
    private PeopleGuard Guard { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Q { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    private string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "after")]
    private string? Cursor { get; set; }

    [SupplyParameterFromQuery(Name = "id")]
    private string? Id { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var ct = CancellationToken.None;
        one = Guid.TryParse(Id, out var id) ? await people.FindAsync(id, ct) : null;
        page = await people.ListAsync(Q, Enum.TryParse<PersonStatus>(Status, out var status) ? status : null, Cursor, PageSize, ct);
        owned = await ownership.OwnedCountsAsync([.. page.Rows.Select(r => r.Id).Append(one?.Id ?? Guid.Empty)], ct);
    }

    protected override async Task OnInitializedAsync()
    {
        if ((await Current.GetAsync()).Holds(Roles.Administrator))
            guard = await Guard.GetAsync(CancellationToken.None);
    }

    private async Task SaveGuardAsync()
    {
        var outcome = await Guard.ChangeAsync(guard!, null, await Current.GetAsync(), CancellationToken.None);
        refusal = outcome.Refusal;
        if (!outcome.IsRefused)
            Snackbar.Done("The shares are kept.");
    }

    private void Go(string? text, string? status, string? after = null) => navigation.NavigateTo(navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["q"] = string.IsNullOrWhiteSpace(text) ? null : text,
        ["status"] = string.IsNullOrEmpty(status) ? null : status,
        ["after"] = after,
        ["id"] = null,
    }), replace: true);
}
