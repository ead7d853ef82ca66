using Governance.Common;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>The stop switch, the limits with what each does, and the exemptions.</summary>
public sealed partial class BrakesPage(BrakeService brakes, CurrentActor actor, IDialogService dialogs, ISnackbar snackbar, TimeProvider clock)
{
    private BrakeSettings? settings;
    private BrakeForm? form;
    private IReadOnlyList<ExemptionRow> exemptions = [];
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
    }

    private async Task StopAsync()
    {
        if (await dialogs.ConfirmAsync("Stop everything", "No sweep orders and no call to a source starts from now on, on any node. Calls that are under way end and are recorded.", "Stop everything", danger: true, askReason: true) is { } why)
            await AfterAsync(await brakes.StopAsync(why, await actor.GetAsync(), CancellationToken.None), "Everything is stopped.");
    }

    private async Task ReleaseAsync()
    {
        if (await dialogs.ConfirmAsync("Release", "Sweeps and steps that were due go on at once.", "Release", askReason: true) is { } why)
            await AfterAsync(await brakes.ReleaseAsync(why, await actor.GetAsync(), CancellationToken.None), "Released.");
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

        public int NoticeDays { get; set; } = s.NoticeDays;

        public int QuarantineDays { get; set; } = s.QuarantineDays;

        public int UnownedGraceDays { get; set; } = s.UnownedGraceDays;

        public int MaxImportAgeHours { get; set; } = s.MaxImportAgeHours;

        public BrakeChange ToChange() => new(DryRunOnly, MaxOrders, MaxPercent, NoticeDays, QuarantineDays, UnownedGraceDays, MaxImportAgeHours);
    }
}
