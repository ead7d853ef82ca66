using System.Net;
using Governance.Audit;
using Governance.Common;
using Governance.People;
using Governance.Persistence;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Security.Providers;

/// <summary>A console with one provider, and a browser that follows the redirects between the two.</summary>
public sealed class ProviderDesk : IAsyncDisposable
{
    private static readonly HttpClient Outside = new(new HttpClientHandler { AllowAutoRedirect = false });

    private ProviderDesk(AuthorisationServer server, ConsoleUnderTest console, string provider) => (Server, Console, Provider) = (server, console, provider);

    public AuthorisationServer Server { get; }

    public ConsoleUnderTest Console { get; }

    public string Provider { get; }

    public static async Task<ProviderDesk> OpenAsync(string? tenant = null)
    {
        var server = await AuthorisationServer.StartAsync(tenant is null ? string.Empty : $"/{tenant}/v2.0");
        var console = new ConsoleUnderTest();
        var name = tenant is null ? "corp" : "entra";
        void Set(string key, string value) => console.Settings[$"Governance:SignIn:Providers:{name}:{key}"] = value;
        Set("Title", "Contoso");
        Set("ClientId", AuthorisationServer.Client);
        Set("ClientSecret", AuthorisationServer.Secret);
        Set("Kind", tenant is null ? "OpenIdConnect" : "Entra");
        Set("Authority", tenant is null ? server.Issuer : server.Issuer[..^$"/{tenant}/v2.0".Length]);
        if (tenant is not null)
            Set("TenantId", tenant);
        Set("Roles:0:Claim", "roles");
        Set("Roles:0:Value", "Governance.Auditor");
        Set("Roles:0:Role", Roles.Auditor);
        Set("Roles:1:Claim", "groups");
        Set("Roles:1:Value", "/ai/engineers");
        Set("Roles:1:Role", Roles.SecurityEngineer);
        console.Settings["Governance:SignIn:Contact"] = "it-help@example.test";
        // Without any account everything leads to set-up.
        await console.AddAccountAsync("first", Roles.Administrator);
        return new ProviderDesk(server, console, name);
    }

    public async ValueTask DisposeAsync()
    {
        await Console.DisposeAsync();
        await Server.DisposeAsync();
    }

    public async Task<Person> PersonAsync(string name, string mail, string? externalId = null)
    {
        var now = TimeProvider.System.Now();
        var person = new Person { Id = Ids.New(now), ExternalId = externalId ?? "hr-" + name, Name = name, Mail = mail, FirstSeenAt = now, LastSeenAt = now, ContentHash = "x" };
        await using var db = await DbAsync();
        db.People.Add(person);
        await db.SaveChangesAsync();
        return person;
    }

    public async Task LeaveAsync(Person person)
    {
        await using var db = await DbAsync();
        await db.People.Where(p => p.Id == person.Id).ExecuteUpdateAsync(s => s.SetProperty(p => p.Status, PersonStatus.Left));
    }

    public Task<GovernanceDb> DbAsync() => Console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();

    public async Task<List<AuditEntry>> EntriesAsync(string action)
    {
        await using var db = await DbAsync();
        return await db.AuditEntries.AsNoTracking().Where(e => e.Action == action).OrderBy(e => e.Sequence).ToListAsync();
    }

    /// <summary>Who signs in at the server next.</summary>
    public void Subject(string sub, params (string Type, object Value)[] claims)
    {
        Server.Claims.Clear();
        Server.Claims["sub"] = sub;
        foreach (var (type, value) in claims)
            Server.Claims[type] = value;
    }

    /// <summary>To the server and back; the address of the callback can be changed on the way.</summary>
    public async Task<HttpResponseMessage> SignInAsync(HttpClient browser, string returnUrl = "/", Func<string, string>? change = null)
    {
        using var leave = await browser.GetAsync($"/sign-in/with/{Provider}?returnUrl={Uri.EscapeDataString(returnUrl)}");
        leave.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return await ReturnAsync(browser, leave.Headers.Location!, change);
    }

    public static async Task<HttpResponseMessage> ReturnAsync(HttpClient browser, Uri leave, Func<string, string>? change = null)
    {
        using var answer = await Outside.GetAsync(leave);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
        var back = answer.Headers.Location!.PathAndQuery;
        return await browser.GetAsync(change?.Invoke(back) ?? back);
    }

    public static Task<HttpResponseMessage> VisitAsync(Uri address) => Outside.GetAsync(address);
}
