using Governance.Ownership;
using Governance.People;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>Who has left, and everything that one of them owned: a successor for all, for a group, or the likeliest for each; done at once.</summary>
public sealed partial class SuccessionPage(SuccessionService service, PeopleQueries people, CurrentActor actor, ISnackbar snackbar)
{
    private readonly Dictionary<Guid, (Guid Id, string Name)> byGroup = [];
    private readonly Dictionary<Guid, (Guid Id, string Name)> single = [];
    private IReadOnlyList<LeaverRow>? leavers;
    private IReadOnlyList<LeftBehind> left = [];
    private PersonRow? leaver;
    private LeaverRow? one;
    private int allKey;
    private bool busy;

    [SupplyParameterFromQuery(Name = "person")]
    private string? Person { get; set; }

    /// <summary>By tool; what acts for none together.</summary>
    private IEnumerable<(Guid Key, string Name, List<LeftBehind> Rows)> Groups => left.GroupBy(l => (l.ToolId ?? Guid.Empty, Name: l.Tool ?? "No AI tool")).Select(g => (g.Key.Item1, g.Key.Name, g.ToList()));

    private int Chosen => left.Count(l => SuccessorOf(l) is not null);

    protected override async Task OnParametersSetAsync()
    {
        byGroup.Clear();
        single.Clear();
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        var (me, ct) = (await actor.GetAsync(), CancellationToken.None);
        leavers = await service.LeaversAsync(me, ct);
        one = null;
        if (!Guid.TryParse(Person, out var id))
            return;
        left = await service.LeftBehindAsync(id, me, ct);
        leaver = await people.FindAsync(id, ct);
        one = leavers.FirstOrDefault(l => l.PersonId == id)
            ?? (leaver is { Status: PersonStatus.Left } gone ? new LeaverRow(gone.Id, gone.Name, gone.Department, gone.LeftOn, gone.ManagerId, gone.ManagerName, 0, 0, null) : null);
    }

    private string? NameFor(Guid group) => byGroup.TryGetValue(group, out var chosen) ? chosen.Name : null;

    private Guid? SuccessorOf(LeftBehind row) => single.TryGetValue(row.IdentityId, out var own) ? own.Id : byGroup.TryGetValue(row.ToolId ?? Guid.Empty, out var group) ? group.Id : null;

    private async Task ChooseAllAsync(Guid id)
    {
        if (id != Guid.Empty && await people.FindAsync(id, CancellationToken.None) is { } person)
            Fill(person.Id, person.Name);
    }

    private void Fill(Guid id, string name)
    {
        single.Clear();
        foreach (var group in Groups.ToList())
            byGroup[group.Key] = (id, name);
        allKey++;
    }

    private void FillLikely()
    {
        byGroup.Clear();
        single.Clear();
        foreach (var row in left.Where(l => l.LikelyId is not null))
            single[row.IdentityId] = (row.LikelyId!.Value, row.Likely!);
    }

    private async Task ChooseAsync(Guid group, Guid id)
    {
        foreach (var row in left.Where(l => (l.ToolId ?? Guid.Empty) == group))
            single.Remove(row.IdentityId);
        if (id == Guid.Empty)
            byGroup.Remove(group);
        else if (await people.FindAsync(id, CancellationToken.None) is { } person)
            byGroup[group] = (person.Id, person.Name);
    }

    private async Task HandOverAsync()
    {
        busy = true;
        var choices = left.Select(l => (l.IdentityId, To: SuccessorOf(l))).Where(c => c.To is not null).GroupBy(c => c.To!.Value, c => c.IdentityId).Select(g => new SuccessionChoice([.. g], g.Key)).ToList();
        var outcome = await service.HandOverAsync(one!.PersonId, choices, null, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        if (outcome.IsRefused)
        {
            snackbar.Refused(outcome.Refusal);
            return;
        }

        snackbar.Told(outcome.Value, done => $"{(choices.Count == 1 ? "1 successor was" : $"{choices.Count} successors were")} asked to take on {done}.");
        byGroup.Clear();
        single.Clear();
        await LoadAsync();
    }
}
