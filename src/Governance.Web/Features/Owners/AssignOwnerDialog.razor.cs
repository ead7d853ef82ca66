using Governance.Common;
using Governance.Ownership;
using Governance.People;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>Proposes one person as owner of one or many identities; who chooses themselves has accepted with it.</summary>
public sealed partial class AssignOwnerDialog(OwnershipService service, PeopleQueries people, CurrentActor actor, ISnackbar snackbar)
{
    private Guid? me;
    private PersonRow? person;
    private string? reason;
    private Refusal? refusal;
    private bool busy;

    [Parameter, EditorRequired]
    public IReadOnlyCollection<Guid> IdentityIds { get; set; } = [];

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    private bool IsMe => person is not null && person.Id == me;

    private string Help => IsMe ? "You answer for it from now on." : "They are asked, and answer for it once they accept. Until then nothing changes.";

    protected override async Task OnInitializedAsync() => me = (await actor.GetAsync()).PersonId;

    private async Task<IEnumerable<PersonRow>> SearchAsync(string? text, CancellationToken ct) => await people.SearchAsync(text, 20, ct);

    private async Task SaveAsync()
    {
        if (person is null)
            return;
        busy = true;
        var outcomes = await service.AssignAsync(IdentityIds, person.Id, reason, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        if (outcomes.All(o => o.Refusal is not null))
        {
            refusal = outcomes.Count > 0 ? outcomes[0].Refusal : null;
            return;
        }

        snackbar.Told(outcomes, done => IsMe ? $"You answer for {done}." : $"{person.Name} was asked to own {done}.");
        Dialog.Close();
    }
}
