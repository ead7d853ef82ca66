using Governance.Common;
using Governance.Ownership;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>The days and thresholds of ownership, and the CODEOWNERS files that proposals read.</summary>
public sealed partial class PolicyPage(PolicyService service, CurrentActor actor, ISnackbar snackbar)
{
    private OwnershipPolicy? policy;
    private IReadOnlyDictionary<string, int> repositories = new Dictionary<string, int>(StringComparer.Ordinal);
    private Refusal? refusal;
    private Refusal? fileRefusal;
    private string? repository;
    private string? text;
    private bool mayEdit;
    private bool busy;

    protected override async Task OnInitializedAsync()
    {
        var me = await actor.GetAsync();
        mayEdit = me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator);
        repositories = await service.RepositoriesAsync(CancellationToken.None);
        policy = await service.GetAsync(CancellationToken.None);
    }

    private async Task SaveAsync()
    {
        busy = true;
        var outcome = await service.ChangeAsync(policy!, null, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        refusal = outcome.Refusal;
        if (!outcome.IsRefused)
            snackbar.Done("The policy is kept.");
    }

    private async Task ImportAsync()
    {
        busy = true;
        var outcome = await service.ImportCodeOwnersAsync(repository ?? string.Empty, text ?? string.Empty, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        fileRefusal = outcome.Refusal;
        if (outcome.IsRefused)
            return;
        snackbar.Done($"{outcome.Value} lines were taken; proposals follow.");
        (repository, text) = (null, null);
        repositories = await service.RepositoriesAsync(CancellationToken.None);
    }
}
