using System.Net;
using Governance.Accounts;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Governance.Web.Security;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Security;

public sealed class SignInTests : IAsyncDisposable
{
    private readonly ConsoleUnderTest console = new();

    public ValueTask DisposeAsync() => console.DisposeAsync();

    [Fact]
    public async Task A_right_password_opens_the_page_that_was_asked_for()
    {
        await console.AddAccountAsync("ada", Roles.Auditor);
        using var browser = console.Browser();
        var asked = await browser.GetAsync("/findings?rule=F01");
        asked.Headers.Location!.PathAndQuery.ShouldBe("/sign-in?returnUrl=%2Ffindings%3Frule%3DF01");

        var answer = await ConsoleUnderTest.SignInAsync(browser, "ada", ConsoleUnderTest.Password, "/findings?rule=F01");

        answer.Headers.Location!.OriginalString.ShouldBe("/findings?rule=F01");
        (await browser.GetAsync("/findings?rule=F01")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await EntriesAsync(AuditActions.SignedIn)).ShouldHaveSingleItem().ActorName.ShouldBe("Test ada");
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_even_for_the_right_one()
    {
        await console.AddAccountAsync("ada");
        using var browser = console.Browser();
        for (var n = 0; n < 5; n++)
            (await ConsoleUnderTest.SignInAsync(browser, "ada", "not the password")).Headers.Location!.OriginalString.ShouldStartWith("/sign-in?failed=true");

        (await ConsoleUnderTest.SignInAsync(browser, "ada", ConsoleUnderTest.Password)).Headers.Location!.OriginalString.ShouldStartWith("/sign-in?failed=true");

        (await browser.GetAsync("/")).Headers.Location!.PathAndQuery.ShouldStartWith("/sign-in");
        var refused = await EntriesAsync(AuditActions.SignInRefused);
        refused.Count.ShouldBe(6);
        refused[^1].Reason.ShouldBe("locked out");
    }

    [Fact]
    public async Task An_unknown_name_and_a_wrong_password_get_the_same_answer()
    {
        await console.AddAccountAsync("ada");
        using var browser = console.Browser();
        var unknown = await ConsoleUnderTest.SignInAsync(browser, "nobody", "some long password");
        var wrong = await ConsoleUnderTest.SignInAsync(browser, "ada", "some long password");

        wrong.StatusCode.ShouldBe(unknown.StatusCode);
        wrong.Headers.Location.ShouldBe(unknown.Headers.Location);
        (await EntriesAsync(AuditActions.SignInRefused)).ShouldNotContain(e => e.Details.Contains("nobody") || e.ActorName.Contains("nobody"));
    }

    [Fact]
    public async Task A_post_without_its_antiforgery_token_changes_nothing()
    {
        await console.AddAccountAsync("ada");
        using var browser = console.Browser();
        var answer = await ConsoleUnderTest.PostAsync(browser, "/sign-in/password", ("userName", "ada"), ("password", ConsoleUnderTest.Password));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        using var signedIn = await console.SignedInAsync("ada");
        (await ConsoleUnderTest.PostAsync(signedIn, "/sign-out/now")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await signedIn.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_is_written_down()
    {
        await console.AddAccountAsync("ada");
        using var browser = await console.SignedInAsync("ada");
        var token = await ConsoleUnderTest.TokenAsync(browser, "/sign-out");
        await ConsoleUnderTest.PostAsync(browser, "/sign-out/now", ("__RequestVerificationToken", token));

        (await browser.GetAsync("/")).Headers.Location!.PathAndQuery.ShouldStartWith("/sign-in");
        (await EntriesAsync(AuditActions.SignedOut)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task One_changes_ones_own_password_with_the_old_one_and_other_sessions_end()
    {
        await console.AddAccountAsync("ada");
        using var other = await console.SignedInAsync("ada");
        using var browser = await console.SignedInAsync("ada");
        var token = await ConsoleUnderTest.TokenAsync(browser, "/account");
        async Task<string> ChangeAsync(string current, string password, string again) =>
            (await ConsoleUnderTest.PostAsync(browser, "/account/password", ("__RequestVerificationToken", token), ("current", current), ("password", password), ("again", again))).Headers.Location!.OriginalString;

        (await ChangeAsync("not the password", "another sentence of words", "another sentence of words")).ShouldBe("/account?said=wrong-password");
        (await ChangeAsync(ConsoleUnderTest.Password, "another sentence of words", "something else")).ShouldBe("/account?said=not-alike");
        (await ChangeAsync(ConsoleUnderTest.Password, "short", "short")).ShouldBe("/account?said=weak-password");
        (await ChangeAsync(ConsoleUnderTest.Password, "another sentence of words", "another sentence of words")).ShouldBe("/account?said=password-changed");

        (await browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await other.GetAsync("/")).Headers.Location!.PathAndQuery.ShouldStartWith("/sign-in");
    }

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/ok\r\nSet-Cookie: a=b")]
    [InlineData("")]
    public void Only_a_path_of_this_console_is_followed_after_sign_in(string asked) => SignInEndpoints.Local(asked).ShouldBe("/");

    [Theory]
    [InlineData("/identities?owner=None&page=2")]
    [InlineData("/")]
    public void A_path_of_this_console_is_followed(string asked) => SignInEndpoints.Local(asked).ShouldBe(asked);

    [Fact]
    public async Task The_session_cookie_is_closed_to_scripts_and_other_sites_and_bound_to_the_host_over_https()
    {
        await console.AddAccountAsync("ada");
        using var plain = console.Browser();
        var cookie = SessionCookie(await ConsoleUnderTest.SignInAsync(plain, "ada", ConsoleUnderTest.Password));
        cookie.ShouldStartWith("governance=");
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=lax", Case.Insensitive);

        using var secure = console.Browser(https: true);
        var bound = SessionCookie(await ConsoleUnderTest.SignInAsync(secure, "ada", ConsoleUnderTest.Password));
        bound.ShouldStartWith("__Host-governance=");
        bound.ShouldContain("secure", Case.Insensitive);
        bound.ShouldContain("path=/", Case.Insensitive);
        bound.ShouldNotContain("domain=", Case.Insensitive);
        (await secure.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Tries_beyond_twenty_a_minute_are_told_when_to_come_back()
    {
        await console.AddAccountAsync("ada");
        using var browser = console.Browser();
        HttpResponseMessage? last = null;
        for (var n = 0; n < 25; n++)
            last = await ConsoleUnderTest.PostAsync(browser, "/sign-in/password", ("userName", "ada"));
        last!.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        last.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_role_that_was_taken_away_ends_the_session()
    {
        var id = await console.AddAccountAsync("ada", Roles.Administrator, Roles.Auditor);
        await console.AddAccountAsync("other", Roles.Administrator);
        using var browser = await console.SignedInAsync("ada");
        (await browser.GetAsync("/settings/accounts")).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await console.Get<AccountService>().SetRolesAsync(id, [Roles.Auditor], Actor.Job("test"), CancellationToken.None)).IsRefused.ShouldBeFalse();

        (await browser.GetAsync("/settings/accounts")).Headers.Location!.PathAndQuery.ShouldStartWith("/sign-in");
    }

    private static string SessionCookie(HttpResponseMessage answer) => answer.Headers.GetValues("Set-Cookie").Single(c => c.Contains("governance="));

    private async Task<List<AuditEntry>> EntriesAsync(string action)
    {
        await using var db = await console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        return await db.AuditEntries.AsNoTracking().Where(e => e.Action == action).OrderBy(e => e.Sequence).ToListAsync();
    }
}
