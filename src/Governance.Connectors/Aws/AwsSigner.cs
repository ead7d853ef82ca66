using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Governance.Common;
using Governance.Connectors.Sending;

namespace Governance.Connectors.Aws;

/// <summary>AWS Signature Version 4, tested against AWS's published test suite. The secret signs and is never sent.</summary>
internal sealed class AwsSigner(string accessKey, string secret, string region, string service, TimeProvider clock) : IRequestAuthoriser
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    public async Task<bool> AuthoriseAsync(HttpRequestMessage request, bool anew, CancellationToken ct)
    {
        var at = clock.Now().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.Remove("X-Amz-Date");
        request.Headers.TryAddWithoutValidation("X-Amz-Date", at);
        var headers = new List<(string Name, string Value)> { ("host", request.RequestUri!.Authority), ("x-amz-date", at) };
        if (request.Content?.Headers.ContentType is { } type)
            headers.Add(("content-type", type.ToString()));
        var body = request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(ct);
        request.Headers.TryAddWithoutValidation("Authorization", Sign(request.Method.Method, request.RequestUri.AbsolutePath, request.RequestUri.Query, headers, body, at));
        return !anew;
    }

    public void Dispose()
    {
    }

    /// <summary>The value of the Authorization header.</summary>
    internal string Sign(string method, string path, string query, IEnumerable<(string Name, string Value)> headers, string body, string at)
    {
        var sorted = headers.Select(h => (Name: h.Name.ToLowerInvariant(), Value: Trim(h.Value))).GroupBy(h => h.Name, h => h.Value, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, Value: string.Join(',', g))).ToList();
        var names = string.Join(';', sorted.Select(h => h.Key));
        var canonical = $"{method}\n{path}\n{Query(query)}\n{string.Concat(sorted.Select(h => $"{h.Key}:{h.Value}\n"))}\n{names}\n{Hash(body)}";
        var scope = $"{at[..8]}/{region}/{service}/aws4_request";
        var key = Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes("AWS4" + secret), at[..8]), region), service), "aws4_request");
        var signature = Convert.ToHexStringLower(Hmac(key, $"{Algorithm}\n{at}\n{scope}\n{Hash(canonical)}"));
        return $"{Algorithm} Credential={accessKey}/{scope}, SignedHeaders={names}, Signature={signature}";
    }

    private static string Query(string query) => string.Join('&', query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (Name: Encode(p[..at]), Value: Encode(p[(at + 1)..])) : (Name: Encode(p), Value: string.Empty))
        .OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Value, StringComparer.Ordinal).Select(p => $"{p.Name}={p.Value}"));

    private static string Encode(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));

    private static string Trim(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
