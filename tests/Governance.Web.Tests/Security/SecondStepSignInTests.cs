using System.Net;
using System.Text.RegularExpressions;
using Governance.Accounts;
using Governance.Common;
using Governance.Persistence;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Security;

/// <summary>The second step over the real host, as a browser goes through it.</summary>
public sealed partial class SecondStepSignInTests
{
    [Fact]
    public async Task It_is_set_up_with_a_first_code_and_asked_for_from_then_on()
    {
        await using var console = new ConsoleUnderTest();
        await console.AddAccountAsync("ada@example.com", Roles.Auditor);
        using var first = await console.SignedInAsync("ada@example.com");
        using var other = await console.SignedInAsync("ada@example.com");
        var (key, codes) = await EnrolAsync(first, "/account/second-step");
        codes.Count.ShouldBe(10);
        // Shown once; this browser goes on, the other session has ended.
        (await first.GetStringAsync("/account/second-step")).ShouldNotContain(codes[0]);
        (await other.GetAsync("/account")).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        using var browser = console.Browser();
        var answer = await ConsoleUnderTest.SignInAsync(browser, "ada@example.com", ConsoleUnderTest.Password, "/reviews");
        answer.Headers.Location!.OriginalString.ShouldBe("/sign-in/code?returnUrl=%2Freviews");
        await IsOutAsync(browser);
        // The code that switched it on is spent: a replay.
        var spent = Code(key);
        (await StepAsync(browser, spent)).ShouldStartWith("/sign-in/code?failed=true");
        await IsOutAsync(browser);
        var next = Code(key, 1);
        (await StepAsync(browser, next, "/reviews")).ShouldBe("/reviews");
        (await browser.GetAsync("/account")).StatusCode.ShouldBe(HttpStatusCode.OK);

        // The same code again, from another browser that knows the password.
        using var thief = console.Browser();
        await ConsoleUnderTest.SignInAsync(thief, "ada@example.com", ConsoleUnderTest.Password);
        (await StepAsync(thief, next)).ShouldStartWith("/sign-in/code?failed=true");
        await IsOutAsync(thief);
        // A recovery code lets in once.
        (await StepAsync(thief, codes[3])).ShouldBe("/account/second-step?said=recovery-used");
        using var again = console.Browser();
        await ConsoleUnderTest.SignInAsync(again, "ada@example.com", ConsoleUnderTest.Password);
        (await StepAsync(again, codes[3])).ShouldStartWith("/sign-in/code?failed=true");
        await using var db = await console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        (await db.AuditEntries.CountAsync(e => e.Action == "account.sign-in-refused" && e.Reason == "second step: second-step.wrong")).ShouldBe(3);
    }

    [Fact]
    public async Task The_password_alone_opens_nothing_and_the_second_step_alone_neither()
    {
        await using var console = new ConsoleUnderTest();
        await console.AddAccountAsync("ada@example.com", Roles.Administrator);
        using var first = await console.SignedInAsync("ada@example.com");
        var (key, _) = await EnrolAsync(first, "/account/second-step");

        // Skipped: straight to a page, to the enrolment of a new key, to switching off.
        using var browser = console.Browser();
        await ConsoleUnderTest.SignInAsync(browser, "ada@example.com", ConsoleUnderTest.Password);
        foreach (var page in (string[])["/", "/account", "/account/second-step", "/settings/accounts", "/inbox"])
            (await browser.GetAsync(page)).Headers.Location!.OriginalString.ShouldContain("/sign-in", customMessage: page);
        (await browser.GetStringAsync("/sign-in/enrol")).ShouldContain("set up already");
        using (var circuit = await browser.PostAsync("/_blazor/negotiate?negotiateVersion=1", null))
            circuit.StatusCode.ShouldNotBe(HttpStatusCode.OK);

        // Without a password before it.
        using var stranger = console.Browser();
        var token = await ConsoleUnderTest.TokenAsync(stranger, "/sign-in");
        var answer = await ConsoleUnderTest.PostAsync(stranger, "/sign-in/second-step", ("__RequestVerificationToken", token), ("code", Code(key, 1)), ("returnUrl", "//evil.example"));
        answer.Headers.Location!.OriginalString.ShouldBe("/sign-in?late=true&returnUrl=%2F");
        await IsOutAsync(stranger);

        // Reset meanwhile: what was begun does not end in a session.
        var id = (await console.Get<AccountQueries>().ListAsync(default)).Single().Id;
        (await console.Get<SecondStepService>().ResetAsync(id, "lost phone", Actor.Job("test"), default)).Refusal.ShouldBeNull();
        token = await ConsoleUnderTest.TokenAsync(browser, "/sign-in");
        (await ConsoleUnderTest.PostAsync(browser, "/sign-in/second-step", ("__RequestVerificationToken", token), ("code", Code(key, 1)))).Headers.Location!.OriginalString.ShouldStartWith("/sign-in?late=true");
    }

    [Fact]
    public async Task Five_wrong_codes_lock_and_a_right_password_in_between_does_not_help()
    {
        await using var console = new ConsoleUnderTest();
        await console.AddAccountAsync("ada@example.com", Roles.Auditor);
        using var first = await console.SignedInAsync("ada@example.com");
        var (key, _) = await EnrolAsync(first, "/account/second-step");
        using var browser = console.Browser();
        for (var i = 0; i < 5; i++)
        {
            await ConsoleUnderTest.SignInAsync(browser, "ada@example.com", ConsoleUnderTest.Password);
            (await StepAsync(browser, "000000x")).ShouldStartWith(i < 4 ? "/sign-in/code?failed=true" : "/sign-in?failed=true");
        }

        (await ConsoleUnderTest.SignInAsync(browser, "ada@example.com", ConsoleUnderTest.Password)).Headers.Location!.OriginalString.ShouldStartWith("/sign-in?failed=true");
        (await StepAsync(browser, Code(key, 1), page: "/sign-in")).ShouldContain("/sign-in");
        await IsOutAsync(browser);
    }

    [Fact]
    public async Task Where_a_role_requires_it_nobody_of_it_gets_in_without()
    {
        await using var console = new ConsoleUnderTest();
        await console.AddAccountAsync("ada@example.com", Roles.Auditor);
        using var before = await console.SignedInAsync("ada@example.com");
        (await console.Get<SecondStepRules>().SetAsync([Roles.Auditor], Actor.Job("test"), default)).Refusal.ShouldBeNull();
        (await before.GetAsync("/account")).StatusCode.ShouldBe(HttpStatusCode.Redirect, "sessions without a second step end");

        using var browser = console.Browser();
        (await ConsoleUnderTest.SignInAsync(browser, "ada@example.com", ConsoleUnderTest.Password)).Headers.Location!.OriginalString.ShouldBe("/sign-in/enrol?returnUrl=%2F");
        await IsOutAsync(browser);
        var (_, codes) = await EnrolAsync(browser, "/sign-in/enrol");
        codes.Count.ShouldBe(10);
        (await browser.GetAsync("/account")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.GetStringAsync("/account/second-step")).ShouldContain("A role of yours requires it");
    }

    private static async Task IsOutAsync(HttpClient browser)
    {
        using var answer = await browser.GetAsync("/account");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.OriginalString.ShouldContain("/sign-in");
    }

    private static async Task<string> StepAsync(HttpClient browser, string code, string returnUrl = "/", string page = "/sign-in/code")
    {
        var token = await ConsoleUnderTest.TokenAsync(browser, page);
        using var answer = await ConsoleUnderTest.PostAsync(browser, "/sign-in/second-step", ("__RequestVerificationToken", token), ("code", code), ("returnUrl", returnUrl));
        return answer.Headers.Location!.OriginalString;
    }

    private static async Task<(byte[] Key, IReadOnlyList<string> Codes)> EnrolAsync(HttpClient browser, string page)
    {
        var html = await browser.GetStringAsync(page);
        html.ShouldContain("<path fill=");
        var key = Bytes(Key().Match(html).Groups["key"].Value.Replace(" ", string.Empty, StringComparison.Ordinal));
        key.Length.ShouldBe(20);
        var token = await ConsoleUnderTest.TokenAsync(browser, page);
        using var wrong = await ConsoleUnderTest.PostAsync(browser, page, ("__RequestVerificationToken", token), ("_handler", "confirm"), ("code", "000000x"));
        (await wrong.Content.ReadAsStringAsync()).ShouldContain("The code is wrong");
        using var answer = await ConsoleUnderTest.PostAsync(browser, page, ("__RequestVerificationToken", token), ("_handler", "confirm"), ("code", Code(key)));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var shown = await answer.Content.ReadAsStringAsync();
        return (key, [.. Codes().Matches(shown).Select(m => m.Groups["code"].Value)]);
    }

    private static string Code(byte[] key, int step = 0) => Totp.Code(key, Totp.StepOf(TimeProvider.System.GetUtcNow()) + step);

    private static byte[] Bytes(string base32)
    {
        var bits = string.Concat(base32.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(b => b.Length == 8).Select(b => Convert.ToByte(new string(b), 2))];
    }

    [GeneratedRegex("aria-label=\"Key\"[^>]*>(?<key>[A-Z2-7 ]+)<", RegexOptions.ExplicitCapture)]
    private static partial Regex Key();

    [GeneratedRegex("<li>(?<code>[A-Z2-7]{4}(-[A-Z2-7]{4}){3})</li>", RegexOptions.ExplicitCapture)]
    private static partial Regex Codes();
}
