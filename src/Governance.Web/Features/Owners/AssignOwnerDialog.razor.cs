using Governance.Common;
using Governance.Ownership;
using Governance.People;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>Proposes one person as owner of one or many identities; who chooses themselves has accepted with it.</summary>
public sealed partial class AssignOwnerDialog(OwnershipService service, RoleService roles, PeopleQueries people, CurrentActor actor, ISnackbar snackbar)
{
    private Guid? me;
    private PersonRow? person;
    private string? reason;
    private string? team;
    private Refusal? refusal;
    private bool busy;

    [Parameter, EditorRequired]
    public IReadOnlyCollection<Guid> IdentityIds { get; set; } = [];

    /// <summary>In which role.</summary>
    [Parameter]
    public OwnerRole Role { get; set; }

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    private bool IsMe => person is not null && person.Id == me;

    private string Question => Role switch
    {
        OwnerRole.Technical => "Who runs",
        OwnerRole.TechnicalBackup => "Who runs, when the technical owner can't,",
        OwnerRole.Backup => "Who answers, if the owner leaves, for",
        _ => "Who answers for",
    };

    private string Help => Role is OwnerRole.Technical or OwnerRole.TechnicalBackup ? "They are told, and may step out." : Role == OwnerRole.Backup ? "They are asked. Once they say yes they answer for it from the moment that the owner leaves." : IsMe ? "You answer for it from now on." : "They are asked, and answer for it once they accept. Until then nothing changes.";

    protected override async Task OnInitializedAsync() => me = (await actor.GetAsync()).PersonId;

    private async Task<IEnumerable<PersonRow>> SearchAsync(string? text, CancellationToken ct) => await people.SearchAsync(text, 20, ct);

    private async Task SaveAsync()
    {
        if (person is null)
            return;
        busy = true;
        var outcomes = Role == OwnerRole.Accountable
            ? await service.AssignAsync(IdentityIds, new Nomination(person.Id, reason, team), await actor.GetAsync(), CancellationToken.None)
            : await roles.NameAsync(IdentityIds, Role, new Nomination(person.Id, reason, team), await actor.GetAsync(), CancellationToken.None);
        busy = false;
        if (outcomes.All(o => o.Refusal is not null))
        {
            refusal = outcomes.Count > 0 ? outcomes[0].Refusal : null;
            return;
        }

        snackbar.Told(outcomes, done => Role switch
        {
            OwnerRole.Backup => $"{person.Name} {(IsMe ? "is" : "was asked to be")} backup of {done}.",
            OwnerRole.Technical or OwnerRole.TechnicalBackup => $"{person.Name} is {OwnerWords.Of(Role).ToLowerInvariant()} of {done}.",
            _ => IsMe ? $"You answer for {done}." : $"{person.Name} was asked to own {done}.",
        });
        Dialog.Close();
    }
}
