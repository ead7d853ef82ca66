using System.Text;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory;

/// <summary>A newer shipped catalogue reaches identities that no import changes.</summary>
public sealed class CatalogueUpgradeTests
{
    private const string Header = "external_id,name,kind,publisher,homepage\n";
    private const string Newer = """{"version":"2099-01-01","tools":[{"name":"Newcomer","vendor":"Newcomer Inc","autonomy":"Autonomous","domains":["newcomer.example"],"words":["newcomer"]}]}""";

    [Theory, EachDatabase]
    public async Task What_it_knows_is_marked_what_it_knows_no_more_is_unmarked_and_what_people_decided_stays(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + "a,One,ServicePrincipal,,https://api.newcomer.example/x\nb,Two,ServicePrincipal,,https://claude.ai/x\nc,newcomer-proxy,ServicePrincipal,,\nd,Three,ServicePrincipal,,https://claude.ai/y\ne,Other,ServicePrincipal,,\n");
        await test.CatchUpAsync();
        (await ToolsAsync(test)).ShouldBe(["a:", "b:Claude", "c:", "d:Claude", "e:"]);
        await using (var db = test.Open())
            await db.Identities.Where(i => i.ExternalId == "d").ExecuteUpdateAsync(s => s.SetProperty(i => i.ToolDecidedBy, "Ada Lovelace"));
        test.Clock.Advance(TimeSpan.FromDays(1));
        var upgrade = Upgrade(test, Newer);
        // Two at a time, and one process ends in between.
        (await upgrade.CatchUpAsync(default)).ShouldBe(2);
        (await Upgrade(test, Newer).CatchUpAsync(default)).ShouldBe(2);
        await UntilDoneAsync(Upgrade(test, Newer));
        (await ToolsAsync(test)).ShouldBe(["a:Newcomer", "b:", "c:", "d:Claude", "e:"]);
        await using (var db = test.Open())
        {
            var evidence = await db.IdentityEvidence.Join(db.Identities, e => e.IdentityId, i => i.Id, (e, i) => new { i.ExternalId, e.Strength, e.Catalogue }).OrderBy(e => e.ExternalId).ToListAsync();
            evidence.Select(e => (e.ExternalId, e.Strength, e.Catalogue)).ShouldBe([("a", EvidenceStrength.Strong, "2099-01-01"), ("c", EvidenceStrength.Suggestion, "2099-01-01")]);
            var entry = await db.AuditEntries.SingleAsync(e => e.Action == AuditActions.CatalogueChanged);
            (entry.SubjectId, entry.Details.Contains("\"looked\":5", StringComparison.Ordinal)).ShouldBe(("2099-01-01", true), entry.Details);
            (await db.Tools.SingleAsync(t => t.Name == "Newcomer")).Autonomy.ShouldBe(Autonomy.Autonomous);
        }

        await UntilDoneAsync(Upgrade(test, Newer));
        await using var after = test.Open();
        (await after.AuditEntries.CountAsync(e => e.Action == AuditActions.CatalogueChanged)).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task A_new_installation_has_nothing_to_catch_up_and_an_older_process_takes_nothing_back(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + "a,One,ServicePrincipal,,https://claude.ai/x\n");
        await test.CatchUpAsync();
        await UntilDoneAsync(Upgrade(test, Newer.Replace("newcomer.example", "claude.ai")));
        (await ToolsAsync(test)).ShouldBe(["a:Newcomer"]);
        await test.CatchUpAsync();
        await UntilDoneAsync(new CatalogueUpgrade(test.Get<IDbContextFactory<GovernanceDb>>(), test.Get<AuditLog>(), test.Clock, new ToolCatalogue()));
        (await ToolsAsync(test)).ShouldBe(["a:Newcomer"]);
        await using var db = test.Open();
        (await db.AuditEntries.Where(e => e.Action == AuditActions.CatalogueChanged).Select(e => e.SubjectId).ToListAsync()).ShouldBe(["2099-01-01"]);
        (await db.AppliedCatalogues.CountAsync(a => a.AppliedAt != null)).ShouldBe(2);
    }

    private static CatalogueUpgrade Upgrade(TestDatabase test, string json) =>
        new(test.Get<IDbContextFactory<GovernanceDb>>(), test.Get<AuditLog>(), test.Clock, new ToolCatalogue(new MemoryStream(Encoding.UTF8.GetBytes(json)))) { Portion = 2 };

    private static async Task UntilDoneAsync(CatalogueUpgrade upgrade)
    {
        while (await upgrade.CatchUpAsync(default) > 0)
        {
        }
    }

    private static async Task<List<string>> ToolsAsync(TestDatabase test)
    {
        await using var db = test.Open();
        return await db.Identities.OrderBy(i => i.ExternalId).Select(i => i.ExternalId + ":" + (db.Tools.Where(t => t.Id == i.ToolId).Select(t => t.Name).FirstOrDefault() ?? "")).ToListAsync();
    }
}
