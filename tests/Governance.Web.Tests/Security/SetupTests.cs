using System.Net;
using Governance.Accounts;
using Governance.Common;
using Governance.Web.Tests.Support;

namespace Governance.Web.Tests.Security;

public sealed class SetupTests : IAsyncDisposable
{
    private readonly ConsoleUnderTest console = new();

    public ValueTask DisposeAsync() => console.DisposeAsync();

    [Fact]
    public async Task Until_there_is_an_account_every_page_leads_to_set_up()
    {
        using var browser = console.Browser();
        (await browser.GetAsync("/")).Headers.Location!.OriginalString.ShouldBe("/setup");
        (await browser.GetAsync("/sign-in")).Headers.Location!.OriginalString.ShouldBe("/setup");
        (await browser.GetAsync("/setup")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_code_from_the_terminal_makes_the_first_administrator_and_signs_them_in()
    {
        using var browser = console.Browser();
        var answer = await SetUpAsync(browser, console.SetupCode.ToLowerInvariant().Replace("-", " "), ConsoleUnderTest.Password);

        answer.Headers.Location!.OriginalString.ShouldBe("/");
        (await browser.GetAsync("/settings/accounts")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await console.Get<AccountQueries>().ListAsync(CancellationToken.None)).ShouldHaveSingleItem().Roles.ShouldBe([Roles.Administrator]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA-AAAA-AAAA")]
    public async Task Another_code_makes_nothing(string code)
    {
        using var browser = console.Browser();
        var answer = await SetUpAsync(browser, code, ConsoleUnderTest.Password);
        answer.Headers.Location!.OriginalString.ShouldStartWith("/setup?");
        (await console.Get<AccountService>().AnyAsync(CancellationToken.None)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("short")]
    [InlineData("password1234")]
    [InlineData("aaaaaaaaaaaaaaa")]
    public async Task A_weak_password_makes_nothing(string password)
    {
        using var browser = console.Browser();
        await SetUpAsync(browser, console.SetupCode, password);
        (await console.Get<AccountService>().AnyAsync(CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_code_is_worth_nothing_once_an_account_exists()
    {
        using var browser = console.Browser();
        var token = await ConsoleUnderTest.TokenAsync(browser, "/setup");
        await console.AddAccountAsync("first", Roles.Administrator);

        var answer = await ConsoleUnderTest.PostAsync(browser, "/setup/administrator", ("__RequestVerificationToken", token), ("code", console.SetupCode),
            ("userName", "second@example.test"), ("displayName", "Second"), ("password", ConsoleUnderTest.Password));

        answer.Headers.Location!.OriginalString.ShouldBe("/sign-in");
        (await console.Get<AccountQueries>().ListAsync(CancellationToken.None)).ShouldHaveSingleItem().UserName.ShouldBe("first");
        (await browser.GetAsync("/setup")).Headers.Location!.OriginalString.ShouldEndWith("/sign-in");
    }

    [Fact]
    public async Task Guessing_the_code_is_slowed_down()
    {
        using var browser = console.Browser();
        HttpResponseMessage? last = null;
        for (var n = 0; n < 25; n++)
            last = await ConsoleUnderTest.PostAsync(browser, "/setup/administrator", ("code", "AAAA-AAAA-AAAA"));
        last!.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    private static async Task<HttpResponseMessage> SetUpAsync(HttpClient browser, string code, string password)
    {
        var token = await ConsoleUnderTest.TokenAsync(browser, "/setup");
        return await ConsoleUnderTest.PostAsync(browser, "/setup/administrator", ("__RequestVerificationToken", token), ("code", code),
            ("userName", "ada@example.test"), ("displayName", "Ada Lovelace"), ("password", password));
    }
}
