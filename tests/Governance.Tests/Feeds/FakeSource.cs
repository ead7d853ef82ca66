using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Governance.Tests.Feeds;

/// <summary>A real server on loopback that answers as the test says, and remembers what it was asked.</summary>
public sealed class FakeSource : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeSource(WebApplication app) => this.app = app;

    public sealed record Asked(string Method, string Path, string Query, string? Authorization, string Body);

    public string Url { get; private set; } = string.Empty;

    public ConcurrentQueue<Asked> Requests { get; } = [];

    /// <summary>What the next requests get instead of their answer, while it returns true for having answered.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = _ => Task.FromResult(false);

    /// <summary>Paths asked for, without queries.</summary>
    public IEnumerable<string> Paths => Requests.Select(r => r.Path);

    public static async Task<FakeSource> StartAsync(Func<HttpContext, Asked, Task> answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l =>
        {
            if (certificate is not null)
                l.UseHttps(certificate);
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var app = builder.Build();
        var source = new FakeSource(app);
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var asked = new Asked(http.Request.Method, http.Request.Path, http.Request.QueryString.Value ?? string.Empty, http.Request.Headers.Authorization.FirstOrDefault(), await reader.ReadToEndAsync());
            source.Requests.Enqueue(asked);
            if (!await source.Before(http))
                await answer(http, asked);
        });
        await app.StartAsync();
        source.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return source;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

internal static class Answers
{
    public static Task JsonAsync(this HttpContext http, object body, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body as string ?? JsonSerializer.Serialize(body));
    }

    public static Task StatusAsync(this HttpContext http, int status, string? retryAfter = null)
    {
        http.Response.StatusCode = status;
        if (retryAfter is not null)
            http.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    }
}
