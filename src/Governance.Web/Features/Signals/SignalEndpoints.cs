using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Common;
using Governance.Signals;
using Governance.Web.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Governance.Web.Features.Signals;

/// <summary>
/// OpenID Shared Signals 1.0 as a transmitter: discovery, keys, tokens, streams, status, subjects, verification, polling. No cookie counts here: a receiver shows
/// a bearer token in the header (RFC 6750), and sees its own streams only.
/// </summary>
public sealed class SignalEndpoints : IFeatureEndpoints
{
    private const int MostBytes = 64 * 1024;

    public static void Map(WebApplication app)
    {
        app.MapGet("/.well-known/ssf-configuration", ConfigurationAsync).AllowAnonymous();
        app.MapGet("/ssf/jwks.json", JwksAsync).AllowAnonymous();
        app.MapPost("/ssf/token", TokenAsync).AllowAnonymous();
        var api = app.MapGroup("/ssf").AllowAnonymous().AddEndpointFilter(SignedInAsync);
        api.MapPost("/streams", async (HttpContext http, StreamService streams, CancellationToken ct) =>
            await BodyAsync(http, ct) is { } asked ? Answer(await streams.CreateAsync(Receiver(http), asked, ct), StatusCodes.Status201Created) : NoJson());
        api.MapGet("/streams", async ([FromQuery(Name = "stream_id")] string? id, HttpContext http, StreamService streams, CancellationToken ct) => Answer(await streams.ReadAsync(Receiver(http), id, ct)));
        api.MapPatch("/streams", async (HttpContext http, StreamService streams, CancellationToken ct) =>
            await BodyAsync(http, ct) is { } asked ? Answer(await streams.UpdateAsync(Receiver(http), asked, whole: false, ct)) : NoJson());
        api.MapPut("/streams", async (HttpContext http, StreamService streams, CancellationToken ct) =>
            await BodyAsync(http, ct) is { } asked ? Answer(await streams.UpdateAsync(Receiver(http), asked, whole: true, ct)) : NoJson());
        api.MapDelete("/streams", async ([FromQuery(Name = "stream_id")] string? id, HttpContext http, StreamService streams, CancellationToken ct) => Empty(await streams.DeleteAsync(Receiver(http), id, ct), StatusCodes.Status204NoContent));
        api.MapGet("/status", async ([FromQuery(Name = "stream_id")] string? id, HttpContext http, StreamService streams, CancellationToken ct) => Answer(await streams.StatusAsync(Receiver(http), id, ct)));
        api.MapPost("/status", async (HttpContext http, StreamService streams, CancellationToken ct) => await BodyAsync(http, ct) is { } asked ? Answer(await streams.SetStatusAsync(Receiver(http), asked, ct)) : NoJson());
        api.MapPost("/subjects:add", async (HttpContext http, StreamService streams, CancellationToken ct) =>
            await BodyAsync(http, ct) is { } asked ? Empty(await streams.SetSubjectAsync(Receiver(http), asked, add: true, ct), StatusCodes.Status200OK) : NoJson());
        api.MapPost("/subjects:remove", async (HttpContext http, StreamService streams, CancellationToken ct) =>
            await BodyAsync(http, ct) is { } asked ? Empty(await streams.SetSubjectAsync(Receiver(http), asked, add: false, ct), StatusCodes.Status204NoContent) : NoJson());
        api.MapPost("/verify", async (HttpContext http, StreamService streams, CancellationToken ct) =>
            await BodyAsync(http, ct) is { } asked ? Empty(await streams.VerifyAsync(Receiver(http), asked, ct), StatusCodes.Status204NoContent) : NoJson());
        api.MapPost("/poll/{stream}", async (string stream, HttpContext http, StreamService streams, CancellationToken ct) =>
            await BodyAsync(http, ct, mayBeEmpty: true) is { } asked ? Answer(await streams.PollAsync(Receiver(http), stream, asked, ct)) : NoJson());
    }

    private static async Task<IResult> ConfigurationAsync(SignalKeys keys, CancellationToken ct)
    {
        if ((await keys.GetAsync(ct)).Issuer is not { } issuer)
            return Error(StatusCodes.Status404NotFound, "not_configured", "Shared Signals are not switched on: an administrator has to name this console's address first.");
        return Results.Json(new
        {
            spec_version = "1_0",
            issuer,
            jwks_uri = issuer + "/ssf/jwks.json",
            delivery_methods_supported = new[] { StreamService.Push, StreamService.Poll },
            configuration_endpoint = issuer + "/ssf/streams",
            status_endpoint = issuer + "/ssf/status",
            add_subject_endpoint = issuer + "/ssf/subjects:add",
            remove_subject_endpoint = issuer + "/ssf/subjects:remove",
            verification_endpoint = issuer + "/ssf/verify",
            authorization_schemes = new[] { new { spec_urn = "urn:ietf:rfc:6749" }, new { spec_urn = "urn:ietf:rfc:6750" } },
            default_subjects = "ALL",
        });
    }

    private static async Task<IResult> JwksAsync(SignalKeys keys, CancellationToken ct) => Results.Text(await keys.JwksAsync(ct), "application/jwk-set+json");

    /// <summary>Client credentials (RFC 6749, 4.4); the client shows itself in the header or in the form.</summary>
    private static async Task<IResult> TokenAsync(HttpContext http, ReceiverService receivers, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (!http.Request.HasFormContentType)
            return Error(StatusCodes.Status400BadRequest, "invalid_request", "The body is a form.");
        var form = await http.Request.ReadFormAsync(ct);
        if (form["grant_type"] != "client_credentials")
            return Error(StatusCodes.Status400BadRequest, "unsupported_grant_type", "Only client_credentials.");
        var (client, secret) = Basic(http.Request.Headers.Authorization) ?? (form["client_id"].ToString(), form["client_secret"].ToString());
        if (await receivers.GrantAsync(client, secret, ct) is { } token)
            return Results.Json(new { access_token = token, token_type = "Bearer", expires_in = ReceiverService.AccessSeconds, scope = "ssf.manage ssf.read" });
        http.Response.Headers.WWWAuthenticate = "Basic";
        return Error(StatusCodes.Status401Unauthorized, "invalid_client", "Client id or secret is wrong, or the receiver is switched off.");
    }

    private static async ValueTask<object?> SignedInAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        var header = http.Request.Headers.Authorization.ToString();
        var receivers = http.RequestServices.GetRequiredService<ReceiverService>();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || await receivers.FindAsync(header["Bearer ".Length..].Trim(), http.RequestAborted) is not { } receiver)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            return Error(StatusCodes.Status401Unauthorized, "invalid_token", "A bearer token of a receiver is needed.");
        }

        if ((await http.RequestServices.GetRequiredService<SignalKeys>().GetAsync(http.RequestAborted)).Issuer is null)
            return Error(StatusCodes.Status404NotFound, "not_configured", "Shared Signals are not switched on.");
        http.Items[nameof(SignalReceiver)] = receiver;
        return await next(context);
    }

    private static SignalReceiver Receiver(HttpContext http) => (SignalReceiver)http.Items[nameof(SignalReceiver)]!;

    private static async Task<JsonObject?> BodyAsync(HttpContext http, CancellationToken ct, bool mayBeEmpty = false)
    {
        var buffer = new byte[MostBytes + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        if (length > MostBytes)
            return null;
        if (length == 0)
            return mayBeEmpty ? [] : null;
        try
        {
            return JsonNode.Parse(buffer.AsSpan(0, length), null, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (string, string)? Basic(string? header)
    {
        if (header?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) != true)
            return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length))
            return null;
        return Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [var id, var secret] ? (Uri.UnescapeDataString(id), Uri.UnescapeDataString(secret)) : null;
    }

    private static IResult Answer<T>(Outcome<T> outcome, int status = StatusCodes.Status200OK)
        where T : JsonNode => outcome.IsRefused ? Refused(outcome.Refusal) : Results.Text(outcome.Value.ToJsonString(), "application/json", Encoding.UTF8, status);

    private static IResult Empty(Outcome<Done> outcome, int status) => outcome.IsRefused ? Refused(outcome.Refusal) : Results.StatusCode(status);

    private static IResult Refused(Refusal refusal) => refusal.Code switch
    {
        "ssf.not-found" => Error(StatusCodes.Status404NotFound, "not_found", refusal.Message),
        "ssf.conflict" => Error(StatusCodes.Status409Conflict, "conflict", refusal.Message),
        "ssf.too-many" => Error(StatusCodes.Status429TooManyRequests, "too_many_requests", refusal.Message),
        _ => Error(StatusCodes.Status400BadRequest, "invalid_request", refusal.Message),
    };

    private static IResult NoJson() => Error(StatusCodes.Status400BadRequest, "invalid_request", "The body is one JSON object of at most 64 KiB.");

    private static IResult Error(int status, string code, string words) => Results.Json(new { error = code, error_description = words }, statusCode: status);
}
