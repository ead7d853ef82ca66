using System.Security.Claims;
using Bunit;
using Governance.Accounts;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Web.Security;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace Governance.Web.Tests.Inventory;

/// <summary>The inventory's pages over the real services and a database of their own.</summary>
public abstract class InventoryDesk(string? role) : BunitContext, IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("governance-page-").FullName;
    private readonly Account account = new() { Id = Guid.CreateVersion7(), UserName = "ada", NormalizedUserName = "ADA", DisplayName = "Ada Lovelace" };
    private readonly Guid sourceId = Guid.CreateVersion7();

    protected IRenderedComponent<MudDialogProvider> Dialogs { get; private set; } = default!;

    protected IDbContextFactory<GovernanceDb> Contexts => Services.GetRequiredService<IDbContextFactory<GovernanceDb>>();

    private static DateTimeOffset Now => TimeProvider.System.Now();

    public async ValueTask InitializeAsync()
    {
        this.AddConsole(folder, account.Id);
        await Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        await SaveAsync(db =>
        {
            db.Add(account);
            if (role is not null)
                db.Add(new AccountRole { AccountId = account.Id, Role = role });
            db.Add(new Source { Id = sourceId, Name = "Entra contoso", System = SourceSystem.Entra, CreatedAt = Now });
        });
        Render<MudPopoverProvider>();
        Dialogs = Render<MudDialogProvider>();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    protected Identity New(string name, Action<Identity>? change = null)
    {
        var identity = new Identity
        {
            Id = Guid.CreateVersion7(),
            SourceId = sourceId,
            ExternalId = name,
            DisplayName = name,
            Kind = IdentityKind.ServicePrincipal,
            Attributes = "{}",
            ContentHash = "x",
            FirstSeenAt = Now,
            LastSeenAt = Now,
            State = LifecycleState.Discovered,
            StateSince = Now,
            UnownedSince = Now,
        };
        change?.Invoke(identity);
        return identity;
    }

    protected async Task SaveAsync(Action<GovernanceDb> change)
    {
        await using var db = await Contexts.CreateDbContextAsync();
        change(db);
        await db.SaveChangesAsync();
    }

    /// <summary>An identity that only its name says is Claude's.</summary>
    protected async Task<Identity[]> WaitingAsync(params string[] names)
    {
        var made = names.Select(n => New(n)).ToArray();
        await SaveAsync(db =>
        {
            db.AddRange(made.Cast<object>());
            db.AddRange(made.Select(i => (object)new IdentityEvidence
            {
                IdentityId = i.Id,
                ToolName = "Claude",
                Rule = EvidenceRule.Word,
                Matched = "claude",
                Strength = EvidenceStrength.Suggestion,
                Catalogue = "x",
                Text = "Its name holds 'claude'",
                At = Now,
            }));
        });
        return made;
    }
}
