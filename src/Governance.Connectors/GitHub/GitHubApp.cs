using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Inventory;

namespace Governance.Connectors.GitHub;

/// <summary>Signs in as a GitHub App: a proof signed with its key (RS256, ten minutes at most), exchanged for the installation's token of one hour.</summary>
internal sealed class GitHubApp(string appId, string installationId, string privateKey, TimeProvider clock)
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);
    private AuthenticationHeaderValue? token;
    private DateTimeOffset until;

    public async Task<AuthenticationHeaderValue?> TokenAsync(ITokenHttp http, bool anew, CancellationToken ct)
    {
        if (!anew && token is not null && clock.Now() < until)
            return token;
        try
        {
            var answer = await http.PostAsync($"app/installations/{installationId}/access_tokens", () => new StringContent("{}", Encoding.UTF8, "application/json"), ct);
            token = new AuthenticationHeaderValue("Bearer", answer.Text("token") ?? throw new FeedException("GitHub gave the app no token. Nothing was kept.", retryable: true));
            until = clock.Now() + TimeSpan.FromMinutes(50);
            return token;
        }
        catch (FeedHttpException fault) when (fault.Status is 401 or 404)
        {
            throw new FeedException(
                fault.Status == 401 ? $"GitHub does not accept the app's proof: app id and private key must be of the same app. {fault.Message}" : $"The app has no such installation: compare the installation id. {fault.Message}", retryable: false, fault);
        }
    }

    public AuthenticationHeaderValue Proof()
    {
        var now = clock.Now();
        var head = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8);
        var claims = JsonSerializer.SerializeToUtf8Bytes(new
        {
            iat = (now - Skew).ToUnixTimeSeconds(),
            exp = (now + TimeSpan.FromMinutes(8)).ToUnixTimeSeconds(),
            iss = long.Parse(appId, CultureInfo.InvariantCulture),
        });
        var text = head + "." + Base64Url.EncodeToString(claims);
        using var key = RSA.Create();
        try
        {
            key.ImportFromPem(privateKey);
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            throw new FeedException("The app's private key is no PEM of an RSA key. Paste the file that GitHub made, whole.", retryable: false, fault);
        }

        return new AuthenticationHeaderValue("Bearer", text + "." + Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }
}
