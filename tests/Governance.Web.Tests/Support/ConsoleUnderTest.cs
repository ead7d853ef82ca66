using System.Text.RegularExpressions;
using Governance.Accounts;
using Governance.Common;
using Governance.Web.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Web.Tests.Support;

/// <summary>The real host over a data folder of its own: nothing in its pipeline is replaced.</summary>
public sealed partial class ConsoleUnderTest : WebApplicationFactory<Program>
{
    public const string Password = "seven unlikely garden words";

    private static readonly Actor Administrator = Actor.Job("test");
    private readonly string folder = Directory.CreateTempSubdirectory("governance-web-test-").FullName;

    /// <summary>More settings, given before the first use.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>The code that this host printed on its console.</summary>
    public string SetupCode => Get<SetupCode>().Value;

    public HttpClient Browser(bool https = false) => CreateClient(new WebApplicationFactoryClientOptions
    {
        AllowAutoRedirect = false,
        HandleCookies = true,
        BaseAddress = new Uri(https ? "https://localhost" : "http://localhost"),
    });

    public async Task<Guid> AddAccountAsync(string name, params string[] roles)
    {
        var made = await Get<AccountService>().CreateAsync(new NewAccount(name, $"Test {name}", Password, roles), Administrator, CancellationToken.None);
        return made.OrThrow();
    }

    public async Task<HttpClient> SignedInAsync(string name, bool https = false)
    {
        var browser = Browser(https);
        var answer = await SignInAsync(browser, name, Password);
        answer.Headers.Location!.OriginalString.ShouldBe("/", $"{name} signs in");
        return browser;
    }

    public static async Task<HttpResponseMessage> SignInAsync(HttpClient browser, string name, string password, string? returnUrl = null)
    {
        var token = await TokenAsync(browser, "/sign-in");
        return await PostAsync(browser, "/sign-in/password", ("__RequestVerificationToken", token), ("userName", name), ("password", password), ("returnUrl", returnUrl ?? "/"));
    }

    /// <summary>The antiforgery token of a page's form.</summary>
    public static async Task<string> TokenAsync(HttpClient browser, string page)
    {
        var html = await browser.GetStringAsync(page);
        var match = Token().Match(html);
        match.Success.ShouldBeTrue($"{page} has a form with an antiforgery token");
        return match.Groups["token"].Value;
    }

    public static Task<HttpResponseMessage> PostAsync(HttpClient browser, string address, params (string Name, string Value)[] fields) =>
        browser.PostAsync(address, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("Governance:DataDirectory", folder);
        builder.UseSetting("Governance:Database:Provider", "Sqlite");
        builder.UseSetting("Governance:Database:ConnectionString", string.Empty);
        foreach (var (name, value) in Settings)
            builder.UseSetting(name, value);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing || !Directory.Exists(folder))
            return;
        SqliteConnection.ClearAllPools();
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // A job that was stopped may still let go of its file; what is left lies in the folder of temporary files.
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
