using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Web.Features.Inventory;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>Rules by filter: what each says, what it has done, and, before it is saved, what it would do.</summary>
public sealed partial class RulesPage(OwnerRuleService service, InventoryQueries inventory, CurrentActor actor, IDialogService dialogs, ISnackbar snackbar)
{
    private IReadOnlyList<OwnerRuleRow>? rules;
    private IReadOnlyList<(Guid Id, string Name)> sources = [];
    private IReadOnlyList<(Guid Id, string Name)> tools = [];
    private IReadOnlyList<RuleStep> history = [];
    private RuleForm? form;
    private RulePreview? preview;
    private Refusal? refusal;
    private Guid? shown;
    private bool mayEdit;
    private bool busy;

    protected override async Task OnInitializedAsync()
    {
        var me = await actor.GetAsync();
        mayEdit = me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator);
        sources = [.. (await inventory.ListSourcesAsync(CancellationToken.None)).Select(s => (s.Id, s.Name))];
        tools = [.. (await inventory.ListToolsAsync(CancellationToken.None)).Select(t => (t.Id, t.Name))];
        rules = await service.ListAsync(CancellationToken.None);
    }

    private void New() => (form, preview, refusal) = (new RuleForm { Priority = Math.Min(999, (rules!.Count > 0 ? rules.Max(r => r.Priority) : 0) + 10) }, null, null);

    private async Task EditAsync(OwnerRuleRow rule)
    {
        refusal = null;
        form = new RuleForm
        {
            Id = rule.Id,
            Name = rule.Name,
            Pattern = rule.Filter.NamePattern,
            SourceId = rule.Filter.SourceId,
            ToolId = rule.Filter.ToolId,
            Kind = rule.Filter.Kind,
            PersonId = rule.PersonId,
            Person = rule.Person,
            Team = rule.Team,
            Priority = rule.Priority,
            AlsoOwned = rule.AlsoOwned,
        };
        await PreviewAsync();
    }

    private async Task ChosenAsync(Guid person)
    {
        form!.PersonId = person;
        await PreviewAsync();
    }

    private async Task PreviewAsync() =>
        preview = form is null || form.PersonId == Guid.Empty || form.Filter == new IdentityFilter() ? null : await service.PreviewAsync(form.Draft, CancellationToken.None);

    private async Task SaveAsync()
    {
        busy = true;
        var outcome = await service.SaveAsync(form!.Draft, null, await actor.GetAsync(), CancellationToken.None);
        busy = false;
        refusal = outcome.Refusal;
        if (outcome.IsRefused)
            return;
        snackbar.Done("The rule is kept. It is applied after the next import, or now if you press Apply now.");
        form = null;
        rules = await service.ListAsync(CancellationToken.None);
    }

    private async Task ApplyAsync()
    {
        busy = true;
        var outcome = await service.ApplyAsync(await actor.GetAsync(), CancellationToken.None);
        busy = false;
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        else
            snackbar.Done(outcome.Value == 0 ? "Nothing new matches: nobody had to be asked." : $"Asked about {OwnerWords.Identities(outcome.Value)}.");
        rules = await service.ListAsync(CancellationToken.None);
    }

    private async Task EndAsync(OwnerRuleRow rule)
    {
        if (await dialogs.ConfirmAsync("End the rule", $"It asks nobody any more. The {rule.Accepted} accepted because of it stay; {rule.Open} questions that wait stay too.", "End it", askReason: true) is not { } reason)
            return;
        var outcome = await service.EndAsync(rule.Id, reason, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        else
            snackbar.Done("The rule has ended.");
        rules = await service.ListAsync(CancellationToken.None);
    }

    private async Task HistoryAsync(Guid rule)
    {
        shown = shown == rule ? null : rule;
        history = shown is null ? [] : await service.HistoryAsync(rule, CancellationToken.None);
    }

    private string Words(IdentityFilter filter)
    {
        var parts = new List<string>();
        if (filter.NamePattern is not null)
            parts.Add($"name {filter.NamePattern}");
        if (filter.SourceId is { } source)
            parts.Add($"in {sources.FirstOrDefault(s => s.Id == source).Name ?? "a source that is gone"}");
        if (filter.ToolId is { } tool)
            parts.Add($"for {tools.FirstOrDefault(t => t.Id == tool).Name ?? "a tool that is gone"}");
        if (filter.Kind is { } kind)
            parts.Add(InventoryWords.Of(kind));
        return parts.Count == 0 ? "a filter that this page can't show" : string.Join(", ", parts);
    }

    private sealed class RuleForm
    {
        public Guid? Id { get; init; }

        public string Name { get; set; } = string.Empty;

        public string? Pattern { get; set; }

        public Guid? SourceId { get; set; }

        public Guid? ToolId { get; set; }

        public IdentityKind? Kind { get; set; }

        public Guid PersonId { get; set; }

        public string? Person { get; init; }

        public string? Team { get; set; }

        public int Priority { get; set; } = 10;

        public bool AlsoOwned { get; set; }

        public IdentityFilter Filter => new() { NamePattern = string.IsNullOrWhiteSpace(Pattern) ? null : Pattern.Trim(), SourceId = SourceId, ToolId = ToolId, Kind = Kind };

        public OwnerRuleDraft Draft => new(Id, Name, Filter, PersonId, Team, Priority, AlsoOwned);
    }
}
