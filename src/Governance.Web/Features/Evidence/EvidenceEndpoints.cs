using System.IO.Compression;
using Governance.Evidence;
using Governance.Web.Hosting;
using Governance.Web.Security;

namespace Governance.Web.Features.Evidence;

/// <summary>Downloads of a package: the report, or all of it as one zip. Each download stands in the audit log.</summary>
public sealed class EvidenceEndpoints : IFeatureEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/evidence/{id:guid}/report.pdf", ReportAsync).RequireAuthorization(Policies.Audit);
        app.MapGet("/evidence/{id:guid}/package.zip", PackageAsync).RequireAuthorization(Policies.Audit);
    }

    private static async Task<IResult> ReportAsync(Guid id, EvidenceService evidence, CurrentActor actor, CancellationToken ct)
    {
        var folder = await evidence.OpenAsync(id, "report.pdf", await actor.GetAsync(), ct);
        return folder.IsRefused ? Results.NotFound() : Results.File(Path.Combine(folder.Value, "report.pdf"), "application/pdf", Path.GetFileName(folder.Value) + ".pdf");
    }

    private static async Task<IResult> PackageAsync(Guid id, EvidenceService evidence, CurrentActor actor, HttpContext http, CancellationToken ct)
    {
        var folder = await evidence.OpenAsync(id, "package.zip", await actor.GetAsync(), ct);
        if (folder.IsRefused)
            return Results.NotFound();
        // The archive's writer is synchronous; into memory first, since Kestrel takes no synchronous writes.
        var zip = new MemoryStream();
        await ZipFile.CreateFromDirectoryAsync(folder.Value, zip, CompressionLevel.Fastest, includeBaseDirectory: true, ct);
        zip.Position = 0;
        return Results.File(zip, "application/zip", Path.GetFileName(folder.Value) + ".zip");
    }
}
