using System.Text;
using Governance.Accounts;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Demo;

/// <summary>Ten weeks of the sample organisation, told through the product's services: each chapter stands at its own time.</summary>
internal sealed partial class DemoStory(IServiceProvider services, DemoClock clock, DateTimeOffset now, string folder)
{
    private readonly DemoWorld world = new(now);
    private readonly Dictionary<string, Guid> people = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Source, string Name), Guid> identities = [];
    private Actor administrator = Actor.CommandLine("demo");

    public async Task TellAsync(CancellationToken ct)
    {
        At(days: 72);
        await AccountsAsync(ct);
        await ImportAsync(world.Directory(leaversGone: false, now.AddDays(-72)), ct);
        await MatchPeopleAsync(ct);

        At(days: 71);
        await ToolsAsync(ct);
        foreach (var file in world.Inventory(now.AddDays(-71)))
            await ImportAsync(file, ct);
        await CatchUpAsync(ct);
        await AssignToolsAsync(ct);

        At(days: 68);
        await BrakesAsync(ct);
        await NotificationsAsync(ct);
        await OwnersAsync(ct);

        At(days: 60);
        await FirstCampaignAsync(ct);

        At(days: 38);
        await DeniedAsync(ct);
        await DaysAsync(38, 21, ct);

        At(days: 22);
        await ReviewsOnChangeAsync(ct);

        At(days: 21);
        await ImportAsync(world.Directory(leaversGone: true, now.AddDays(-22)), ct);
        await CatchUpAsync(ct);

        await DaysAsync(21, 13, ct);

        At(days: 13);
        var agents = await AgentsCampaignAsync(ct);
        await DaysAsync(10, 2, ct);

        At(days: 2);
        await SecondLookAsync(agents, ct);
        foreach (var file in world.Inventory(now.AddDays(-2)))
            await ImportAsync(file, ct);
        await CatchUpAsync(ct);
        await AssignToolsAsync(ct);
        await LateOwnersAsync(ct);

        At(days: 1.5);
        await SecondCampaignAsync(ct);

        At(days: 0.05);
        await SweepAsync(ct);
        await LedgerAsync(ct);
    }

    private T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    private void At(double days) => clock.Set(now.AddDays(-days));

    private async Task CatchUpAsync(CancellationToken ct)
    {
        await Get<Followers>().CatchUpAsync(ct);
        await Get<CoverageService>().SnapshotAsync(ct);
    }

    private Task<GovernanceDb> OpenAsync(CancellationToken ct) => Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync(ct);

    private async Task AccountsAsync(CancellationToken ct)
    {
        var accounts = Get<AccountService>();
        foreach (var (signIn, person, roles) in DemoAccounts.All)
            (await accounts.CreateAsync(new NewAccount(signIn.UserName, person, signIn.Password, roles), administrator, ct)).OrThrow();
    }

    private async Task MatchPeopleAsync(CancellationToken ct)
    {
        await using var db = await OpenAsync(ct);
        foreach (var person in await db.People.AsNoTracking().Select(p => new { p.Id, p.Name }).ToListAsync(ct))
            people[person.Name] = person.Id;
        foreach (var account in await db.Accounts.AsNoTracking().Select(a => new { a.Id, a.DisplayName }).ToListAsync(ct))
            (await Get<AccountService>().MatchPersonAsync(account.Id, people[account.DisplayName], administrator, ct)).OrThrow();
        administrator = await ActorAsync(DemoPeople.Administrator, ct);
    }

    /// <summary>Someone of the organisation, with the account that they have, if any.</summary>
    private async Task<Actor> ActorAsync(string name, CancellationToken ct)
    {
        var roles = DemoAccounts.All.Where(a => a.Person == name).SelectMany(a => a.Roles).ToHashSet(StringComparer.Ordinal);
        await using var db = await OpenAsync(ct);
        var account = await db.Accounts.Where(a => a.DisplayName == name).Select(a => (Guid?)a.Id).SingleOrDefaultAsync(ct);
        return new Actor(ActorKind.Person, account?.ToString("D") ?? DemoPeople.MailOf(name), name, people[name], "demo", roles);
    }

    private async Task ImportAsync(DemoFile file, CancellationToken ct)
    {
        var path = Path.Combine(folder, $"{clock.GetUtcNow():yyyy-MM-dd}-{file.Name}");
        await File.WriteAllTextAsync(path, file.Content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), ct);
        var imports = Get<ImportService>();
        await using var content = File.OpenRead(path);
        var run = (await imports.QueueAsync(new ImportRequest(file.Name, file.Source ?? string.Empty, InventoryReaders.Auto, Full: true), content, administrator, ct)).OrThrow();
        var ended = await imports.RunAsync(run, administrator, ct);
        if (ended.State == ImportRunState.Held)
        {
            // More owners left at once than is believed unasked; the administrator looked.
            (await Get<PeopleGuard>().ConfirmAsync(run, "Compared with HR's list of this month's leavers: all eight are on it.", administrator, ct)).OrThrow();
            ended = await imports.RunAsync(run, administrator, ct);
        }

        if (ended.State != ImportRunState.Completed)
            throw new InvalidOperationException($"The sample file {file.Name} could not be imported: {ended.Message}");
        await using var db = await OpenAsync(ct);
        var rows = from i in db.Identities join s in db.Sources on i.SourceId equals s.Id select new { i.Id, Source = s.Name, i.DisplayName };
        foreach (var row in await rows.AsNoTracking().ToListAsync(ct))
            identities[(row.Source, row.DisplayName)] = row.Id;
    }

    /// <summary>The identities of the organisation that the console knows by now.</summary>
    private IEnumerable<(DemoIdentity Identity, Guid Id)> Known()
    {
        foreach (var (source, list) in new[] { (DemoWorld.Entra, world.EntraIdentities), (DemoWorld.Aws, world.AwsUsers), (DemoWorld.GitHub, world.GitHubIdentities), (DemoWorld.Cluster, world.ClusterIdentities) })
        {
            foreach (var identity in list)
            {
                if (identities.TryGetValue((source, identity.Name), out var id))
                    yield return (identity, id);
            }
        }
    }
}
