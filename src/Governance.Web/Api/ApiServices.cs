using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Governance.Accounts;
using Governance.Common;
using Governance.Web.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;

namespace Governance.Web.Api;

/// <summary>The policies of the HTTP API: the same roles as the pages', by key only.</summary>
public static class ApiPolicies
{
    public const string SignedIn = "Api" + nameof(SignedIn);

    public const string Read = "Api" + nameof(Read);

    public const string ManageCampaigns = "Api" + nameof(ManageCampaigns);

    public static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(SignedIn, p => p.AddAuthenticationSchemes(ApiKeyScheme.Name).RequireAuthenticatedUser());
        options.AddPolicy(Read, p => p.AddAuthenticationSchemes(ApiKeyScheme.Name).RequireRole(Roles.All));
        options.AddPolicy(ManageCampaigns, p => p.AddAuthenticationSchemes(ApiKeyScheme.Name).RequireRole(Roles.CampaignManager, Roles.Administrator));
    }
}

/// <summary>Sign-in by key, limits, problems and the OpenAPI document.</summary>
public static class ApiServices
{
    /// <summary>Policy name of the limiter: so many calls a minute from one address.</summary>
    public const string RateLimit = "api";

    public const string Root = "/api/v1";

    /// <summary>The OpenAPI document for a person in a browser.</summary>
    public const string Description = "/account/openapi.json";

    private const int CallsAMinute = 600;

    public static void AddApi(this IServiceCollection services)
    {
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ApiKeyScheme>(ApiKeyScheme.Name, null);
        services.Configure<AuthorizationOptions>(ApiPolicies.Add);
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
            o.SerializerOptions.AllowDuplicateProperties = false;
        });
        services.AddRateLimiter(limiter => limiter.AddPolicy(RateLimit, http => RateLimitPartition.GetFixedWindowLimiter(
            http.Connection.RemoteIpAddress?.ToString() ?? "none",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = CallsAMinute, Window = TimeSpan.FromMinutes(1) })));
        services.AddOpenApi("v1", openApi =>
        {
            openApi.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) is true;
            openApi.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = "Governance", Version = "1", Description = "Campaigns, reviews and their evidence. Refusals are problems (RFC 9457) with a stable code." };
                document.Servers = [new OpenApiServer { Url = "/" }];
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
                document.Components.SecuritySchemes["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key made under My account." };
                document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>A group of endpoints under one limit; a key that may read only is refused where something would be changed.</summary>
    public static RouteGroupBuilder MapApi(this WebApplication app, string tag) => app.MapGroup(Root).WithTags(tag).RequireRateLimiting(RateLimit).AddEndpointFilter(async (call, next) =>
    {
        call.HttpContext.Response.Headers.CacheControl = "no-store";
        if (call.HttpContext.Features.Get<ApiCaller>() is { ReadOnly: true } && !HttpMethods.IsGet(call.HttpContext.Request.Method))
            return ApiResults.Problem(StatusCodes.Status403Forbidden, "api-key.read-only", "This key may read only. Make one that may change things.");
        return await next(call);
    });

    /// <summary>The description of the API: for keys, and beside it for whoever is signed in.</summary>
    public static void MapApiDescription(this WebApplication app)
    {
        app.MapOpenApi(Root + "/openapi.json").RequireAuthorization(ApiPolicies.SignedIn).RequireRateLimiting(RateLimit);
        app.MapOpenApi(Description).RequireAuthorization(Policies.SignedIn);
    }
}
