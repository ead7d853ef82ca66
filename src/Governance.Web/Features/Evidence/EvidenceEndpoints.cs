using System.Globalization;
using System.IO.Compression;
using Governance.Audit.Signing;
using Governance.Evidence;
using Governance.Persistence;
using Governance.Web.Hosting;
using Governance.Web.Security;

namespace Governance.Web.Features.Evidence;

/// <summary>Downloads of a package, of the records behind a metric, and the public keys that anybody checks signatures with. Each reading of evidence stands in the audit log.</summary>
public sealed class EvidenceEndpoints : IFeatureEndpoints
{
    public static void Map(WebApplication app)
    {
        // The service lets in auditors, administrators, and whom the package was shared with.
        app.MapGet("/evidence/{id:guid}/report.pdf", (Guid id, EvidenceService evidence, CurrentActor actor, CancellationToken ct) => FileAsync(id, "report.pdf", "application/pdf", evidence, actor, ct)).RequireAuthorization(Policies.SignedIn);
        app.MapGet("/evidence/{id:guid}/report.html", (Guid id, EvidenceService evidence, CurrentActor actor, CancellationToken ct) => FileAsync(id, "report.html", "text/html; charset=utf-8", evidence, actor, ct)).RequireAuthorization(Policies.SignedIn);
        app.MapGet("/evidence/{id:guid}/assessment-results.json", (Guid id, EvidenceService evidence, CurrentActor actor, CancellationToken ct) => FileAsync(id, "assessment-results.json", "application/json", evidence, actor, ct)).RequireAuthorization(Policies.SignedIn);
        app.MapGet("/evidence/{id:guid}/package.zip", PackageAsync).RequireAuthorization(Policies.SignedIn);
        app.MapGet("/evidence/metrics/{metric}.csv", MetricAsync).RequireAuthorization(Policies.Read);
        app.MapGet("/.well-known/governance-keys.json", (SigningKeys keys) => Results.Json(new { keys = keys.Known })).AllowAnonymous();
    }

    private static async Task<IResult> FileAsync(Guid id, string file, string type, EvidenceService evidence, CurrentActor actor, CancellationToken ct)
    {
        var folder = await evidence.OpenAsync(id, file, await actor.GetAsync(), ct);
        if (folder.IsRefused)
            return Results.NotFound();
        // The page is shown, the others are saved under the package's name.
        return Results.File(Path.Combine(folder.Value, file), type, file.EndsWith(".html", StringComparison.Ordinal) ? null : Path.GetFileName(folder.Value) + Path.GetExtension(file));
    }

    private static async Task<IResult> PackageAsync(Guid id, EvidenceService evidence, DataDirectory data, CurrentActor actor, CancellationToken ct)
    {
        var folder = await evidence.OpenAsync(id, "package.zip", await actor.GetAsync(), ct);
        if (folder.IsRefused)
            return Results.NotFound();
        // Populations of a million do not fit into memory twice; the file goes when it was sent.
        var zip = Path.Combine(data.Folder("temporary"), Path.GetRandomFileName() + ".zip");
        await ZipFile.CreateFromDirectoryAsync(folder.Value, zip, CompressionLevel.Fastest, includeBaseDirectory: true, ct);
        return Results.File(new FileStream(zip, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous), "application/zip", Path.GetFileName(folder.Value) + ".zip");
    }

    private static async Task<IResult> MetricAsync(string metric, string? asOf, MetricBoard board, CurrentActor actor, CancellationToken ct)
    {
        if (MetricCatalogue.Find(metric) is not { Unmeasured: null } known || known is AuditChainMetric)
            return Results.NotFound();
        var file = await board.FileAsync(known, MetricDate.Read(asOf), await actor.GetAsync(), ct);
        return file.IsRefused
            ? Results.NotFound()
            : Results.File(new FileStream(file.Value, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous), "text/csv; charset=utf-8", $"{known.Id}{(asOf is null ? string.Empty : "-" + asOf)}.csv");
    }
}

/// <summary>The as-of date in an address: the beginning of a day in UTC.</summary>
internal static class MetricDate
{
    public static DateTimeOffset? Read(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
