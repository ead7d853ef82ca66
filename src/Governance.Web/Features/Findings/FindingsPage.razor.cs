using Governance.Common;
using Governance.Findings;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Findings;

/// <summary>Rules with their three outcomes at the left, findings at the right. What is chosen is in the address.</summary>
public sealed partial class FindingsPage(FindingQueries queries, CurrentActor actor, NavigationManager navigation)
{
    private const int PageSize = 50;

    private readonly HashSet<Guid> chosen = [];
    private IReadOnlyList<RuleTally>? tallies;
    private RuleTally? chosenRule;
    private Page<FindingRow>? page;
    private bool mayAccept;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "rule")]
    private string? Rule { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "severity")]
    private string? SeverityName { get; set; }

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
        tallies ??= await queries.RulesAsync(CancellationToken.None);
        chosenRule = tallies.FirstOrDefault(t => string.Equals(t.Rule.Id, Rule, StringComparison.Ordinal));
        var filter = new FindingFilter(
            Rule, Enum.TryParse<Governance.Findings.Severity>(SeverityName, out var severity) ? severity : null, Enum.TryParse<FindingState>(State, out var state) ? state : null, Q);
        page = await queries.ListAsync(filter, Cursor, PageSize, CancellationToken.None);
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

    private static string MappingLine(Mappings maps)
    {
        var parts = new List<string>();
        Add("OWASP NHI", maps.Nhi);
        Add("OWASP agentic", [.. maps.Asi, .. maps.AsiOurs.Select(id => id + " (ours)")]);
        Add("NIST CSF 2.0", maps.Csf);
        Add("AI RMF", maps.AiRmf);
        Add("MAESTRO", maps.Layers);
        return string.Join(" · ", parts);

        void Add(string list, IReadOnlyList<string> ids)
        {
            if (ids.Count > 0)
                parts.Add($"{list} {string.Join(", ", ids)}");
        }
    }
}
