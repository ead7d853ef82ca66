using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.OAuth;
using Governance.Inventory;
using Governance.Revocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Governance.Web.Tests.Connectors;

/// <summary>RFC 7009 and RFC 7662 against a real authorisation server: OpenIddict issues, introspects and revokes the token.</summary>
public sealed class OAuthConnectorTests : IAsyncLifetime
{
    private const string Client = "governance";
    private const string Secret = "secret-of:the tests+only";
    private readonly ConcurrentDictionary<string, bool> revoked = new(StringComparer.Ordinal);
    private readonly string folder = Directory.CreateTempSubdirectory("governance-tokens-").FullName;
    private readonly HttpClient http = new();
    private int revocations;
    private WebApplication app = null!;
    private string url = string.Empty;

    private static ConnectorTarget Target { get; } = new("indexer.token", "the indexer's token") { Kind = IdentityKind.ApiToken };

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode().AllowClientCredentialsFlow().AddEphemeralEncryptionKey().AddEphemeralSigningKey()
                .SetTokenEndpointUris("connect/token").SetIntrospectionEndpointUris("connect/introspect").SetRevocationEndpointUris("connect/revoke")
                .UseAspNetCore().DisableTransportSecurityRequirement();
            server.AddEventHandler<ValidateTokenRequestContext>(b => b.UseInlineHandler(c => Known(c.ClientId, c.ClientSecret, (e, d) => c.Reject(e, d))));
            server.AddEventHandler<ValidateIntrospectionRequestContext>(b => b.UseInlineHandler(c => Known(c.ClientId, c.ClientSecret, (e, d) => c.Reject(e, d))));
            server.AddEventHandler<ValidateRevocationRequestContext>(b => b.UseInlineHandler(c => Known(c.ClientId, c.ClientSecret, (e, d) => c.Reject(e, d))));
            server.AddEventHandler<HandleTokenRequestContext>(b => b.UseInlineHandler(c =>
            {
                var identity = new ClaimsIdentity("test");
                identity.SetClaim(OpenIddictConstants.Claims.Subject, "indexer").SetAudiences(Client);
                c.SignIn(new ClaimsPrincipal(identity));
                return ValueTask.CompletedTask;
            }));
            server.AddEventHandler<HandleRevocationRequestContext>(b => b.UseInlineHandler(c =>
            {
                if (revoked.TryAdd(c.GenericTokenPrincipal.GetClaim(OpenIddictConstants.Claims.JwtId) ?? "?", true))
                    Interlocked.Increment(ref revocations);
                return ValueTask.CompletedTask;
            }).SetOrder(int.MinValue + 200_000));
            server.AddEventHandler<HandleIntrospectionRequestContext>(b => b.UseInlineHandler(c =>
            {
                if (revoked.ContainsKey(c.GenericTokenPrincipal.GetClaim(OpenIddictConstants.Claims.JwtId) ?? "?"))
                    c.Reject(OpenIddictConstants.Errors.InvalidToken);
                return ValueTask.CompletedTask;
            }).SetOrder(int.MinValue + 200_000));
        });
        builder.Services.AddAuthentication();
        app = builder.Build();
        app.UseAuthentication();
        await app.StartAsync();
        url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["grant_type"] = "client_credentials", ["client_id"] = Client, ["client_secret"] = Secret });
        using var answer = await http.PostAsync(new Uri(url + "/connect/token"), form);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        await File.WriteAllTextAsync(Path.Combine(folder, Target.ExternalId), json.RootElement.GetProperty("access_token").GetString() + "\n");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_token_is_revoked_once_and_the_server_says_so()
    {
        await using var connector = Open();
        var before = await connector.ObserveAsync(Target, default);
        (before.State, before.PreState is null, before.ImmutableId is null).ShouldBe((TargetState.Enabled, false, false), before.Description);
        var command = new ConnectorCommand(RevocationVerb.Delete, Target, "k", before.PreState, "r");
        var said = (await connector.DescribeAsync(command, default)).ShouldHaveSingleItem();
        said.ShouldBe("POST /connect/revoke token=[from its file]");
        revocations.ShouldBe(0);
        await connector.SendAsync(command, default);
        var after = await connector.ObserveAsync(Target, default);
        (after.State, after.PreState).ShouldBe((TargetState.Gone, null), after.Description);
        await connector.SendAsync(command, default);
        revocations.ShouldBe(1);
    }

    [Fact]
    public async Task The_test_tells_and_a_wrong_secret_opens_the_circuit_without_being_repeated()
    {
        await using (var connector = Open())
            (await connector.TestAsync(default)).Value!.ShouldContain("introspect");
        await using var wrong = Open("quite-another-secret");
        var fault = await Should.ThrowAsync<ConnectorException>(() => wrong.ObserveAsync(Target, default));
        fault.OpensBreaker.ShouldBeTrue(fault.Message);
        fault.Message.ShouldNotContain("quite-another-secret");
    }

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("not-there")]
    public async Task A_token_is_read_only_from_its_folder(string id)
    {
        await using var connector = Open();
        var fault = await Should.ThrowAsync<ConnectorException>(() => connector.ObserveAsync(Target with { ExternalId = id }, default));
        fault.Retryable.ShouldBeFalse();
    }

    [Fact]
    public async Task Without_introspection_nothing_is_observed()
    {
        await using var connector = Open(introspection: false);
        (await connector.ObserveAsync(Target, default)).State.ShouldBe(TargetState.Unobservable);
        (await connector.TestAsync(default)).Value!.ShouldContain("can't be seen");
    }

    [Fact]
    public void Both_endpoints_are_on_one_host()
    {
        using var settings = JsonDocument.Parse(JsonSerializer.Serialize(new { revocation = url + "/connect/revoke", introspection = "https://elsewhere.example/introspect", clientId = Client, tokens = folder, allowPrivate = "true" }));
        new OAuthKind(TimeProvider.System).Open(settings.RootElement.Clone(), Secret).Refusal!.Field.ShouldBe("introspection");
    }

    private IConnector Open(string secret = Secret, bool introspection = true)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["revocation"] = url + "/connect/revoke", ["clientId"] = Client, ["tokens"] = folder, ["allowPrivate"] = "true" };
        if (introspection)
            settings["introspection"] = url + "/connect/introspect";
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(settings));
        return new OAuthKind(TimeProvider.System).Open(json.RootElement.Clone(), secret).Value!;
    }

    private static ValueTask Known(string? client, string? secret, Action<string?, string?> reject)
    {
        if (client != Client || secret != Secret)
            reject(OpenIddictConstants.Errors.InvalidClient, "The client's credentials are wrong.");
        return ValueTask.CompletedTask;
    }
}
