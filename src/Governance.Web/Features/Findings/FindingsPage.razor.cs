using Governance.Common;
using Governance.Findings;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Findings;

/// <summary>Rules with their three outcomes at the left, findings at the right. What is chosen is in the address.</summary>
public sealed partial class FindingsPage(FindingQueries queries, CurrentActor actor, NavigationManager navigation, EvaluationProgress progress)
{
    private const int PageSize = 50;

    private readonly HashSet<Guid> chosen = [];
    private IReadOnlyList<RuleTally>? tallies;
    private RuleTally? chosenRule;
    private Page<FindingRow>? page;
    private FindingPolicy policy = FindingPolicy.Default;
    private bool mayAccept;
    private string? toolName;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private FindingAcceptance Acceptance { get; set; } = default!;

    [Inject]
    private PolicyService RulePolicy { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "rule")]
    private string? Rule { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "severity")]
    private string? SeverityName { get; set; }

    [SupplyParameterFromQuery(Name = "tool")]
    private Guid? Tool { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Q { get; set; }

    [SupplyParameterFromQuery(Name = "after")]
    private string? Cursor { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var me = await actor.GetAsync();
        mayAccept = me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator);
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        policy = await RulePolicy.GetAsync(CancellationToken.None);
        tallies ??= await queries.RulesAsync(CancellationToken.None);
        chosenRule = tallies.FirstOrDefault(t => string.Equals(t.Rule.Id, Rule, StringComparison.Ordinal));
        var filter = new FindingFilter(
            Rule, Enum.TryParse<Governance.Findings.Severity>(SeverityName, out var severity) ? severity : null, Enum.TryParse<FindingState>(State, out var state) ? state : null, Q, Tool);
        page = await queries.ListAsync(filter, Cursor, PageSize, CancellationToken.None);
        toolName = Tool is null ? null : page.Rows.Select(r => r.ToolName).FirstOrDefault();
        chosen.IntersectWith(page.Rows.Select(r => r.Id));
    }

    private void Choose(Guid id, bool on) => _ = on ? chosen.Add(id) : chosen.Remove(id);

    private async Task AcceptAsync()
    {
        var dialog = await Dialogs.ShowAsync<AcceptFindingsDialog>("Accept the risk", new DialogParameters<AcceptFindingsDialog> { { d => d.FindingIds, [.. chosen] } });
        if (await dialog.Result is not { Canceled: false })
            return;
        chosen.Clear();
        tallies = null;
        await LoadAsync();
    }

    /// <summary>A second person's yes or no to what another asked for.</summary>
    private async Task AnswerAsync(FindingRow row, bool confirm)
    {
        var me = await actor.GetAsync();
        IReadOnlyList<ItemOutcome> outcomes;
        if (confirm)
        {
            outcomes = await Acceptance.ConfirmAsync([row.Id], me, CancellationToken.None);
        }
        else
        {
            if (await Dialogs.ConfirmAsync("Decline", $"The finding stays open. {row.AskedBy} asked to accept it.", "Decline", danger: false, askReason: true) is not { } because)
                return;
            outcomes = await Acceptance.DeclineAsync([row.Id], because, me, CancellationToken.None);
        }

        if (outcomes[0].Refusal is { } refusal)
            Snackbar.Refused(refusal);
        else
            Snackbar.Done(confirm ? "Accepted: two people have said so." : "Declined. It stays open.");
        tallies = null;
        await LoadAsync();
    }

    private string CsvAddress => Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString("/findings.csv",
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["rule"] = Rule, ["severity"] = SeverityName, ["state"] = State, ["q"] = Q, ["tool"] = Tool?.ToString() }.Where(p => !string.IsNullOrEmpty(p.Value)));

    private string AllToolsAddress => navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal) { ["tool"] = null, ["after"] = null });

    private string Address(string? rule) => navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal) { ["rule"] = rule, ["after"] = null });

    private void Go(string? q = null, string? state = null, string? severity = null, string? after = null) => navigation.NavigateTo(navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["q"] = Kept(q, Q),
        ["state"] = Kept(state, State),
        ["severity"] = Kept(severity, SeverityName),
        ["after"] = after,
    }), replace: true);

    // Null leaves as it is; empty takes it out of the address.
    private static string? Kept(string? given, string? now) => given is null ? now : given.Length == 0 ? null : given;
}
