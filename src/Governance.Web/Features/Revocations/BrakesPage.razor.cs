using Governance.Common;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>The stop switch, the limits with what each does, and the exemptions.</summary>
public sealed partial class BrakesPage(BrakeService brakes, StopService stops, BrakeListService lists, BrakeQueries queries, CurrentActor actor, IDialogService dialogs, ISnackbar snackbar, TimeProvider clock)
{
    private BrakeSettings? settings;
    private BrakeForm? form;
    private IReadOnlyList<ExemptionRow> exemptions = [];
    private IReadOnlyList<BrakeRow> book = [];
    private IReadOnlyList<SourceBrakeRow> sources = [];
    private string? directory;
    private InventoryChoice? choice;
    private DateTime? until;
    private string? reason;
    private Refusal? refusal;
    private Refusal? exemptRefusal;
    private bool mayChange;
    private bool mayStop;

    protected override async Task OnInitializedAsync()
    {
        var me = await actor.GetAsync();
        (mayChange, mayStop) = (me.Holds(Roles.Administrator), me.Holds(Roles.Administrator) || me.Holds(Roles.SecurityEngineer));
        until = clock.Now().UtcDateTime.Date.AddDays(30);
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        settings = await brakes.GetAsync(CancellationToken.None);
        form = new BrakeForm(settings);
        exemptions = await brakes.ExemptionsAsync(CancellationToken.None);
        (book, sources, directory) = (await queries.BookAsync(CancellationToken.None), await queries.SourcesAsync(CancellationToken.None), await queries.DirectoryAsync(CancellationToken.None));
    }

    private async Task StopAsync(SourceBrakeRow? source)
    {
        var (what, words) = source is null ? ("everything", "on any node") : (source.Source, "to it, on any node");
        if (await dialogs.ConfirmAsync($"Stop {what}", $"No call to a source starts from now on {words}, restores included. Calls that are under way end and are recorded. Two administrators release it.", $"Stop {what}", danger: true, askReason: true) is { } why)
            await AfterAsync(await stops.StopAsync(source?.SourceId, why, await actor.GetAsync(), CancellationToken.None), source is null ? "Everything is stopped." : $"{what} is stopped.");
    }

    private async Task ReleaseAsync(SourceBrakeRow? source)
    {
        var asked = (source is null ? settings!.ReleaseAskedBy : source.ReleaseAskedBy) is not null;
        var effect = asked ? "Sweeps and steps that were due go on at once." : "Another administrator has to confirm it within a day; then what was due goes on.";
        if (await dialogs.ConfirmAsync("Release", effect, asked ? "Confirm release" : "Ask for release", askReason: true) is { } why)
            await AfterAsync(await stops.ReleaseAsync(source?.SourceId, why, await actor.GetAsync(), CancellationToken.None), asked ? "Released." : "Asked. Another administrator confirms it.");
    }

    private async Task AcceptAsync(SourceBrakeRow? source)
    {
        var effect = source is null ? "Automatic orders go on as if the people who vanished had left." : $"Automatic orders on {source.Source} go on. {source.Sick}";
        if (await dialogs.ConfirmAsync("The loss is true", effect, "Accept the loss", danger: true, askReason: true) is { } why)
            await AfterAsync(await lists.AcceptLossAsync(source?.SourceId, why, await actor.GetAsync(), CancellationToken.None), "Accepted. The next sweep counts anew.");
    }

    private async Task SaveAsync()
    {
        var outcome = await brakes.ChangeAsync(form!.ToChange(), await actor.GetAsync(), CancellationToken.None);
        refusal = outcome.Refusal;
        if (!outcome.IsRefused)
        {
            snackbar.Done("The limits are in force.");
            await LoadAsync();
        }
    }

    private async Task ExemptAsync()
    {
        if (choice is null || until is not { } day)
        {
            exemptRefusal = new Refusal("exemption.incomplete", "Choose an identity and a day.");
            return;
        }

        var end = new DateTimeOffset(DateTime.SpecifyKind(day.Date.AddDays(1), DateTimeKind.Utc));
        var outcome = await brakes.ExemptAsync(choice.Id, reason ?? string.Empty, end, await actor.GetAsync(), CancellationToken.None);
        exemptRefusal = outcome.Refusal;
        if (outcome.IsRefused)
            return;
        snackbar.Done($"{choice.Name} is exempt until {Times.Day(end.AddDays(-1))}.");
        (choice, reason) = (null, null);
        await LoadAsync();
    }

    private async Task EndAsync(ExemptionRow exemption)
    {
        if (await dialogs.ConfirmAsync("End the exemption", $"{exemption.Identity} can be revoked again, and an order that waited goes on.", "End") is not null)
            await AfterAsync(await brakes.EndExemptionAsync(exemption.Id, await actor.GetAsync(), CancellationToken.None), "The exemption has ended.");
    }

    private async Task<IEnumerable<InventoryChoice>> SearchAsync(string? text, CancellationToken ct) => await brakes.SearchIdentitiesAsync(text, 12, ct);

    private async Task AfterAsync(Outcome<Done> outcome, string done)
    {
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        else
            snackbar.Done(done);
        await LoadAsync();
    }

    /// <summary>What the fields are bound to.</summary>
    private sealed class BrakeForm(BrakeSettings s)
    {
        public bool DryRunOnly { get; set; } = s.DryRunOnly;

        public int MaxOrders { get; set; } = s.MaxOrders;

        public int MaxPercent { get; set; } = s.MaxPercent;

        public int DayMaxOrders { get; set; } = s.DayMaxOrders;

        public int DayMaxPercent { get; set; } = s.DayMaxPercent;

        public int AllMaxPercent { get; set; } = s.AllMaxPercent;

        public int ToolMaxOrders { get; set; } = s.ToolMaxOrders;

        public int OwnerMaxOrders { get; set; } = s.OwnerMaxOrders;

        public int NoticeDays { get; set; } = s.NoticeDays;

        public int QuarantineDays { get; set; } = s.QuarantineDays;

        public int UnownedGraceDays { get; set; } = s.UnownedGraceDays;

        public int MaxImportAgeHours { get; set; } = s.MaxImportAgeHours;

        public int ShrinkPercent { get; set; } = s.ShrinkPercent;

        public int DirectoryPercent { get; set; } = s.DirectoryPercent;

        public int RecentUseDays { get; set; } = s.RecentUseDays;

        public bool ApproveUnobservable { get; set; } = s.ApproveUnobservable;

        public int SoakMinutes { get; set; } = s.SoakMinutes;

        public int StepsPerMinute { get; set; } = s.StepsPerMinute;

        public BrakeChange ToChange() => new(DryRunOnly, MaxOrders, MaxPercent, NoticeDays, QuarantineDays, UnownedGraceDays, MaxImportAgeHours)
        {
            DayMaxOrders = DayMaxOrders,
            DayMaxPercent = DayMaxPercent,
            AllMaxPercent = AllMaxPercent,
            ToolMaxOrders = ToolMaxOrders,
            OwnerMaxOrders = OwnerMaxOrders,
            ShrinkPercent = ShrinkPercent,
            DirectoryPercent = DirectoryPercent,
            RecentUseDays = RecentUseDays,
            ApproveUnobservable = ApproveUnobservable,
            SoakMinutes = SoakMinutes,
            StepsPerMinute = StepsPerMinute,
        };
    }
}
