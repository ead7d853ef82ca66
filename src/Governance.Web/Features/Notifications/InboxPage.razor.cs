using Governance.Common;
using Governance.Notifications;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Notifications;

/// <summary>Everything that a person was told. What is shown is in the address.</summary>
public sealed partial class InboxPage(MessageQueries queries, MessageService service, CurrentActor actor)
{
    private const int PageSize = 30;

    private Page<MessageRow>? page;
    private IReadOnlyList<string> kinds = [];
    private int unread;
    private bool loaded;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "show")]
    private string? Show { get; set; }

    [SupplyParameterFromQuery(Name = "kind")]
    private string? Kind { get; set; }

    [SupplyParameterFromQuery(Name = "after")]
    private string? Cursor { get; set; }

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var ct = CancellationToken.None;
        if ((await actor.GetAsync()).PersonId is { } person)
        {
            page = await queries.PageAsync(person, string.Equals(Show, "unread", StringComparison.Ordinal), Kind, Cursor, PageSize, ct);
            kinds = await queries.KindsAsync(person, ct);
            unread = await queries.UnreadAsync(person, ct);
        }

        loaded = true;
    }

    private async Task ReadAsync(IReadOnlyCollection<Guid> ids)
    {
        await service.MarkReadAsync(ids, await actor.GetAsync(), CancellationToken.None);
        await LoadAsync();
    }

    private void Go(string? kind) => Navigation.NavigateTo(Address(Show, string.IsNullOrEmpty(kind) ? null : kind), replace: true);

    private string Address(string? show, string? kind, string? after = null) => Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal) { ["show"] = show, ["kind"] = kind, ["after"] = after });
}
