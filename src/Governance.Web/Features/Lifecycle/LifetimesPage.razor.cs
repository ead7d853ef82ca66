using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Web.Features.Inventory;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Lifecycle;

/// <summary>The policies of lifetimes: in force, set, changed, ended, and what they were before.</summary>
public sealed partial class LifetimesPage(LifecyclePolicyService policies, InventoryQueries inventory, CurrentActor actor, IDialogService dialogs, ISnackbar snackbar)
{
    private IReadOnlyList<PolicyRow>? rows;
    private IReadOnlyList<SourceRow> sources = [];
    private LifecyclePolicy? changing;
    private PolicyPreview? preview;
    private Refusal? refusal;
    private string? name;
    private string? reason;
    private bool? forTool;
    private Autonomy? autonomy;
    private IdentityKind? kind;
    private DeploymentEnvironment? environment;
    private Guid? source;
    private int life;
    private int grace;
    private bool mayChange;

    private PolicyDraft Draft => new(name ?? string.Empty, life, grace, kind, environment, autonomy, forTool, source);

    protected override async Task OnInitializedAsync()
    {
        mayChange = (await actor.GetAsync()).Holds(Roles.Administrator);
        if (mayChange)
            sources = await inventory.ListSourcesAsync(CancellationToken.None);
        Clear();
        await LoadAsync();
    }

    private static string For(PolicyRow row)
    {
        var p = row.Policy;
        string?[] parts =
        [
            p.ForAiTool is { } ai ? (ai ? "acts for an AI tool" : "acts for no AI tool") : null, p.Autonomy is { } a ? $"{a.ToString().ToLowerInvariant()} tool" : null,
            p.Kind is { } k ? InventoryWords.Of(k) : null, p.Environment is { } e ? (e == DeploymentEnvironment.Unknown ? "environment not reported" : e.ToString()) : null, row.Source,
        ];
        var said = string.Join(" · ", parts.Where(t => t is not null));
        return said.Length == 0 ? "everything" : said;
    }

    private async Task LoadAsync() => rows = await policies.ListAsync(CancellationToken.None);

    private void Change(LifecyclePolicy policy)
    {
        (changing, preview, refusal, reason) = (policy, null, null, null);
        (name, forTool, autonomy, kind, environment, source, life, grace) = (policy.Name, policy.ForAiTool, policy.Autonomy, policy.Kind, policy.Environment, policy.SourceId, policy.MaxLifeDays, policy.GraceDays);
    }

    private void Clear()
    {
        (changing, preview, refusal, name, reason) = (null, null, null, null, null);
        (forTool, autonomy, kind, environment, source, life, grace) = (null, null, null, null, null, LifecycleTerms.Default.MaxLifeDays, LifecycleTerms.Default.GraceDays);
    }

    private async Task PreviewAsync()
    {
        var outcome = await policies.PreviewAsync(Draft, changing?.Id, CancellationToken.None);
        (preview, refusal) = (outcome.IsRefused ? null : outcome.Value, outcome.Refusal);
    }

    private async Task SetAsync()
    {
        var outcome = await policies.SetAsync(Draft, changing?.Id, reason ?? string.Empty, await actor.GetAsync(), CancellationToken.None);
        refusal = outcome.Refusal;
        if (outcome.IsRefused)
            return;
        snackbar.Done("In force.");
        Clear();
        await LoadAsync();
    }

    private async Task EndAsync(LifecyclePolicy policy)
    {
        if (await dialogs.ConfirmAsync("End " + policy.Name, "What it held for follows the next policy that names it, or the console's own limits. No end that is set is changed.", "End it", askReason: true) is not { } why)
            return;
        var outcome = await policies.EndAsync(policy.Id, why, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        await LoadAsync();
    }
}
