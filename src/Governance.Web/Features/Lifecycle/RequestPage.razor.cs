using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Lifecycle;

/// <summary>The form in which a new identity is asked for.</summary>
public sealed partial class RequestPage(RequestService requests, PeopleQueries people, CurrentActor actor, NavigationManager navigation, ISnackbar snackbar, TimeProvider clock)
{
    private readonly List<EntitlementChoice> chosen = [];
    private IReadOnlyList<(Guid Id, string Name)> sources = [];
    private IReadOnlyList<(Guid Id, string Name, Autonomy Autonomy)> tools = [];
    private Refusal? refusal;
    private Guid? source;
    private Guid? tool;
    private string? name;
    private string? externalId;
    private string? purpose;
    private PersonRow? owner;
    private DateTime? until;

    private bool Autonomous => tools.FirstOrDefault(t => t.Id == tool).Autonomy == Autonomy.Autonomous && tool is not null;

    protected override async Task OnInitializedAsync()
    {
        until = clock.Now().UtcDateTime.Date.AddDays(180);
        var form = await requests.FormAsync(await actor.GetAsync(), CancellationToken.None);
        refusal = form.Refusal;
        if (!form.IsRefused)
            (sources, tools) = form.Value;
    }

    private void ChooseSource(Guid? id)
    {
        source = id;
        chosen.Clear();
    }

    private void ChooseTool(Guid? id)
    {
        tool = id;
        if (Autonomous)
            chosen.RemoveAll(e => e.Privileged);
    }

    private void Add(EntitlementChoice? choice)
    {
        if (choice is not null && !chosen.Exists(e => e.Id == choice.Id))
            chosen.Add(choice);
    }

    private async Task<IEnumerable<PersonRow>> PeopleAsync(string? text, CancellationToken ct) => await people.SearchAsync(text, 12, ct);

    private async Task<IEnumerable<EntitlementChoice>> EntitlementsAsync(string? text, CancellationToken ct) => source is { } id ? await requests.ChoicesAsync(id, Autonomous, text, await actor.GetAsync(), ct) : [];

    private async Task AskAsync()
    {
        if (source is not { } where || owner is null || until is not { } day)
        {
            refusal = new Refusal("request.incomplete", "Choose where it will live, its owner and its last day.");
            return;
        }

        var end = new DateTimeOffset(DateTime.SpecifyKind(day.Date.AddDays(1), DateTimeKind.Utc));
        var outcome = await requests.AskAsync(new RequestDraft(where, name ?? string.Empty, externalId, purpose ?? string.Empty, tool, owner.Id, chosen.ConvertAll(e => e.Id), end), await actor.GetAsync(), CancellationToken.None);
        refusal = outcome.Refusal;
        if (outcome.IsRefused)
            return;
        snackbar.Done("Asked. Whoever decides has been told.");
        navigation.NavigateTo("/requests");
    }
}
