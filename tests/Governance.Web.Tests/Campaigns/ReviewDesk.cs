using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Governance.Accounts;
using Governance.Campaigns;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;
using Governance.Persistence;
using Governance.Web.Features.Campaigns;
using Governance.Web.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;

namespace Governance.Web.Tests.Campaigns;

/// <summary>An owner at the review page, over the real services and a database of its own: three identities, one of them risky, one long unused.</summary>
public sealed class ReviewDesk : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly BunitContext context = new();
    private readonly string folder = Directory.CreateTempSubdirectory("governance-desk-").FullName;

    public Guid CampaignId { get; private set; }

    public static async Task<ReviewDesk> OpenAsync(bool justificationOnCertify = false)
    {
        var desk = new ReviewDesk();
        await desk.PrepareAsync(justificationOnCertify);
        return desk;
    }

    public T Get<T>()
        where T : notnull => context.Services.GetRequiredService<T>();

    public IRenderedComponent<ReviewPage> Page()
    {
        var page = context.Render<ReviewPage>(p => p.Add(r => r.CampaignId, CampaignId));
        page.WaitForElement(".progress-row");
        return page;
    }

    /// <summary>What the browser's window kept of an answer that was not sent.</summary>
    public void Kept(string json) => context.JSInterop.SetupModule("/js/review.js").Setup<string?>("kept", _ => true).SetResult(json);

    public static string Focused(IRenderedComponent<ReviewPage> page) => page.Find("article.focused h3").TextContent;

    public static Task PressAsync(IRenderedComponent<ReviewPage> page, string key) => page.InvokeAsync(() => page.Instance.KeyAsync(key));

    public async Task ChangeAsync(Action<GovernanceDb> change)
    {
        await using var db = await Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        change(db);
        await db.SaveChangesAsync();
    }

    public async Task<Verdict?> VerdictOfAsync(string name)
    {
        await using var db = await Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        return await db.ReviewItems.Where(i => db.Identities.Any(x => x.Id == i.IdentityId && x.DisplayName == name)).Select(i => i.Verdict).SingleAsync();
    }

    public async Task<IReadOnlyList<Verdict?>> VerdictsAsync()
    {
        await using var db = await Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        return await db.ReviewItems.Select(i => i.Verdict).ToListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task PrepareAsync(bool justificationOnCertify)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Governance:DataDirectory"] = folder }).Build();
        context.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Noon));
        context.Services.AddGovernance(configuration);
        context.Services.AddScoped<CurrentActor>();
        context.Services.AddSingleton<IHttpContextAccessor, HttpContextAccessor>();
        context.Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        context.JSInterop.Mode = JSRuntimeMode.Loose;
        context.JSInterop.SetupModule("/js/review.js").Mode = JSRuntimeMode.Loose;
        var signedIn = context.AddAuthorization();

        await Get<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        var (ada, fallback) = (Someone("Ada Owner"), Someone("Fred Fallback"));
        var source = new Source { Id = Ids.New(Noon), Name = "Entra contoso", CreatedAt = Noon };
        var account = new Account { Id = Ids.New(Noon), UserName = "ada", DisplayName = "Ada Owner", PersonId = ada.Id, CreatedAt = Noon };
        await ChangeAsync(db => db.AddRange(ada, fallback, source, account));
        await ChangeAsync(db => db.AddRange(Owned("risky", i => i.Risk = 80), Owned("quiet", i => (i.Risk, i.LastUsedAt) = (20, Noon.AddDays(-143))), Owned("steady", i => i.Risk = 10)));
        signedIn.SetAuthorized("ada");
        signedIn.SetClaims(new Claim(ClaimTypes.NameIdentifier, account.Id.ToString("D")));

        var campaigns = Get<CampaignService>();
        var input = new DefinitionInput { Name = "Q4 review", FallbackReviewerId = fallback.Id, JustificationOnCertify = justificationOnCertify };
        var definition = (await campaigns.DefineAsync(input, Actor.Job("test"), CancellationToken.None)).OrThrow();
        CampaignId = (await campaigns.LaunchAsync(definition, Actor.Job("test"), CancellationToken.None)).OrThrow();

        Identity Owned(string name, Action<Identity> change)
        {
            var identity = new Identity
            {
                Id = Ids.New(Noon),
                SourceId = source.Id,
                ExternalId = name,
                DisplayName = name,
                Attributes = "{}",
                ContentHash = "x",
                FirstSeenAt = Noon.AddDays(-400),
                State = LifecycleState.Active,
                OwnerId = ada.Id,
                OwnerState = OwnerState.Accepted,
                Usage = UsageState.Used,
                LastUsedAt = Noon.AddHours(-3),
            };
            change(identity);
            return identity;
        }
    }

    private static Person Someone(string name) => new() { Id = Ids.New(Noon), ExternalId = name, Name = name, FirstSeenAt = Noon, LastSeenAt = Noon, ContentHash = "x" };
}
