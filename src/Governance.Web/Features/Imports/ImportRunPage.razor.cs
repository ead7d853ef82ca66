using System.Globalization;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Imports;

/// <summary>One run: counts that add up, and every record that was not taken. Looks again each second while it runs.</summary>
public sealed partial class ImportRunPage(ImportQueries queries, ImportService imports, CurrentActor actor, ISnackbar snackbar, TimeProvider clock) : IAsyncDisposable
{
    private const int ShownRejects = 200;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private ImportRunRow? row;
    private IReadOnlyList<ImportReject> rejects = [];
    private bool loaded;
    private bool mayImport;
    private ITimer? timer;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    private PeopleGuard Guard { get; set; } = default!;

    [Inject]
    private ImportWorker Worker { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    private double Percent => row is { Run.FileSize: > 0 } r ? Math.Min(100, 100.0 * r.Run.BytesRead / r.Run.FileSize) : 0;

    public async ValueTask DisposeAsync()
    {
        if (timer is not null)
            await timer.DisposeAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        var me = await actor.GetAsync();
        mayImport = me.Holds(Roles.Administrator) || me.Holds(Roles.SecurityEngineer);
        await LoadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            timer = clock.CreateTimer(_ => _ = InvokeAsync(TickAsync), null, Every, Every);
    }

    private static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private async Task TickAsync()
    {
        if (row is { Run.EndedAt: not null })
            return;
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        row = await queries.FindRunAsync(Id, CancellationToken.None);
        rejects = await queries.ListRejectsAsync(Id, 0, ShownRejects, CancellationToken.None);
        loaded = true;
    }

    private async Task ConfirmAsync()
    {
        if (await Dialogs.ConfirmAsync("Confirm", $"{row!.Run.Message} Whoever the directory says has left answers for nothing any more.", "They are gone", danger: true, askReason: true) is not { } reason)
            return;
        var me = await actor.GetAsync();
        var outcome = await Guard.ConfirmAsync(Id, reason, me, CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        else
            Worker.Begin(Id, me);
        await LoadAsync();
    }

    private async Task CancelAsync()
    {
        var outcome = await imports.CancelAsync(Id, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        await LoadAsync();
    }
}
