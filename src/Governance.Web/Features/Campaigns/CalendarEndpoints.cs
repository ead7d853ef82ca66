using Governance.Campaigns;
using Governance.Web.Hosting;
using Governance.Web.Security;

namespace Governance.Web.Features.Campaigns;

/// <summary>The calendar feed. Calendar programs can't sign in: the address itself is the secret, limited in how often it may be tried, and never logged.</summary>
public sealed class CalendarEndpoints : IFeatureEndpoints
{
    public static void Map(WebApplication app) => app.MapGet("/calendar/{secret}", ReadAsync).AllowAnonymous().RequireRateLimiting(SignInEndpoints.RateLimit);

    private static async Task<IResult> ReadAsync(string secret, CalendarService calendars, HttpContext http, CancellationToken ct)
    {
        const string extension = ".ics";
        http.Response.Headers.CacheControl = "private, no-store";
        if (!secret.EndsWith(extension, StringComparison.OrdinalIgnoreCase)
            || await calendars.ReadAsync(secret[..^extension.Length], $"{http.Request.Scheme}://{http.Request.Host}", ct) is not { } file)
        {
            return Results.NotFound();
        }

        return Results.Text(file, "text/calendar; charset=utf-8");
    }
}
