using System.Text;
using Governance.Findings;
using Governance.Web.Hosting;
using Governance.Web.Security;
using Governance.Web.Shared;

namespace Governance.Web.Features.Findings;

/// <summary>The findings that a page shows, whole, as a CSV file (RFC 4180) in which no cell starts a formula.</summary>
public sealed class FindingEndpoints : IFeatureEndpoints
{
    private const int PageSize = 500;

    public static void Map(WebApplication app) => app.MapGet("/findings.csv", CsvAsync).RequireAuthorization(Policies.Read);

    private static async Task CsvAsync(FindingQueries queries, HttpContext http, string? rule, string? severity, string? state, string? q, Guid? tool, CancellationToken ct)
    {
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"findings.csv\"";
        var filter = new FindingFilter(rule, Enum.TryParse<Severity>(severity, out var s) ? s : null, Enum.TryParse<FindingState>(state, out var at) ? at : null, q, tool);
        await using var writer = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        await writer.WriteAsync("rule,title,severity,state,identity,source,tool,owner,evidence,what_to_do,first_seen_utc,last_seen_utc,accepted_until_utc,accepted_by,accepted_reason,fixed_utc\r\n".AsMemory(), ct);
        string? cursor = null;
        do
        {
            var page = await queries.ListAsync(filter, cursor, PageSize, ct);
            foreach (var r in page.Rows)
            {
                await writer.WriteAsync(Csv.Row(
                    r.RuleId, r.Title, r.Severity.ToString(), r.State.ToString(), r.IdentityName, r.SourceName, r.ToolName, r.OwnerName, r.Evidence, FindingRules.Find(r.RuleId)?.Remedy,
                    Csv.Time(r.FirstSeenAt), Csv.Time(r.LastSeenAt), Csv.Time(r.AcceptedUntil), r.AcceptedBy, r.AcceptedReason, Csv.Time(r.FixedAt)).AsMemory(), ct);
            }

            cursor = page.Next;
        }
        while (cursor is not null);
    }
}
