using System.Net;
using Governance.Accounts;
using Governance.Audit;
using Governance.Common;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;

namespace Governance.Web.Tests.Security.Providers;

/// <summary>Sign-in end to end against a real authorisation server.</summary>
public sealed class ProviderSignInTests : IAsyncLifetime
{
    private ProviderDesk desk = null!;
    private HttpClient browser = null!;

    public async ValueTask InitializeAsync()
    {
        desk = await ProviderDesk.OpenAsync();
        browser = desk.Console.Browser();
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await desk.DisposeAsync();
    }

    [Fact]
    public async Task A_verified_mail_of_the_directory_is_matched_remembered_and_let_in_as_an_owner()
    {
        var ada = await desk.PersonAsync("Ada", "ada@example.test");
        desk.Subject("s-1", ("email", "Ada@Example.test"), ("email_verified", true), ("name", "Ada Lovelace"));

        (await desk.SignInAsync(browser, "/owners/proposals")).Headers.Location!.OriginalString.ShouldBe("/owners/proposals");

        (await browser.GetAsync("/owners/proposals")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync("/identities")).Headers.Location!.OriginalString.ShouldContain("access-denied");
        var account = await AccountAsync("s-1");
        account.PersonId.ShouldBe(ada.Id);
        account.DisplayName.ShouldBe("Ada Lovelace");
        account.PasswordHash.ShouldBeNull();
        // Remembered: the mail is not needed any more, and no longer looked at.
        desk.Subject("s-1", ("email", "other@example.test"), ("email_verified", false));
        using var later = desk.Console.Browser();
        (await desk.SignInAsync(later)).Headers.Location!.OriginalString.ShouldBe("/");
        (await AccountAsync("s-1")).Id.ShouldBe(account.Id);
        (await desk.EntriesAsync(AuditActions.SignedIn)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_request_asks_for_a_code_with_pkce_state_and_nonce()
    {
        using var leave = await browser.GetAsync("/sign-in/with/corp");
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(leave.Headers.Location!.Query);
        query["response_type"].ToString().ShouldBe("code");
        query["code_challenge_method"].ToString().ShouldBe("S256");
        query["code_challenge"].ToString().Length.ShouldBeGreaterThan(40);
        query["state"].ToString().ShouldNotBeEmpty();
        query["nonce"].ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task An_unverified_mail_matches_nobody()
    {
        await desk.PersonAsync("Ada", "ada@example.test");
        desk.Subject("s-2", ("email", "ada@example.test"), ("email_verified", false));
        await RefusedAsync("subject.nobody", audited: true);
        await using var db = await desk.DbAsync();
        (await db.AccountLogins.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_unknown_subject_is_told_whom_to_ask()
    {
        desk.Subject("s-3", ("name", "Nobody"));
        await RefusedAsync("subject.nobody", audited: true);
        var page = await browser.GetStringAsync("/sign-in/refused?why=subject.nobody");
        page.ShouldContain("it-help@example.test");
        page.ShouldContain("does not know you");
    }

    [Fact]
    public async Task A_group_and_an_app_role_give_the_mapped_roles_and_others_give_nothing()
    {
        desk.Subject("s-4", ("name", "Eve"), ("roles", new[] { "Governance.Auditor", "Administrator" }), ("groups", new[] { "/ai/engineers", "/ai/interns" }));
        (await desk.SignInAsync(browser)).Headers.Location!.OriginalString.ShouldBe("/");
        await using var db = await desk.DbAsync();
        var account = await AccountAsync("s-4");
        (await db.AccountRoles.Where(r => r.AccountId == account.Id).Select(r => r.Role).OrderBy(r => r).ToListAsync()).ShouldBe([Roles.Auditor, Roles.SecurityEngineer]);
        (await browser.GetAsync("/findings")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync("/settings/accounts")).Headers.Location!.OriginalString.ShouldContain("access-denied");
    }

    [Fact]
    public async Task A_role_taken_away_at_the_provider_is_gone_at_the_next_sign_in_and_other_sessions_end()
    {
        desk.Subject("s-5", ("roles", new[] { "Governance.Auditor" }));
        await desk.SignInAsync(browser);
        desk.Subject("s-5");
        using var other = desk.Console.Browser();
        (await desk.SignInAsync(other)).Headers.Location!.OriginalString.ShouldBe("/sign-in/refused?why=subject.nobody");

        (await browser.GetAsync("/audit")).Headers.Location!.OriginalString.ShouldContain("/sign-in");
        await using var db = await desk.DbAsync();
        (await db.AccountRoles.AnyAsync(r => r.Provider == "corp")).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_state_or_none_or_another_browsers_is_refused()
    {
        await desk.PersonAsync("Ada", "ada@example.test");
        desk.Subject("s-6", ("email", "ada@example.test"), ("email_verified", true));
        (await desk.SignInAsync(browser, change: to => to.Replace("state=", "state=x"))).Headers.Location!.OriginalString.ShouldBe("/sign-in/refused?why=failed");
        (await desk.SignInAsync(browser, change: to => to[..to.IndexOf("state=", StringComparison.Ordinal)])).Headers.Location!.OriginalString.ShouldBe("/sign-in/refused?why=failed");
        using var attacker = desk.Console.Browser();
        using var leave = await attacker.GetAsync("/sign-in/with/corp");
        (await ProviderDesk.ReturnAsync(browser, leave.Headers.Location!)).Headers.Location!.OriginalString.ShouldBe("/sign-in/refused?why=failed");
        (await browser.GetAsync("/")).Headers.Location!.OriginalString.ShouldContain("/sign-in");
        (await desk.EntriesAsync(AuditActions.SignedIn)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("nonce")]
    [InlineData("expired")]
    [InlineData("audience")]
    public async Task A_token_with_another_nonce_or_audience_or_past_its_time_is_refused(string what)
    {
        await desk.PersonAsync("Ada", "ada@example.test");
        desk.Subject("s-7", ("email", "ada@example.test"), ("email_verified", true));
        desk.Server.Spoil = token => _ = what switch
        {
            "nonce" => token.SetClaim("nonce", "another"),
            "expired" => token.SetExpirationDate(TimeProvider.System.GetUtcNow().AddMinutes(-10)).SetCreationDate(TimeProvider.System.GetUtcNow().AddMinutes(-20)),
            _ => token.SetAudiences("another-application"),
        };
        await RefusedAsync("failed", audited: false);
        await using var db = await desk.DbAsync();
        (await db.AccountLogins.CountAsync()).ShouldBe(0);
        desk.Server.Spoil = null;
        (await desk.SignInAsync(browser)).Headers.Location!.OriginalString.ShouldBe("/");
    }

    [Fact]
    public async Task Whoever_left_does_not_get_in_and_a_running_session_ends()
    {
        var ada = await desk.PersonAsync("Ada", "ada@example.test");
        desk.Subject("s-8", ("email", "ada@example.test"), ("email_verified", true));
        await desk.SignInAsync(browser);
        (await browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await desk.LeaveAsync(ada);

        (await browser.GetAsync("/")).Headers.Location!.OriginalString.ShouldContain("/sign-in");
        await RefusedAsync("subject.left", audited: true);
    }

    [Fact]
    public async Task A_person_with_an_account_is_not_taken_over_but_connects_from_within()
    {
        var ada = await desk.PersonAsync("Ada", "ada@example.test");
        var id = await desk.Console.AddAccountAsync("ada", Roles.Auditor);
        (await desk.Console.Get<AccountService>().MatchPersonAsync(id, ada.Id, Actor.Job("test"), CancellationToken.None)).IsRefused.ShouldBeFalse();
        desk.Subject("s-9", ("email", "ada@example.test"), ("email_verified", true));
        await RefusedAsync("subject.account-taken", audited: true);

        using var inside = await desk.Console.SignedInAsync("ada");
        var token = await ConsoleUnderTest.TokenAsync(inside, "/sign-out");
        using var leave = await ConsoleUnderTest.PostAsync(inside, "/account/connect/corp", ("__RequestVerificationToken", token));
        leave.StatusCode.ShouldBe(HttpStatusCode.OK);
        var to = leave.Headers.GetValues("Refresh").Single()["0; url=".Length..];
        (await ProviderDesk.ReturnAsync(inside, new Uri(to))).Headers.Location!.OriginalString.ShouldBe("/account");
        using var after = await inside.GetAsync("/account");
        (await after.Content.ReadAsStringAsync()).ShouldContain("Contoso is connected");

        (await AccountAsync("s-9")).Id.ShouldBe(id);
        (await desk.EntriesAsync(AuditActions.AccountConnected)).ShouldHaveSingleItem();
        (await desk.SignInAsync(browser)).Headers.Location!.OriginalString.ShouldBe("/");
    }

    [Fact]
    public async Task Two_people_with_one_mail_are_a_conflict()
    {
        await desk.PersonAsync("Ada", "team@example.test");
        await desk.PersonAsync("Bob", "team@example.test");
        desk.Subject("s-10", ("email", "team@example.test"), ("email_verified", true));
        await RefusedAsync("subject.conflict", audited: true);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_here_and_at_the_provider()
    {
        desk.Subject("s-11", ("roles", new[] { "Governance.Auditor" }));
        await desk.SignInAsync(browser);
        var token = await ConsoleUnderTest.TokenAsync(browser, "/sign-out");
        using var answer = await ConsoleUnderTest.PostAsync(browser, "/sign-out/now", ("__RequestVerificationToken", token), ("everywhere", "true"));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync("/")).Headers.Location!.OriginalString.ShouldContain("/sign-in");
        var leave = new Uri(answer.Headers.GetValues("Refresh").Single()["0; url=".Length..]);
        leave.Query.ShouldContain("id_token_hint=");
        using var there = await ProviderDesk.VisitAsync(leave);
        desk.Server.Logouts.ShouldHaveSingleItem().ShouldBe("http://localhost/sign-out/callback/corp");
        (await browser.GetAsync(there.Headers.Location!.PathAndQuery)).Headers.Location!.OriginalString.ShouldEndWith("/sign-in");
    }

    [Fact]
    public async Task The_providers_own_word_on_the_back_channel_ends_the_session_and_a_forged_one_does_not()
    {
        desk.Subject("s-12", ("roles", new[] { "Governance.Auditor" }));
        await desk.SignInAsync(browser);
        using var server = desk.Console.Browser();
        foreach (var bad in (string[])["nonsense", desk.Server.LogoutToken("s-12", withEvent: false), desk.Server.LogoutToken("s-12", audience: "another"), desk.Server.LogoutToken("s-12")[..^4] + "AAAA"])
            (await ConsoleUnderTest.PostAsync(server, "/sign-out/back-channel/corp", ("logout_token", bad))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await browser.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await ConsoleUnderTest.PostAsync(server, "/sign-out/back-channel/corp", ("logout_token", desk.Server.LogoutToken("s-12")))).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await browser.GetAsync("/")).Headers.Location!.OriginalString.ShouldContain("/sign-in");
    }

    private async Task RefusedAsync(string why, bool audited)
    {
        using var fresh = desk.Console.Browser();
        (await desk.SignInAsync(fresh)).Headers.Location!.OriginalString.ShouldBe("/sign-in/refused?why=" + why);
        (await fresh.GetAsync("/")).Headers.Location!.OriginalString.ShouldContain("/sign-in");
        if (audited)
            (await desk.EntriesAsync(AuditActions.SignInRefused))[^1].Reason.ShouldBe(why);
    }

    private async Task<Account> AccountAsync(string subject)
    {
        await using var db = await desk.DbAsync();
        return await db.Accounts.AsNoTracking().SingleAsync(a => db.AccountLogins.Any(l => l.UserId == a.Id && l.ProviderKey == subject && l.LoginProvider == desk.Server.Issuer));
    }
}
