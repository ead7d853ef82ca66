using System.Net;
using Governance.Common;
using Governance.Web.Tests.Support;

namespace Governance.Web.Tests.Security;

public sealed class HeaderTests : IAsyncDisposable
{
    private readonly ConsoleUnderTest console = new();

    public ValueTask DisposeAsync() => console.DisposeAsync();

    [Theory]
    [InlineData("/setup")]
    [InlineData("/nothing/here")]
    [InlineData("/css/app.css")]
    [InlineData("/healthz")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var browser = console.Browser();
        var answer = await browser.GetAsync(path);
        var policy = answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldContain("default-src 'self'");
        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("object-src 'none'");
        policy.ShouldContain("base-uri 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldHaveSingleItem().ShouldBe("nosniff");
        answer.Headers.Contains("Referrer-Policy").ShouldBeTrue();
        answer.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task Pages_of_a_circuit_carry_one_policy_too()
    {
        await console.AddAccountAsync("ada", Roles.Auditor);
        using var browser = await console.SignedInAsync("ada");
        var answer = await browser.GetAsync("/");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldContain("frame-ancestors 'none'");
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldNotContain("<script>");
        html.ShouldNotContain("type=\"importmap\"");
    }

    [Fact]
    public async Task Live_and_ready_are_said_without_a_sign_in()
    {
        using var browser = console.Browser();
        (await browser.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_does_not_exist_is_a_404_for_whoever_is_signed_in_and_a_sign_in_for_others()
    {
        await console.AddAccountAsync("ada");
        using var anonymous = console.Browser();
        (await anonymous.GetAsync("/nothing/here")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using var browser = await console.SignedInAsync("ada");
        var answer = await browser.GetAsync("/nothing/here");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("There is nothing at this address");
    }

    [Fact]
    public async Task Strict_transport_is_asked_for_over_https()
    {
        using var browser = console.CreateClient(new() { BaseAddress = new Uri("https://console.example"), AllowAutoRedirect = false });
        var answer = await browser.GetAsync("/setup");
        answer.Headers.GetValues("Strict-Transport-Security").ShouldHaveSingleItem().ShouldContain("max-age=31536000");
    }
}
