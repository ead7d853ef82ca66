using System.Security.Claims;
using Bunit;
using Governance.Accounts;
using Governance.Common;
using Governance.Connectors;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Web.Features.Imports;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace Governance.Web.Tests.Support;

/// <summary>A page over the real services and a database of its own, for a person who is signed in with the roles that a test gives them.</summary>
public sealed class PageContext : BunitContext
{
    private readonly string folder = Directory.CreateTempSubdirectory("governance-page-").FullName;
    private readonly Account account = new() { Id = Guid.CreateVersion7(), UserName = "ada", NormalizedUserName = "ADA", DisplayName = "Ada Lovelace" };

    public IRenderedComponent<MudDialogProvider> Dialogs { get; private set; } = default!;

    public IRenderedComponent<MudSnackbarProvider> Lines { get; private set; } = default!;

    /// <summary>The signed-in person, for services that are called beside the page.</summary>
    public Actor Me { get; private set; } = default!;

    public static async Task<PageContext> OpenAsync(params string[] roles)
    {
        var context = new PageContext();
        await context.PrepareAsync(roles);
        return context;
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public async Task SaveAsync(Action<GovernanceDb> change)
    {
        await using var db = await OpenAsync();
        change(db);
        await db.SaveChangesAsync();
    }

    public Task<GovernanceDb> OpenAsync() => Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();

    /// <summary>An identity of a source of its own.</summary>
    public async Task<Identity> IdentityAsync(string name)
    {
        var now = TimeProvider.System.Now();
        var source = new Source { Id = Ids.New(now), Name = "Source of " + name, CreatedAt = now };
        var identity = new Identity { Id = Ids.New(now), SourceId = source.Id, ExternalId = name, DisplayName = name, Attributes = "{}", ContentHash = "x", FirstSeenAt = now, LastSeenAt = now, StateSince = now, State = Governance.Lifecycle.LifecycleState.Discovered };
        await SaveAsync(db => db.AddRange(source, identity));
        return identity;
    }

    /// <summary>Fills the reason of the dialog that is open, if it asks for one, and presses its button.</summary>
    public async Task AnswerAsync(string button, string? reason = null)
    {
        if (reason is not null)
            Dialogs.WaitForElement("textarea").Input(reason);
        await Dialogs.WaitForElements("button").Single(b => b.TextContent.Trim() == button).ClickAsync(new());
    }

    public void Says(string text) => Lines.WaitForAssertion(() => Lines.Markup.ShouldContain(text), TimeSpan.FromSeconds(10));

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private async Task PrepareAsync(string[] roles)
    {
        DefaultWaitTimeout = TimeSpan.FromSeconds(10);
        this.AddConsole(folder, account.Id);
        Services.AddConnectors();
        Services.AddSingleton<ImportWorker>();
        await Get<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        await SaveAsync(db =>
        {
            db.Add(account);
            db.AddRange(roles.Select(r => new AccountRole { AccountId = account.Id, Role = r }));
        });
        Me = new Actor(ActorKind.Person, account.Id.ToString("D"), account.DisplayName, Roles: roles.ToHashSet(StringComparer.Ordinal));
        Render<MudPopoverProvider>();
        Dialogs = Render<MudDialogProvider>();
        Lines = Render<MudSnackbarProvider>();
    }
}
