using System.Text;
using Governance.E2E.Support;
using Governance.Tests.Revocation;
using Microsoft.Playwright;
using UglyToad.PdfPig;

namespace Governance.E2E;

/// <summary>
/// A newcomer's first hour, all of it through the browser, against a PostgreSQL server whose roles are really disabled:
/// set up, import, own, certify, revoke, prove.
/// </summary>
public sealed class JourneyTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private const string Password = "a sentence that is long enough";
    private const string OwnerMail = "olga.owner@journey.example";
    private const string Source = "PostgreSQL orders";
    private const string SecondMail = "mona@journey.example";
    private const string Campaign = "Roles behind our agents";

    private readonly RoleServer server = new();
    private readonly StringBuilder problems = new();
    private readonly string folder = Directory.CreateTempSubdirectory("governance-e2e-").FullName;
    private string[] kept = [];
    private string connectorAccount = string.Empty;
    private string doomed = string.Empty;
    private string expired = string.Empty;

    public async ValueTask InitializeAsync()
    {
        connectorAccount = await server.RoleAsync("LOGIN CREATEROLE", "governance");
        await RoleServer.ExecuteAsync($"GRANT pg_signal_backend TO \"{connectorAccount}\"");
        kept = [await server.RoleAsync(prefix: "invoice_agent"), await server.RoleAsync(prefix: "support_agent"), await server.RoleAsync(prefix: "search_agent")];
        (doomed, expired) = (await server.RoleAsync(prefix: "pilot_agent"), await server.RoleAsync(prefix: "trial_agent"));
        if (await RoleServer.ScalarAsync("SELECT current_setting('server_version_num')::int >= 160000 WHERE $1::name IS NOT NULL", doomed) is true)
        {
            foreach (var role in (string[])[.. kept, doomed, expired])
                await RoleServer.ExecuteAsync($"GRANT \"{role}\" TO \"{connectorAccount}\" WITH ADMIN OPTION, INHERIT FALSE, SET FALSE");
        }
    }

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Import_own_certify_three_revoke_one_and_it_is_seen_disabled_in_PostgreSQL_and_in_the_evidence()
    {
        await using var console = await ConsoleProcess.StartAsync(folder);
        await using var admin = await chromium.OpenAsync(console);
        await CheckedAsync(admin, "/setup");
        await admin.SetUpAsync("Anna Administrator", "anna@journey.example", Password);
        await CheckAsync(admin, "home, empty");

        await ImportPeopleAsync(admin);
        await ImportRolesAsync(admin);
        await BindConnectorAsync(admin);
        await SetBrakesAsync(admin);
        await AddAccountAsync(admin, OwnerMail, "Olga Owner");
        await AddAccountAsync(admin, SecondMail, "Mona Manager", "Administrator");
        await AssignAsync(admin);

        await using var owner = await chromium.OpenAsync(console);
        await owner.SignInAsync(OwnerMail, Password);
        await AcceptAsync(owner);

        await LaunchAsync(admin);
        await ReviewAsync(owner);
        await SweepAsync(admin);
        await CloseAsync(admin);
        // Privileged in production, and under limits that the first administrator set: somebody else has to agree.
        await using var second = await chromium.OpenAsync(console);
        await second.SignInAsync(SecondMail, Password);
        await ApproveAsync(second, doomed);
        await ApproveAsync(second, expired);
        await SeeItObservedAsync(admin, doomed);
        await SeeItObservedAsync(admin, expired);
        foreach (var role in kept)
            (await RoleServer.CanLoginAsync(role)).ShouldBe(true, $"{role} was certified");
        await ProveAsync(admin);
        problems.ToString().ShouldBeEmpty();
    }

    private async Task ImportPeopleAsync(Window admin)
    {
        var file = await WriteAsync("people.csv", "id,name,mail,title,department,manager_id,status,left_on\n1,Mona Manager,mona@journey.example,Head of Finance,Finance,,active,\n2,Olga Owner," + OwnerMail + ",Controller,Finance,1,active,\n");
        await admin.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Import people" }).ClickAsync();
        await UploadAsync(admin, file, null);
        await admin.SeesAsync("2 read = 2 created + 0 changed + 0 unchanged + 0 rejected");
    }

    private async Task ImportRolesAsync(Window admin)
    {
        var rows = new List<string> { "external_id,name,kind,environment,enabled,publisher,tool,autonomy,purpose,expires_at,entitlements" };
        foreach (var role in (string[])[.. kept, doomed])
            rows.Add($"{await RoleServer.OidAsync(role)}:{role},{role},ServiceAccount,production,true,Journey,Invoice assistant,supervised,Reads and books orders,,SELECT@orders;!INSERT@orders");
        rows.Add($"{await RoleServer.OidAsync(expired)}:{expired},{expired},ServiceAccount,test,true,Journey,Invoice assistant,supervised,A trial that is over,{TimeProvider.System.GetUtcNow().AddDays(-3):yyyy-MM-dd},SELECT@orders");
        var file = await WriteAsync("roles.csv", string.Join('\n', rows) + "\n");
        await admin.GoAsync("/imports");
        await UploadAsync(admin, file, Source);
        await admin.SeesAsync("5 read = 5 created + 0 changed + 0 unchanged + 0 rejected");
        await CheckAsync(admin, "/imports/{id}");
    }

    private async Task BindConnectorAsync(Window admin)
    {
        await CheckedAsync(admin, "/settings/sources");
        await admin.Button($"Connector… of {Source}").ClickAsync();
        await admin.ChooseAsync("Connector", "PostgreSQL roles");
        await admin.FillAsync("Host", RoleServer.Host);
        await admin.FillAsync("Port", $"{RoleServer.Port}");
        await admin.FillAsync("Account", connectorAccount);
        await admin.FillAsync("TLS", "Disable");
        await CheckAsync(admin, "/settings/sources, connector");
        await admin.Button("Save and test").ClickAsync();
        await admin.SeesAsync("It may alter roles and end their sessions.");
        await admin.DialogButton("Close").ClickAsync();
        await admin.SeesAsync("switched on");
    }

    private async Task SetBrakesAsync(Window admin)
    {
        await CheckedAsync(admin, "/brakes");
        await admin.FillAsync("Notice, in days", "0");
        // Two roles would go one after the other, an hour apart.
        await admin.FillAsync("Between waves, in minutes", "0");
        await admin.Button("Save limits").ClickAsync();
        await admin.SeesAsync("The limits are in force.");
    }

    private async Task AddAccountAsync(Window admin, string mail, string name, string? role = null)
    {
        await CheckedAsync(admin, "/settings/accounts");
        await admin.Button("Add account").ClickAsync();
        await admin.FillAsync("Mail address", mail);
        await admin.FillAsync("Name", name);
        await admin.FillAsync("Password", Password);
        if (role is not null)
            await admin.Page.GetByRole(AriaRole.Dialog).GetByLabel(role).CheckAsync();
        await admin.ChooseSuggestedAsync("Person in the directory", name);
        await CheckAsync(admin, "/settings/accounts, new account");
        await admin.DialogButton("Save").ClickAsync();
        await admin.Page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = mail }).WaitForAsync();
    }

    private async Task AssignAsync(Window admin)
    {
        await CheckedAsync(admin, "/identities");
        foreach (var role in (string[])[.. kept, doomed])
            await admin.Page.GetByLabel($"Choose {role}").CheckAsync();
        await admin.SeesAsync("4 identities chosen");
        await admin.Button("Assign owner…").ClickAsync();
        await admin.ChooseSuggestedAsync("Person", "Olga Owner");
        await CheckAsync(admin, "/identities, assign owner");
        await admin.DialogButton("Ask them").ClickAsync();
        await admin.SeesAsync("Olga Owner was asked to own 4 identities.");
    }

    private async Task AcceptAsync(Window owner)
    {
        await CheckAsync(owner, "home of an owner");
        await owner.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "identities that may be yours" }).ClickAsync();
        await owner.Page.GetByLabel("All").CheckAsync();
        await CheckAsync(owner, "/owners/proposals");
        await owner.Button("Accept 4").ClickAsync();
        await owner.SeesAsync("You answer for 4 identities.");
    }

    private async Task LaunchAsync(Window admin)
    {
        await CheckedAsync(admin, "/campaigns");
        await admin.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Define a campaign" }).ClickAsync();
        await admin.FillAsync("Name", Campaign);
        await admin.Field("State").SelectOptionAsync("Active");
        await admin.Field("Fallback reviewer").PressSequentiallyAsync("Mona");
        await admin.Page.Locator(".hits").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Mona Manager" }).ClickAsync();
        await admin.SeesAsync("4 go to their accepted owner");
        await CheckAsync(admin, "/campaigns/definitions/new");
        await admin.Button("Save and prepare").ClickAsync();
        await admin.Button("Start: ask 1 reviewer").ClickAsync();
        await admin.DialogButton("Start").ClickAsync();
        await admin.SeesAsync("0 of 4");
        await CheckAsync(admin, "/campaigns/{id}");
    }

    private async Task ReviewAsync(Window owner)
    {
        await CheckedAsync(owner, "/reviews");
        await owner.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = Campaign }).ClickAsync();
        await owner.ReadyAsync();
        await owner.SeesAsync("0 of 4");
        await CheckAsync(owner, "/reviews/{id}");
        // Keys count once the page listens.
        await owner.Page.Locator("[data-keys=on]").WaitForAsync();
        while (!(await owner.Page.Locator("article.focused h3").InnerTextAsync()).Contains(doomed, StringComparison.Ordinal))
        {
            var now = await owner.Page.Locator("article.focused h3").InnerTextAsync();
            await owner.Page.Keyboard.PressAsync("j");
            await owner.Page.Locator("article.focused h3").Filter(new LocatorFilterOptions { HasNotText = now }).WaitForAsync();
        }

        await owner.Page.Keyboard.PressAsync("x");
        await owner.Page.Locator("#reason").FillAsync("The pilot ended in spring.");
        await CheckAsync(owner, "/reviews/{id}, revoking");
        await owner.Page.Keyboard.PressAsync("Control+Enter");
        await owner.SeesAsync("1 of 4");
        for (var done = 2; done <= 4; done++)
        {
            await owner.Page.Locator("article.focused .answers").WaitForAsync();
            await owner.Page.Keyboard.PressAsync("c");
            await owner.SeesAsync($"{done} of 4");
        }

        await owner.SeesAsync("All done.");
        await CheckAsync(owner, "/reviews/{id}, done");
    }

    private async Task SweepAsync(Window admin)
    {
        await CheckedAsync(admin, "/sweeps");
        await admin.Button("Dry run now").ClickAsync();
        await admin.Button("Run this one…").ClickAsync();
        await admin.DialogButton("Run").ClickAsync();
        await admin.SeesAsync("What this sweep did");
        await CheckAsync(admin, "/sweeps, done");
    }

    private async Task CloseAsync(Window admin)
    {
        await admin.GoAsync("/campaigns");
        await admin.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = Campaign }).First.ClickAsync();
        await admin.Button("Close and apply…").ClickAsync();
        await CheckAsync(admin, "/campaigns/{id}, closing");
        await admin.Page.GetByRole(AriaRole.Dialog).Locator("textarea").First.FillAsync("Everybody has answered.");
        await admin.DialogButton("Close and apply").ClickAsync();
        await admin.SeesAsync("1 revocation order");
        await CheckAsync(admin, "/campaigns/{id}, applied");
    }

    private async Task ApproveAsync(Window second, string role)
    {
        await CheckedAsync(second, "/revocations");
        await second.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = role }).ClickAsync();
        await second.Heading(role).WaitForAsync();
        await CheckAsync(second, "/revocations/{id}, held");
        await second.Button("Approve…").ClickAsync();
        await second.DialogButton("Approve").ClickAsync();
        await second.SeesAsync("Approved by Mona Manager");
    }

    private async Task SeeItObservedAsync(Window admin, string role)
    {
        await CheckedAsync(admin, "/revocations");
        await admin.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = role }).ClickAsync();
        await admin.Heading(role).WaitForAsync();
        // The page looks again by itself; the job that carries the step out was woken by the order.
        await admin.Page.GetByText("Verified in the source").WaitForAsync(new LocatorWaitForOptions { Timeout = 90_000 });
        await admin.SeesAsync("rolcanlogin = false, 0 sessions");
        await CheckAsync(admin, "/revocations/{id}");
        (await RoleServer.CanLoginAsync(role)).ShouldBe(false);
    }

    private async Task ProveAsync(Window admin)
    {
        await CheckedAsync(admin, "/evidence");
        await admin.Button("Make package").ClickAsync();
        var link = admin.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "PDF report" });
        await link.WaitForAsync(new LocatorWaitForOptions { Timeout = 60_000 });
        await CheckAsync(admin, "/evidence, made");
        var download = await admin.Page.RunAndWaitForDownloadAsync(() => link.ClickAsync());
        var bytes = await File.ReadAllBytesAsync((await download.PathAsync())!);
        Encoding.ASCII.GetString(bytes, 0, 5).ShouldBe("%PDF-");
        using var pdf = PdfDocument.Open(bytes);
        pdf.NumberOfPages.ShouldBeGreaterThan(1);
        string.Join(' ', pdf.GetPages().Select(p => p.Text)).ShouldContain("NIST");
        await CheckedAsync(admin, "/audit");
        await admin.Button("Verify the chain").ClickAsync();
        await admin.SeesAsync("Intact:");
    }

    private static async Task UploadAsync(Window admin, string file, string? source)
    {
        await Assertions.Expect(admin.Page.GetByLabel("File: identities or people")).ToBeEnabledAsync();
        await admin.Page.GetByLabel("File: identities or people").SetInputFilesAsync(file);
        if (source is not null)
        {
            await admin.FillAsync("Source", source);
            await admin.Page.GetByText("The files hold the whole source").ClickAsync();
        }

        await admin.Button("Import").Last.ClickAsync();
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    private async Task CheckedAsync(Window window, string path)
    {
        await window.GoAsync(path);
        await CheckAsync(window, path);
    }

    private async Task CheckAsync(Window window, string where)
    {
        await window.ReadyAsync();
        problems.Append(await Accessibility.ProblemsAsync(window, where));
    }
}
