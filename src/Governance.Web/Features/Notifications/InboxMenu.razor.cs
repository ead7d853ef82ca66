using Governance.Common;
using Governance.Notifications;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Governance.Web.Features.Notifications;

/// <summary>A person's inbox in the top bar. Counts anew on each page change; reads the messages only when it is opened.</summary>
public sealed partial class InboxMenu(MessageQueries queries, MessageService service, CurrentActor actor, NavigationManager navigation) : IDisposable
{
    private const int Shown = 30;

    private Actor? me;
    private int unread;
    private IReadOnlyList<MessageRow> messages = [];

    public void Dispose() => navigation.LocationChanged -= Moved;

    protected override async Task OnInitializedAsync()
    {
        navigation.LocationChanged += Moved;
        await CountAsync();
    }

    private void Moved(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(async () =>
    {
        await CountAsync();
        StateHasChanged();
    });

    private async Task CountAsync()
    {
        try
        {
            me = await actor.GetAsync();
        }
        catch (UnauthorizedAccessException)
        {
            // Signed out elsewhere: the page itself says so.
            me = null;
        }

        unread = me?.PersonId is { } person ? await queries.UnreadAsync(person, CancellationToken.None) : 0;
    }

    private async Task OpenedAsync(bool open)
    {
        if (open && me?.PersonId is { } person)
            messages = await queries.InboxAsync(person, Shown, CancellationToken.None);
    }

    private async Task OpenAsync(MessageRow message)
    {
        await service.MarkReadAsync([message.Id], await actor.GetAsync(), CancellationToken.None);
        await CountAsync();
        if (IsOurs(message.Link))
            navigation.NavigateTo(message.Link!);
    }

    /// <summary>Whether a link is a path of this console.</summary>
    internal static bool IsOurs(string? link) => link is ['/', ..] && !link.StartsWith("//", StringComparison.Ordinal) && !link.StartsWith("/\\", StringComparison.Ordinal);

    private async Task ReadAllAsync()
    {
        await service.MarkReadAsync([], await actor.GetAsync(), CancellationToken.None);
        await CountAsync();
    }
}
