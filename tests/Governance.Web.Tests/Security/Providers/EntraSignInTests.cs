using System.Net;
using Governance.Common;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Governance.Web.Tests.Security.Providers;

/// <summary>The same round trip through Microsoft.Identity.Web, with claims shaped as Entra ID gives them.</summary>
public sealed class EntraSignInTests : IAsyncLifetime
{
    private const string Tenant = "8f6e2c1a-5d0b-4d7e-9c0a-2b1f3a4c5d6e";
    private const string ObjectId = "0c5b1d9e-7a34-4f0e-8f59-3d2c1b0a9f8e";

    private ProviderDesk desk = null!;
    private HttpClient browser = null!;

    public async ValueTask InitializeAsync()
    {
        desk = await ProviderDesk.OpenAsync(Tenant);
        browser = desk.Console.Browser();
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await desk.DisposeAsync();
    }

    [Fact]
    public async Task The_object_id_finds_the_person_and_the_app_role_gives_the_role()
    {
        var ada = await desk.PersonAsync("Ada", "ada@example.test", ObjectId);
        desk.Subject("pairwise-1", ("oid", ObjectId), ("tid", Tenant), ("name", "Ada"), ("roles", new[] { "Governance.Auditor" }), ("preferred_username", "ada@contoso.test"));

        (await desk.SignInAsync(browser)).Headers.Location!.OriginalString.ShouldBe("/");

        await using var db = await desk.DbAsync();
        (await db.Accounts.SingleAsync(a => a.PersonId == ada.Id)).DisplayName.ShouldBe("Ada");
        (await browser.GetAsync("/audit")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_mail_is_not_believed_unless_its_domain_was_verified()
    {
        await desk.PersonAsync("Ada", "ada@example.test");
        desk.Subject("pairwise-2", ("oid", ObjectId), ("tid", Tenant), ("email", "ada@example.test"), ("email_verified", true));
        (await desk.SignInAsync(browser)).Headers.Location!.OriginalString.ShouldBe("/sign-in/refused?why=subject.nobody");

        desk.Subject("pairwise-2", ("oid", ObjectId), ("tid", Tenant), ("email", "ada@example.test"), ("xms_edov", "1"));
        (await desk.SignInAsync(browser)).Headers.Location!.OriginalString.ShouldBe("/");
    }

    [Fact]
    public async Task The_object_id_of_one_person_with_the_mail_of_another_is_a_conflict()
    {
        await desk.PersonAsync("Ada", "ada@example.test", ObjectId);
        await desk.PersonAsync("Bob", "bob@example.test");
        desk.Subject("pairwise-3", ("oid", ObjectId), ("tid", Tenant), ("email", "bob@example.test"), ("xms_edov", true));
        (await desk.SignInAsync(browser)).Headers.Location!.OriginalString.ShouldBe("/sign-in/refused?why=subject.conflict");
    }

    [Fact]
    public async Task Too_many_groups_for_a_token_are_said_as_such_and_give_nothing()
    {
        desk.Subject("pairwise-4", ("oid", ObjectId), ("tid", Tenant), ("hasgroups", true));
        (await desk.SignInAsync(browser)).Headers.Location!.OriginalString.ShouldBe("/sign-in/refused?why=groups");
        (await browser.GetStringAsync("/sign-in/refused?why=groups")).ShouldContain("app roles");
    }

    [Fact]
    public void A_token_of_another_tenant_is_refused()
    {
        var parameters = desk.Console.Get<IOptionsMonitor<OpenIdConnectOptions>>().Get("provider:entra").TokenValidationParameters;
        parameters.IssuerValidator(desk.Server.Issuer, null!, parameters).ShouldBe(desk.Server.Issuer);
        var other = desk.Server.Issuer.Replace(Tenant, "11111111-1111-4111-8111-111111111111");
        Should.Throw<SecurityTokenInvalidIssuerException>(() => parameters.IssuerValidator(other, null!, parameters));
    }

    [Theory]
    [InlineData("common")]
    [InlineData("organizations")]
    [InlineData("")]
    public void A_tenant_that_is_not_one_is_refused_at_start(string tenant)
    {
        var options = new Governance.Web.Security.Providers.SignInOptions();
        options.Providers["entra"] = new() { Kind = Governance.Web.Security.Providers.ProviderKind.Entra, ClientId = "x", TenantId = tenant };
        Should.Throw<InvalidOperationException>(() => Governance.Web.Security.Providers.SignInOptionsCheck.Demand(options)).Message.ShouldContain("TenantId");
    }

    [Fact]
    public void A_role_that_does_not_exist_is_refused_at_start()
    {
        var options = new Governance.Web.Security.Providers.SignInOptions();
        var provider = new Governance.Web.Security.Providers.ProviderOptions { Authority = "https://id.example", ClientId = "x" };
        provider.Roles.Add(new() { Claim = "roles", Value = "x", Role = "Root" });
        options.Providers["corp"] = provider;
        Should.Throw<InvalidOperationException>(() => Governance.Web.Security.Providers.SignInOptionsCheck.Demand(options)).Message.ShouldContain("no role 'Root'");
        Roles.All.ShouldNotContain("Root");
    }
}
