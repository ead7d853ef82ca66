using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Audit.Exports;
using Governance.Audit.Forwarding;
using Governance.Common;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Audit;

/// <summary>The log, newest first. The search stands in the address, and an export takes what the search shows.</summary>
public sealed partial class AuditPage(AuditQueries queries, ChainVerifier verifier, CheckpointService checkpoints, LogForwarding forwarder, NavigationManager navigation)
{
    private const int MostActors = 200;

    private Page<AuditEntry>? page;
    private IReadOnlyList<AuditActor> actors = [];
    private AuditCheckpoint? checkpoint;
    private ForwardingView? forwarding;
    private ChainReport? report;
    private string? problem;
    private bool busy;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Q { get; set; }

    [SupplyParameterFromQuery(Name = "subject")]
    private string? Subject { get; set; }

    [SupplyParameterFromQuery(Name = "action")]
    private string? Action { get; set; }

    [SupplyParameterFromQuery(Name = "who")]
    private string? Who { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? To { get; set; }

    [SupplyParameterFromQuery(Name = "before")]
    private long? Before { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        page = await queries.ListAsync(AuditWords.Filter(Q, Subject, Action, Who, From, To), Before, 50, CancellationToken.None);
        actors = await queries.ActorsAsync(MostActors, CancellationToken.None);
        checkpoint = await checkpoints.LastAsync(CancellationToken.None);
        forwarding = await forwarder.GetAsync(CancellationToken.None);
    }

    private Task VerifyAsync(long? since) => BusyAsync(async () => report = await verifier.VerifyAsync(since, [], CancellationToken.None));

    private Task SignAsync() => BusyAsync(async () => checkpoint = await checkpoints.MakeAsync(CancellationToken.None));

    private async Task BusyAsync(Func<Task> work)
    {
        (busy, problem) = (true, null);
        try
        {
            await work();
        }
        catch (AuditBrokenException broken)
        {
            problem = broken.Message + " Nothing was signed.";
        }
        finally
        {
            busy = false;
        }
    }

    private string ExportHref(AuditExportFormat format) => navigation.GetUriWithQueryParameters(
        navigation.ToAbsoluteUri("/audit/export").ToString(),
        new Dictionary<string, object?>(StringComparer.Ordinal) { ["format"] = format.ToString(), ["q"] = Q, ["subject"] = Subject, ["action"] = Action, ["who"] = Who, ["from"] = From, ["to"] = To });

    private void Go(string? before) => navigation.NavigateTo(navigation.GetUriWithQueryParameter("before", before));
}
