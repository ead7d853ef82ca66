using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Audit;

/// <summary>The log, newest first. The search stands in the address.</summary>
public sealed partial class AuditPage(AuditQueries queries, ChainVerifier verifier, NavigationManager navigation)
{
    private Page<AuditEntry>? page;
    private ChainReport? report;
    private bool verifying;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Q { get; set; }

    [SupplyParameterFromQuery(Name = "subject")]
    private string? Subject { get; set; }

    [SupplyParameterFromQuery(Name = "action")]
    private string? Action { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? To { get; set; }

    [SupplyParameterFromQuery(Name = "before")]
    private long? Before { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var filter = new AuditFilter(null, Blank(Subject), Blank(Action), Blank(Q), Day(From), Day(To));
        page = await queries.ListAsync(filter, Before, 50, CancellationToken.None);
    }

    private async Task VerifyAsync()
    {
        verifying = true;
        report = await verifier.VerifyAsync(CancellationToken.None);
        verifying = false;
    }

    private void Go(string? before) => navigation.NavigateTo(navigation.GetUriWithQueryParameter("before", before));

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static DateTimeOffset? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
