using Governance.Common;
using Governance.Findings;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Findings;

/// <summary>Every rule with its limits, remedy, mappings and outcomes; an administrator edits a draft of the policy and saves it whole, with a reason.</summary>
public sealed partial class RulesPage(FindingQueries queries, PolicyService policies, CurrentActor actor, ISnackbar snackbar)
{
    private readonly Dictionary<string, string> offReasons = new(StringComparer.Ordinal);
    private IReadOnlyList<RuleTally>? tallies;
    private IReadOnlyList<FindingSettings> history = [];
    private FindingPolicy inForce = FindingPolicy.Default;
    private FindingPolicy draft = FindingPolicy.Default;
    private Refusal? refusal;
    private string? reason;
    private int changed;
    private bool mayChange;
    private bool busy;

    protected override async Task OnInitializedAsync()
    {
        mayChange = (await actor.GetAsync()).Holds(Roles.Administrator);
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        inForce = await policies.GetAsync(CancellationToken.None);
        history = await policies.HistoryAsync(CancellationToken.None);
        tallies = await queries.RulesAsync(CancellationToken.None);
        Draft(inForce);
    }

    private void Draft(FindingPolicy policy)
    {
        draft = policy;
        changed = PolicyRules.Differences(inForce, draft).Count;
    }

    private void Weigh(FindingRule rule, Governance.Findings.Severity severity)
    {
        var severities = new Dictionary<string, Governance.Findings.Severity>(draft.Severities, StringComparer.Ordinal);
        if (severity == rule.Severity)
            severities.Remove(rule.Id);
        else
            severities[rule.Id] = severity;
        Draft(draft with { Severities = severities });
    }

    private void Switch(string ruleId, string? because)
    {
        var off = new Dictionary<string, string>(draft.Off, StringComparer.Ordinal);
        if (because is null)
            off.Remove(ruleId);
        else
            off[ruleId] = because.Trim();
        Draft(draft with { Off = off });
    }

    private async Task SaveAsync()
    {
        busy = true;
        var wanted = draft;
        var saved = await policies.ChangeAsync(_ => wanted, reason ?? string.Empty, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        refusal = saved.IsRefused ? saved.Refusal : null;
        if (saved.IsRefused)
            return;
        reason = null;
        snackbar.Done("The policy is in force. Findings follow within moments.");
        await LoadAsync();
    }
}
