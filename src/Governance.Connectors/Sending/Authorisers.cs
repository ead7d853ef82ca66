using System.Net.Http.Headers;
using Governance.Connectors.Outbound;

namespace Governance.Connectors.Sending;

/// <summary>Puts the connector's credential on a request just before it goes out.</summary>
internal interface IRequestAuthoriser : IDisposable
{
    /// <param name="request">To be signed, or to carry a token.</param>
    /// <param name="anew">The last one was answered with 401: a new one, if there can be one.</param>
    /// <param name="ct">Ends the wait for a token.</param>
    /// <returns>False when no other credential can be had.</returns>
    Task<bool> AuthoriseAsync(HttpRequestMessage request, bool anew, CancellationToken ct);

    /// <summary>A secret that goes out with each request, so that a source that echoes it does not bring it into a message.</summary>
    string? Secret => null;
}

/// <summary>A token that stays as it is: bearer, or of another scheme.</summary>
internal sealed class FixedToken(string scheme, string token) : IRequestAuthoriser
{
    public string? Secret => token;

    public Task<bool> AuthoriseAsync(HttpRequestMessage request, bool anew, CancellationToken ct)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, token);
        return Task.FromResult(!anew);
    }

    public void Dispose()
    {
    }
}

/// <summary>A key in a header of the source's own.</summary>
internal sealed class HeaderToken(string header, string token) : IRequestAuthoriser
{
    public string? Secret => token;

    public Task<bool> AuthoriseAsync(HttpRequestMessage request, bool anew, CancellationToken ct)
    {
        request.Headers.TryAddWithoutValidation(header, token);
        return Task.FromResult(!anew);
    }

    public void Dispose()
    {
    }
}

/// <summary>A token by client credentials, fetched when it is needed.</summary>
internal sealed class GrantedToken(ClientCredentials credentials) : IRequestAuthoriser
{
    public async Task<bool> AuthoriseAsync(HttpRequestMessage request, bool anew, CancellationToken ct)
    {
        request.Headers.Authorization = await credentials.GetAsync(anew, ct);
        return true;
    }

    public void Dispose() => credentials.Dispose();
}

/// <summary>Carries no credential: for addresses where the request itself holds it.</summary>
internal sealed class NoCredential : IRequestAuthoriser
{
    public Task<bool> AuthoriseAsync(HttpRequestMessage request, bool anew, CancellationToken ct) => Task.FromResult(!anew);

    public void Dispose()
    {
    }
}
