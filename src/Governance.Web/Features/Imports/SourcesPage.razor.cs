using Governance.Inventory;
using Governance.Revocation;
using Governance.Web.Features.Revocations;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Imports;

/// <summary>The sources, how fresh each is, and what acts on it.</summary>
public sealed partial class SourcesPage(InventoryQueries queries, FeedQueries feedQueries, FeedService feeds, ConnectorService connectors, IDialogService dialogs)
{
    private IReadOnlyList<SourceRow>? sources;
    private IReadOnlyDictionary<Guid, FeedRow> live = new Dictionary<Guid, FeedRow>();
    private IReadOnlyDictionary<Guid, BindingView> bindings = new Dictionary<Guid, BindingView>();

    protected override async Task OnInitializedAsync()
    {
        bindings = await connectors.ListAsync(CancellationToken.None);
        live = (await feedQueries.ListAsync(CancellationToken.None)).ToDictionary(f => f.SourceId);
        sources = await queries.ListSourcesAsync(CancellationToken.None);
    }

    private async Task ConnectAsync(SourceRow source)
    {
        var parameters = new DialogParameters<ConnectorDialog>
        {
            { d => d.SourceId, source.Id },
            { d => d.Source, source.Name },
            { d => d.Changed, EventCallback.Factory.Create(this, ReadBindingsAsync) },
        };
        await dialogs.ShowAsync<ConnectorDialog>("Connector", parameters);
    }

    private async Task ReadBindingsAsync() => bindings = await connectors.ListAsync(CancellationToken.None);
}
