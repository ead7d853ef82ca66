using System.Security.Claims;
using Bunit;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Governance.Web.Tests.Support;

/// <summary>What a page needs to be rendered over the real services.</summary>
internal static class PageServices
{
    /// <param name="context">The test's context.</param>
    /// <param name="folder">The installation's data folder; its database is to be migrated before the page is rendered.</param>
    /// <param name="account">Who is signed in.</param>
    public static void AddConsole(this BunitContext context, string folder, Guid account)
    {
        context.JSInterop.Mode = JSRuntimeMode.Loose;
        context.Services.AddLogging();
        context.Services.AddGovernance(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Governance:DataDirectory"] = folder }).Build());
        context.Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        context.Services.AddHttpContextAccessor();
        context.Services.AddSingleton<AuthenticationStateProvider>(new SignedIn(account));
        context.Services.AddScoped<CurrentActor>();
    }

    private sealed class SignedIn(Guid account) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() =>
            Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, account.ToString("D"))], "test"))));
    }
}
