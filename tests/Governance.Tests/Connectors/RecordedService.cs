using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Governance.Tests.Feeds;
using Microsoft.AspNetCore.Http;

namespace Governance.Tests.Connectors;

/// <summary>What the service does with the next request that changes something, instead of or besides what it documents.</summary>
/// <param name="Status">The answer; 0 breaks the connection off.</param>
public sealed record Fault(int Status, string? RetryAfter = null)
{
    /// <summary>The change is made, and then the fault happens: the answer is lost on the way.</summary>
    public bool AfterIt { get; init; }

    /// <summary>Also requests that only read meet it.</summary>
    public bool OnReads { get; init; }

    public string? Body { get; init; }
}

/// <summary>
/// A service as its public documentation describes it, on a real port: only the documented methods, paths, headers and bodies are answered, anything else is an
/// error that the test sees. It counts effects (changes of state), which is the truth that "once" is measured by; it can throttle, fail, lose answers and lag.
/// </summary>
public sealed class RecordedService : IAsyncDisposable
{
    private readonly List<(string Method, Regex Path, Func<Call, Reply> Answer)> routes = [];
    private readonly ConcurrentDictionary<string, Reply> lastRead = new(StringComparer.Ordinal);

    public sealed record Call(FakeSource.Asked Asked, IReadOnlyDictionary<string, string> Args, IHeaderDictionary Headers)
    {
        /// <summary>The body, which has to be JSON and to say so.</summary>
        public JsonObject Json => Headers.ContentType.ToString().Contains("json", StringComparison.Ordinal) && JsonNode.Parse(Asked.Body) is JsonObject body ? body : throw new BadRequestException("The body is no JSON object, or does not say that it is.");

        public string this[string name] => Args[name];
    }

    public sealed record Reply(int Status, object? Body = null, string ContentType = "application/json");

    public FakeSource Source { get; private set; } = null!;

    public string Url => Source.Url;

    public ConcurrentQueue<Fault> Faults { get; } = [];

    public ConcurrentQueue<string> Effects { get; } = [];

    /// <summary>Requests that the documentation does not know, or with wrong bodies: a test that ends with one fails.</summary>
    public ConcurrentQueue<string> Wrong { get; } = [];

    /// <summary>How many reads still see the state before the last change.</summary>
    public int StaleReads { get; set; }

    /// <summary>Null when the request may be answered; else why not.</summary>
    public Func<FakeSource.Asked, IHeaderDictionary, string?> Authorise { get; set; } = (_, _) => null;

    /// <summary>Whether a request only asks.</summary>
    public Func<FakeSource.Asked, bool> Asks { get; set; } = asked => asked.Method == "GET" || asked.Path.EndsWith("/token", StringComparison.Ordinal);

    /// <summary>Requests that change something.</summary>
    public IEnumerable<string> Changes => Source.Requests.Where(r => !Asks(r)).Select(r => $"{r.Method} {Uri.UnescapeDataString(r.Path)}{Uri.UnescapeDataString(r.Query)}");

    public static async Task<RecordedService> StartAsync()
    {
        var service = new RecordedService();
        service.Source = await FakeSource.StartAsync(service.AnswerAsync);
        return service;
    }

    /// <summary>A documented request: <c>{name}</c> in the path takes one part of it.</summary>
    public RecordedService On(string method, string path, Func<Call, Reply> answer)
    {
        routes.Add((method, new Regex("^" + Regex.Replace(Regex.Escape(path).Replace("\\{", "{"), "{([a-z]+)}", "(?<$1>[^/]+)") + "$", RegexOptions.None, TimeSpan.FromSeconds(1)), answer));
        return this;
    }

    public void Effect(string what) => Effects.Enqueue(what);

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private async Task AnswerAsync(HttpContext http, FakeSource.Asked asked)
    {
        var changes = !Asks(asked);
        Fault? fault = null;
        if (Faults.TryPeek(out var next) && (changes || next.OnReads) && !asked.Path.EndsWith("/token", StringComparison.Ordinal) && !asked.Path.EndsWith("/access_tokens", StringComparison.Ordinal))
            Faults.TryDequeue(out fault);
        if (fault is { AfterIt: false })
        {
            await FailAsync(http, fault, asked);
            return;
        }

        var reply = Find(asked, http.Request.Headers);
        if (fault is not null)
        {
            await FailAsync(http, fault, asked);
            return;
        }

        if (!changes)
        {
            var key = asked.Path + asked.Query;
            if (StaleReads > 0 && lastRead.TryGetValue(key, out var stale))
            {
                StaleReads--;
                reply = stale;
            }

            lastRead[key] = reply;
        }

        http.Response.StatusCode = reply.Status;
        if (reply.Body is null)
            return;
        http.Response.ContentType = reply.ContentType;
        await http.Response.WriteAsync(reply.Body as string ?? (reply.Body is JsonNode node ? node.ToJsonString() : JsonSerializer.Serialize(reply.Body)));
    }

    private Reply Find(FakeSource.Asked asked, IHeaderDictionary headers)
    {
        if (Authorise(asked, headers) is { } why)
            return new Reply(401, new { error = new { code = "unauthorized", message = why } });
        foreach (var (method, path, answer) in routes)
        {
            if (method == asked.Method && path.Match(asked.Path) is { Success: true } match)
            {
                try
                {
                    return answer(new Call(asked, match.Groups.Keys.ToDictionary(k => k, k => Uri.UnescapeDataString(match.Groups[k].Value), StringComparer.Ordinal), headers));
                }
                catch (BadRequestException fault)
                {
                    Wrong.Enqueue($"{asked.Method} {asked.Path}: {fault.Message}");
                    return new Reply(400, new { error = new { code = "bad_request", message = fault.Message } });
                }
            }
        }

        Wrong.Enqueue($"{asked.Method} {asked.Path}{asked.Query}");
        return new Reply(404, new { error = new { code = "not_documented", message = "There is no such request." } });
    }

    private static async Task FailAsync(HttpContext http, Fault fault, FakeSource.Asked asked)
    {
        if (fault.Status == 0)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = fault.Status;
        if (fault.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = wait;
        if (fault.Status is >= 300 and < 400)
            http.Response.Headers.Location = "http://169.254.169.254/latest/meta-data";
        http.Response.ContentType = fault.Body is null ? "application/json" : "text/html";
        // Echoes what it was sent, as some services do: the connector must not repeat it.
        await http.Response.WriteAsync(fault.Body ?? JsonSerializer.Serialize(new { error = new { code = "fault", message = $"You sent {asked.Authorization ?? http.Request.Headers["x-api-key"].ToString()}." } }));
    }
}

/// <summary>The request is not as documented.</summary>
public sealed class BadRequestException(string message) : Exception(message);
