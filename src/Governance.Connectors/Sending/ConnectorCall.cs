using System.Text;

namespace Governance.Connectors.Sending;

/// <summary>One call as it will be sent: what a dry run shows is what a run sends. Credentials are added when it goes out and are no part of it.</summary>
/// <param name="Method">GET reads; all others change something.</param>
/// <param name="Path">Below the source's address, parts of it encoded.</param>
/// <param name="Body">Null for none.</param>
internal sealed record ConnectorCall(HttpMethod Method, string Path, string? Body = null)
{
    public string ContentType { get; init; } = "application/json";

    public string? Accept { get; init; }

    /// <summary>Answers besides 2xx that mean the wanted state is there already. Whether it is, the observation after it tells.</summary>
    public IReadOnlyList<int> Settled { get; init; } = [];

    /// <summary>A POST that only asks, such as an introspection.</summary>
    public bool OnlyAsks { get; init; }

    /// <summary>What is shown and digested in place of the body, where that holds a secret.</summary>
    public string? Shown { get; init; }

    public bool Changes => Method != HttpMethod.Get && !OnlyAsks;

    public static ConnectorCall Get(string path) => new(HttpMethod.Get, path);

    /// <summary>404 to a DELETE: it is gone, by an earlier attempt or by someone else.</summary>
    public static ConnectorCall Delete(string path, string? body = null) => new(HttpMethod.Delete, path, body) { Settled = [404] };

    public static ConnectorCall Post(string path, string? body = null) => new(HttpMethod.Post, path, body);

    public static ConnectorCall Put(string path, string? body = null) => new(HttpMethod.Put, path, body);

    public static ConnectorCall Patch(string path, string body) => new(HttpMethod.Patch, path, body);

    public HttpRequestMessage ToRequest(Uri address)
    {
        var request = new HttpRequestMessage(Method, address);
        if (Body is not null)
            request.Content = new StringContent(Body, Encoding.UTF8, ContentType);
        if (Accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", Accept);
        return request;
    }

    /// <summary>For people and for the digest: <c>PATCH v1.0/servicePrincipals/… {"accountEnabled":false}</c>.</summary>
    public override string ToString() => (Shown ?? Body) is { } text ? $"{Method} /{Path} {text}" : $"{Method} /{Path}";
}
