using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Inventory.Formats;

/// <summary>On SPIRE's own fixtures.</summary>
public sealed class SpireTests
{
    [Fact]
    public async Task Entries_of_one_identity_are_joined_and_twice_or_in_another_order_changes_nothing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var first = await test.ImportFileAsync("spire", "entry-show.json");
        first.Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        (first.Format, first.Attached).ShouldBe(("spire", 2));
        (await test.ImportFileAsync("spire", "entry-show.json")).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
        (await test.ImportAsync(FormatTesting.Reversed(FormatTesting.Text("spire", "entry-show.json")), full: true)).Counts().ShouldBe((2, 0, 2, 0, 0, 0, 0));
        (await test.ImportFileAsync("spire", "entries.json")).Counts().ShouldBe((5, 5, 0, 0, 0, 0, 0));
        var son = await test.DetailAsync("example.org/son");
        (son.Identity.ExternalId, son.Identity.Kind, son.Identity.CreatedInSourceAt).ShouldBe(("spiffe://example.org/son", IdentityKind.Workload, DateTimeOffset.FromUnixTimeSeconds(1547583197)));
        son.Credentials.Select(c => (c.ExternalId, c.Expiry, c.ExpiresAt)).ShouldBe(
            [("00000000-0000-0000-0000-000000000000", ExpiryState.Never, null), ("00000000-0000-0000-0000-000000000003", ExpiryState.Known, DateTimeOffset.FromUnixTimeSeconds(1552410266))], ignoreOrder: true);
        son.Identity.Attributes.ShouldContain("\"entry 00000000-0000-0000-0000-000000000003\"");
    }

    [Fact]
    public async Task A_banned_agent_is_off_and_the_same_one_told_eight_times_is_one()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("spire", "agent-list.json");
        run.Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        run.Attached.ShouldBe(7);
        (await test.IdentityAsync("example.org/spire/agent/banned")).Enabled.ShouldBe(Reported.No);
        (await test.IdentityAsync("example.org/spire/agent/agent1")).Enabled.ShouldBe(Reported.Yes);
    }

    [Fact]
    public async Task An_administrating_entry_is_privileged_and_selectors_lead_to_the_service_account()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportAsync("""
            {"entries":[{"id":"e1","spiffe_id":{"trust_domain":"x.org","path":"/agent"},"parent_id":{"trust_domain":"x.org","path":"/node"},"selectors":[{"type":"k8s","value":"ns:ai"},{"type":"k8s","value":"sa:agent"}],"admin":true,"expires_at":"0","created_at":"1700000000"},
             {"id":"e2","spiffe_id":"not one","selectors":[]}],"next_page_token":""}
            """);
        run.Counts().ShouldBe((2, 1, 0, 0, 1, 0, 0));
        (await test.RejectsAsync(run)).ShouldHaveSingleItem().Reason.ShouldContain("no SPIFFE id");
        var agent = await test.DetailAsync("x.org/agent");
        agent.Identity.Attributes.ShouldContain("system:serviceaccount:ai:agent");
        (agent.Identity.Privileged, agent.Grants.ShouldHaveSingleItem().Name).ShouldBe((Reported.Yes, "admin"));
    }
}
