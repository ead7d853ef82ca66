using Governance.Accounts;

namespace Governance.Web.Hosting;

/// <summary>Until the first administrator exists, every page leads to the set-up page.</summary>
public sealed class SetupRedirect(RequestDelegate next, AccountService accounts)
{
    private volatile bool done;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!done && IsPage(context))
        {
            if (await accounts.AnyAsync(context.RequestAborted))
            {
                done = true;
            }
            else
            {
                context.Response.Redirect("/setup");
                return;
            }
        }

        await next(context);
    }

    private static bool IsPage(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && !context.Request.Path.StartsWithSegments("/setup", StringComparison.Ordinal)
        && context.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is not null;
}
