using System.Globalization;
using System.Text;
using Governance.Common;
using Governance.Inventory;
using Governance.Web.Hosting;
using Governance.Web.Security;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;

namespace Governance.Web.Features.Imports;

/// <summary>Upload of a file, the templates, and the rejects of a run as CSV.</summary>
public sealed class ImportEndpoints : IFeatureEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapPost("/imports/upload", UploadAsync).RequireAuthorization(Policies.Secure);
        app.MapGet("/imports/templates/{subject}", Template).RequireAuthorization(Policies.Read);
        app.MapGet("/imports/{id:guid}/rejects.csv", RejectsAsync).RequireAuthorization(Policies.Read);
    }

    /// <summary>The body is the file itself, or several as a form, streamed to their place; the antiforgery token comes as a header.</summary>
    private static async Task<IResult> UploadAsync(string? name, string? source, string? format, bool? full, HttpContext http, IAntiforgery antiforgery, CurrentActor actor, ImportService imports, ImportWorker worker, CancellationToken ct)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Results.Json(new { message = "The page is too old to send a file. Load it again." }, statusCode: StatusCodes.Status400BadRequest);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        var by = await actor.GetAsync();
        var asked = new ImportRequest(name ?? "upload", source ?? string.Empty, string.IsNullOrWhiteSpace(format) ? InventoryReaders.Auto : format, full ?? false);
        Outcome<Guid> queued;
        try
        {
            queued = UploadedFiles.AreIn(http.Request)
                ? await UploadedFiles.PackAsync(http.Request, archive => imports.QueueAsync(asked, archive, by, ct), ct)
                : await imports.QueueAsync(asked, http.Request.Body, by, ct);
        }
        catch (Exception e) when (UploadedFiles.AreIn(http.Request) && e is IOException or InvalidDataException or BadHttpRequestException)
        {
            return Results.Json(new { message = "The upload broke off. Nothing was imported; send the files again." }, statusCode: StatusCodes.Status400BadRequest);
        }

        if (queued.IsRefused)
            return Results.Json(new { message = queued.Refusal.Message, code = queued.Refusal.Code }, statusCode: StatusCodes.Status422UnprocessableEntity);
        if ((await http.RequestServices.GetRequiredService<ImportQueries>().FindRunAsync(queued.Value, ct))?.Run.State == ImportRunState.WaitsForMap)
            return Results.Json(new { id = queued.Value, map = true });
        worker.Begin(queued.Value, by);
        return Results.Json(new { id = queued.Value });
    }

    private static IResult Template(string subject)
    {
        var (columns, example) = subject switch
        {
            "identities.csv" => (IdentityCsvReader.Columns, "svc-0001,Invoice assistant,ServiceAccount,Reads invoices,production,true,Contoso,finance@example.org,eve@example.org,Invoice assistant,supervised,Books invoices,2025-03-01,2026-11-20T08:00:00Z,2027-03-01,,key-1|ApiKey|2025-03-01|never|2026-11-20,!Invoices.Write@ERP;Invoices.Read@ERP"),
            "people.csv" => (PeopleCsvReader.Columns, "1001,Eve Example,eve@example.org,Controller,Finance,1000,active,"),
            _ => ([], string.Empty),
        };
        return columns.Count == 0 ? Results.NotFound() : Results.File(Encoding.UTF8.GetBytes($"{string.Join(',', columns)}\r\n{example}\r\n"), "text/csv; charset=utf-8", subject);
    }

    private static async Task<IResult> RejectsAsync(Guid id, ImportQueries queries, CancellationToken ct)
    {
        if (await queries.FindRunAsync(id, ct) is null)
            return Results.NotFound();
        return Results.Stream(stream => queries.WriteRejectsAsync(id, stream, ct), "text/csv; charset=utf-8", $"rejects-{id.ToString("N", CultureInfo.InvariantCulture)[..8]}.csv");
    }
}
