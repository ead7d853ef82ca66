using System.Globalization;
using System.Text;
using Governance.Campaigns;
using Governance.Web.Hosting;
using Governance.Web.Security;
using Governance.Web.Shared;

namespace Governance.Web.Features.Campaigns;

/// <summary>A campaign's items, decisions and exclusions as CSV files, whole, written page by page.</summary>
public sealed class CampaignEndpoints : IFeatureEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/campaigns/{id:guid}/items.csv", ItemsAsync).RequireAuthorization(Policies.Read);
        app.MapGet("/campaigns/{id:guid}/decisions.csv", DecisionsAsync).RequireAuthorization(Policies.Read);
        app.MapGet("/campaigns/{id:guid}/left-out.csv", LeftOutAsync).RequireAuthorization(Policies.Read);
    }

    private static Task ItemsAsync(Guid id, CampaignExports exports, HttpContext http, CancellationToken ct) => WriteAsync(
        http, "campaign-items.csv",
        ["item", "identity_id", "identity", "source", "ai_tool", "asked_about", "target_id", "target", "stage", "reviewer", "why_this_reviewer", "recommended", "risk_shown", "findings_shown", "verdict", "decided_utc", "outcome"],
        (after, token) => exports.ItemsAsync(id, after, CampaignExports.MostRows, token), i => i.Id,
        i => [
            Id(i.Id), Id(i.IdentityId), i.Identity, i.Source, i.Tool, i.Target.ToString(), Id(i.TargetId), i.TargetName, N(i.Stage), i.Reviewer, i.ReviewerReason, i.Recommended?.ToString(), N(i.RiskShown), i.FindingsShown, i.Verdict?.ToString(),
            Csv.Time(i.DecidedAt), i.Outcome.ToString(),
        ], ct);

    private static Task DecisionsAsync(Guid id, CampaignExports exports, HttpContext http, CancellationToken ct) => WriteAsync(
        http, "campaign-decisions.csv",
        ["decision", "item", "identity_id", "identity", "stage", "verdict", "reviewer", "at_utc", "reason", "recommended", "supersedes", "taken_back", "given_together_with", "content_shown_sha256"],
        (after, token) => exports.DecisionsAsync(id, after, CampaignExports.MostRows, token), d => d.Id,
        d => [
            Id(d.Id), Id(d.ItemId), Id(d.IdentityId), d.Identity, N(d.Stage), d.Verdict.ToString(), d.Reviewer, Csv.Time(d.At), d.Justification, d.Recommended?.ToString(), d.SupersedesId is { } s ? Id(s) : null, d.Withdrawn ? "yes" : "no", N(d.BulkSize),
            d.ShownHash,
        ], ct);

    private static Task LeftOutAsync(Guid id, CampaignExports exports, HttpContext http, CancellationToken ct) => WriteAsync(
        http, "campaign-left-out.csv", ["identity_id", "identity", "source", "reason", "in_words"],
        (after, token) => exports.ExclusionsAsync(id, after, CampaignExports.MostRows, token), e => e.Id,
        e => [Id(e.IdentityId), e.Identity, e.Source, e.Reason, e.Words], ct);

    private static async Task WriteAsync<T>(
        HttpContext http, string name, string[] header, Func<Guid?, CancellationToken, Task<IReadOnlyList<T>>> page, Func<T, Guid> key, Func<T, IEnumerable<string?>> cells, CancellationToken ct)
    {
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        await using var writer = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        await writer.WriteAsync(Csv.Row(header).AsMemory(), ct);
        Guid? after = null;
        while (await page(after, ct) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
                await writer.WriteAsync(Csv.Row(cells(row)).AsMemory(), ct);
            after = key(rows[^1]);
        }
    }

    private static string Id(Guid id) => id.ToString("D");

    private static string N(int n) => n.ToString(CultureInfo.InvariantCulture);
}
