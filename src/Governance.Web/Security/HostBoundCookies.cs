using Microsoft.AspNetCore.Authentication.Cookies;

namespace Governance.Web.Security;

/// <summary>
/// Gives the session cookie its <c>__Host-</c> name over HTTPS, which binds it to this host (OWASP ASVS 5.0 3.3.3). Browsers take that
/// prefix only together with Secure, so over plain HTTP, on localhost, it has to go without.
/// </summary>
internal sealed class HostBoundCookies : ICookieManager
{
    private readonly ChunkingCookieManager inner = new();

    public string? GetRequestCookie(HttpContext context, string key) => inner.GetRequestCookie(context, Named(context, key));

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) => inner.AppendResponseCookie(context, Named(context, key), value, options);

    public void DeleteCookie(HttpContext context, string key, CookieOptions options) => inner.DeleteCookie(context, Named(context, key), options);

    private static string Named(HttpContext context, string key) => context.Request.IsHttps ? "__Host-" + key : key;
}
