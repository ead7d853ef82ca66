using System.Globalization;
using System.Text.Json;
using Governance.Audit.Checkpoints;
using Governance.Audit.Exports;
using Governance.Audit.Signing;
using Governance.Web.Hosting;
using Governance.Web.Security;

namespace Governance.Web.Features.Audit;

/// <summary>Takes the log out of the console: exports with proofs, the last checkpoint, the public keys, the verifier. Each export stands in the log.</summary>
public sealed class AuditEndpoints : IFeatureEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/audit/export", ExportAsync).RequireAuthorization(Policies.Audit);
        app.MapGet("/audit/checkpoint.json", CheckpointAsync).RequireAuthorization(Policies.Audit);
        app.MapGet("/audit/keys.json", (SigningKeys keys) => Results.Json(new { keys = keys.Known })).RequireAuthorization(Policies.Audit);
        app.MapGet("/audit/verify_audit.py", () => Results.File(AuditExports.Verifier(), "text/x-python", "verify_audit.py")).RequireAuthorization(Policies.Audit);
    }

    private static async Task<IResult> ExportAsync(
        AuditExports exports, CurrentActor actor, TimeProvider clock, string? format, string? q, string? subject, string? action, string? who, string? from, string? to, CancellationToken ct)
    {
        if (!Enum.TryParse<AuditExportFormat>(format ?? nameof(AuditExportFormat.JsonLines), ignoreCase: true, out var chosen) || !Enum.IsDefined(chosen))
            return Results.Problem("The format is JsonLines, Csv or Cef.", statusCode: StatusCodes.Status400BadRequest);
        // Into a file first, since an archive of millions of entries is no matter for memory; it goes when it is closed.
        var file = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        try
        {
            var outcome = await exports.WriteAsync(AuditWords.Filter(q, subject, action, who, from, to), chosen, file, await actor.GetAsync(), ct);
            if (outcome.IsRefused)
            {
                await file.DisposeAsync();
                return Results.Problem(outcome.Refusal.Message, statusCode: StatusCodes.Status403Forbidden);
            }

            file.Position = 0;
            return Results.File(file, "application/zip", string.Create(CultureInfo.InvariantCulture, $"audit-log-{clock.GetUtcNow():yyyyMMdd-HHmmss}.zip"));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static async Task<IResult> CheckpointAsync(CheckpointService checkpoints, CancellationToken ct) =>
        await checkpoints.LastAsync(ct) is { } last
            ? Results.File(JsonSerializer.SerializeToUtf8Bytes(CheckpointFile.Of(last), JsonSerializerOptions.Web), "application/json", string.Create(CultureInfo.InvariantCulture, $"audit-checkpoint-{last.Size}.json"))
            : Results.NotFound();
}
