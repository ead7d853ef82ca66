using Governance.Common;
using Governance.Notifications;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Notifications;

/// <summary>The ledger of deliveries. What is shown is in the address.</summary>
public sealed partial class DeliveriesPage(DeliveryQueries queries, CurrentActor actor, ISnackbar snackbar)
{
    private const int PageSize = 50;

    private readonly HashSet<Guid> chosen = [];
    private Page<DeliveryRow>? page;
    private IReadOnlyDictionary<DeliveryState, int> counts = new Dictionary<DeliveryState, int>();
    private IReadOnlyList<(string Name, string Title)> channels = [];
    private Refusal? refusal;
    private bool busy;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "channel")]
    private string? Channel { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Q { get; set; }

    [SupplyParameterFromQuery(Name = "after")]
    private string? Cursor { get; set; }

    protected override Task OnParametersSetAsync() => LoadAsync();

    private static bool CanRetry(DeliveryRow row) => row.State == DeliveryState.Failed || (row.State == DeliveryState.Waiting && row.Attempts > 0);

    private async Task LoadAsync()
    {
        var ct = CancellationToken.None;
        channels = await queries.ChannelsAsync(ct);
        counts = await queries.CountsAsync(ct);
        page = await queries.ListAsync(new DeliveryFilter(Enum.TryParse<DeliveryState>(State, out var state) ? state : null, Channel, Q), Cursor, PageSize, ct);
        chosen.IntersectWith(page.Rows.Select(r => r.Id));
    }

    private void Choose(Guid id, bool on) => _ = on ? chosen.Add(id) : chosen.Remove(id);

    private async Task RetryAsync()
    {
        busy = true;
        var outcome = await queries.RetryAsync(chosen, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        refusal = outcome.Refusal;
        if (!outcome.IsRefused)
        {
            snackbar.Done(outcome.Value == 1 ? "It is tried again within a minute." : $"{outcome.Value} are tried again within a minute.");
            chosen.Clear();
        }

        await LoadAsync();
    }

    private string Address(string? state, string? after = null) => Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal) { ["state"] = state, ["after"] = after });

    private void Go(string? channel, string? text) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["channel"] = string.IsNullOrEmpty(channel) ? null : channel,
        ["q"] = string.IsNullOrWhiteSpace(text) ? null : text,
        ["after"] = null,
    }), replace: true);
}
