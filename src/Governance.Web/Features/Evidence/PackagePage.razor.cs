using System.Globalization;
using Governance.Audit.Signing;
using Governance.Common;
using Governance.Evidence;
using Governance.Web.Security;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Features.Evidence;

/// <summary>One package: for auditors with its steps and who may read it, for whom it was shared with to read and check.</summary>
public sealed partial class PackagePage(EvidenceQueries queries, EvidenceIssuing issuing, EvidenceSharing sharing, SigningKeys keys, CurrentActor actor, IDialogService dialogs, ISnackbar snackbar, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private EvidencePackage? package;
    private IReadOnlyList<EvidenceReader> readers = [];
    private IReadOnlyList<(Guid Id, string Name)> accounts = [];
    private Refusal? refusal;
    private Guid? account;
    private string until = string.Empty;
    private string kid = string.Empty;
    private bool loaded;
    private bool inside;
    private bool busy;

    /// <summary>The package.</summary>
    [Parameter]
    public Guid Id { get; set; }

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        until = Times.Day(clock.GetUtcNow().AddDays(60));
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        var by = await actor.GetAsync();
        inside = by.Holds(Roles.Auditor) || by.Holds(Roles.Administrator);
        package = await queries.FindAsync(Id, by, leaving.Token);
        kid = keys.Current.Kid;
        if (inside && package is not null)
        {
            readers = await queries.ReadersAsync(Id, leaving.Token);
            accounts = await queries.AccountsAsync(leaving.Token);
        }

        loaded = true;
    }

    private async Task ApproveAsync()
    {
        if (await dialogs.ConfirmAsync("Approve this package?", "You say that you have read it and that it may be issued. Your name is printed on its cover. What was prepared by you, somebody else has to approve.", "Approve") is null)
            return;
        await RunAsync(async by => (await issuing.ApproveAsync(Id, by, leaving.Token)).Refusal, "Approved.");
    }

    private async Task IssueAsync()
    {
        if (await dialogs.ConfirmAsync("Issue this package?", "The report is drawn without DRAFT and signed. What was issued before for the same framework, period and scope is superseded. It can't be taken back.", "Issue") is null)
            return;
        await RunAsync(async by => (await Task.Run(() => issuing.IssueAsync(Id, by, leaving.Token))).Refusal, "Issued.");
    }

    private Task ShareAsync() => RunAsync(async by =>
        DateOnly.TryParseExact(until, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? (await sharing.ShareAsync(Id, account!.Value, new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero), by, leaving.Token)).Refusal
            : new Refusal("evidence.date", "Give the last day of the access.", "until"), "Shared. Send the address of this page.");

    private Task EndAsync(Guid access) => RunAsync(async by => (await sharing.EndAsync(access, by, leaving.Token)).Refusal, "Ended.");

    private async Task RunAsync(Func<Actor, Task<Refusal?>> act, string done)
    {
        (busy, refusal) = (true, null);
        try
        {
            refusal = await act(await actor.GetAsync());
            if (refusal is null)
                snackbar.Done(done);
            await LoadAsync();
        }
        finally
        {
            busy = false;
        }
    }
}
