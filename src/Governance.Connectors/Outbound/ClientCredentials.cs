using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Governance.Common;
using Governance.Inventory;

namespace Governance.Connectors.Outbound;

/// <summary>What can ask an authority for a token.</summary>
internal interface ITokenHttp : IDisposable
{
    /// <summary>POSTs what only asks.</summary>
    Task<FeedAnswer> PostAsync(string path, Func<HttpContent> content, CancellationToken ct);
}

/// <summary>A token by client credentials (RFC 6749, 4.4), kept until shortly before it ends. The secret goes to the token endpoint only.</summary>
internal sealed class ClientCredentials(ITokenHttp http, string path, Func<IReadOnlyDictionary<string, string>> form, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(2);
    private AuthenticationHeaderValue? header;
    private DateTimeOffset until;

    public async Task<AuthenticationHeaderValue?> GetAsync(bool anew, CancellationToken ct)
    {
        if (!anew && header is not null && clock.Now() < until)
            return header;
        var asked = clock.Now();
        var answer = await http.PostAsync(path, () => new FormUrlEncodedContent(form()), ct);
        if (answer.Text("access_token") is not { Length: > 0 } token)
            throw new FeedException($"{FeedHttp.Name(answer.Address)} answered without a token. Look at the address of the authority.", retryable: false);
        var seconds = answer.Json.TryGetProperty("expires_in", out var e) && (e.ValueKind == JsonValueKind.Number ? e.TryGetInt32(out var n) : int.TryParse(e.GetString(), CultureInfo.InvariantCulture, out n)) ? Math.Clamp(n, 0, 86_400) : 300;
        var life = TimeSpan.FromSeconds(seconds);
        (header, until) = (new AuthenticationHeaderValue("Bearer", token), asked + (life > Early * 2 ? life - Early : life / 2));
        return header;
    }

    public void Dispose() => http.Dispose();
}
