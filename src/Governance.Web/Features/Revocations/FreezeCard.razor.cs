using System.Globalization;
using Governance.Common;
using Governance.Revocation;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Revocations;

/// <summary>Windows in which nothing is sent.</summary>
public sealed partial class FreezeCard(BrakeListService lists, CurrentActor actor, ISnackbar snackbar, TimeProvider clock)
{
    private IReadOnlyList<FreezeWindow> windows = [];
    private Refusal? refusal;
    private Guid? source;
    private DateTime? from;
    private DateTime? until;
    private string? reason;

    [Parameter]
    public bool MayChange { get; set; }

    [Parameter]
    public bool MayAdd { get; set; }

    [Parameter]
    public IReadOnlyList<SourceBrakeRow> Sources { get; set; } = [];

    protected override async Task OnInitializedAsync()
    {
        (from, until) = (clock.Now().UtcDateTime.Date, clock.Now().UtcDateTime.Date.AddDays(7));
        windows = await lists.FreezesAsync(CancellationToken.None);
    }

    private async Task AddAsync()
    {
        if (from is not { } begin || until is not { } end)
        {
            refusal = new Refusal("freeze.time", "Choose both days.");
            return;
        }

        var outcome = await lists.FreezeAsync(source, Midnight(begin), Midnight(end.AddDays(1)), reason ?? string.Empty, await actor.GetAsync(), CancellationToken.None);
        refusal = outcome.Refusal;
        if (!outcome.IsRefused)
            reason = null;
        windows = await lists.FreezesAsync(CancellationToken.None);
    }

    private async Task EndAsync(FreezeWindow window)
    {
        var outcome = await lists.EndFreezeAsync(window.Id, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            snackbar.Refused(outcome.Refusal);
        windows = await lists.FreezesAsync(CancellationToken.None);
    }

    private static DateTimeOffset Midnight(DateTime day) => new(DateTime.SpecifyKind(day.Date, DateTimeKind.Utc));

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
