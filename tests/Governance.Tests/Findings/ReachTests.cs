using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Findings;

/// <summary>What could be reached if something were taken over.</summary>
public sealed class ReachTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, EachDatabase]
    public async Task Links_parents_and_powers_lead_on_and_what_is_split_or_gone_does_not(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (agent, role, parent, twin, split, missing, admin, far) = (
            await given.IdentityAsync(i => i.DisplayName = "agent"), await given.IdentityAsync(i => i.DisplayName = "role"), await given.IdentityAsync(i => i.DisplayName = "parent"), await given.IdentityAsync(i => i.DisplayName = "twin"),
            await given.IdentityAsync(i => i.DisplayName = "split"), await given.IdentityAsync(i => (i.DisplayName, i.MissingSince) = ("missing", test.Now)), await given.IdentityAsync(i => (i.DisplayName, i.Privileged) = ("admin", Reported.Yes)),
            await given.IdentityAsync(i => i.DisplayName = "far"));
        await given.LinkAsync(agent, role, LinkKind.ActsAs);
        await given.LinkAsync(parent, agent, LinkKind.ParentOf);
        await given.LinkAsync(twin, agent, LinkKind.SameAs, LinkState.Confirmed);
        await given.LinkAsync(agent, split, LinkKind.ActsAs, LinkState.Split);
        await given.LinkAsync(agent, missing, LinkKind.ActsAs);
        await given.LinkAsync(far, agent, LinkKind.ActsAs);
        await PowerAsync(test, given, role, "iam:CreateAccessKey", EscalationPower.EditsCredentials, admin.ExternalId.ToLowerInvariant());

        var reach = (await test.Get<ReachQueries>().OfIdentityAsync(agent.Id, None))!;
        reach.Identities.Select(i => (i.Name, i.Step, i.Confirmed)).ShouldBe([("parent", 1, true), ("role", 1, false), ("twin", 1, true), ("admin", 2, true)], ignoreOrder: true);
        var last = reach.Identities.Single(i => i.Name == "admin");
        (last.FromId, last.How, last.Privileged).ShouldBe((role.Id, "makes credentials of it, by iam:CreateAccessKey", Reported.Yes));
        reach.Unfollowed.ShouldBeFalse();

        // Who may act as it does not come with it.
        (await test.Get<ReachQueries>().OfIdentityAsync(role.Id, None))!.Identities.Select(i => i.Name).ShouldBe(["admin"]);
        (await test.Get<ReachQueries>().OfIdentityAsync(Guid.CreateVersion7(), None)).ShouldBeNull();
    }

    [Theory, EachDatabase]
    public async Task Places_are_counted_over_all_that_is_reached_each_permission_once(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (agent, role) = (await given.IdentityAsync(), await given.IdentityAsync());
        await given.LinkAsync(agent, role, LinkKind.ActsAs);
        await given.GrantAsync(agent, "Mail.Read", resource: "Graph");
        await given.GrantAsync(role, "Directory.ReadWrite.All", privileged: Reported.Yes, resource: "Graph");
        for (var n = 0; n < 20; n++)
            await given.GrantAsync(agent, "Read", resource: $"share-{n:00}");
        var shared = await PowerAsync(test, given, agent, "Untold", EscalationPower.None, null, Reported.Unknown);
        await given.SaveAsync(db => db.Grants.Add(new Grant { Id = Guid.CreateVersion7(), IdentityId = role.Id, EntitlementId = shared, FirstSeenAt = test.Now }));

        var reach = (await test.Get<ReachQueries>().OfIdentityAsync(agent.Id, None))!;
        (reach.Permissions, reach.Privileged, reach.ResourceCount, reach.MoreResources).ShouldBe((23, 1, 22, 10));
        var first = reach.Resources[0];
        (first.Resource, first.Permissions, first.Privileged, first.Example).ShouldBe(("Graph", 2, 1, "Directory.ReadWrite.All"));
        reach.Sources.ShouldBeEmpty();

        // Power over all of a source is told as such, and not followed one by one.
        await PowerAsync(test, given, role, "Application.ReadWrite.All", EscalationPower.EditsCredentials, PowerRating.Everyone);
        var wide = (await test.Get<ReachQueries>().OfIdentityAsync(agent.Id, None))!;
        wide.Sources.Single().ShouldSatisfyAllConditions(s => s.FromId.ShouldBe(role.Id), s => s.Identities.ShouldBe(2), s => s.How.ShouldBe("makes credentials of any identity of it, by Application.ReadWrite.All"));
    }

    [Theory, EachDatabase]
    public async Task Ways_in_are_live_credentials_and_places_with_the_same_secret(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (app, found, other) = (await given.IdentityAsync(), await given.IdentityAsync(i => i.DisplayName = "leak"), await given.IdentityAsync());
        await given.CredentialAsync(app, change: c => (c.DisplayName, c.Fingerprint, c.Expiry) = ("ci key", "same", ExpiryState.Never));
        await given.CredentialAsync(app, change: c => (c.DisplayName, c.ExpiresAt) = ("over", test.Now));
        await given.CredentialAsync(app, change: c => (c.DisplayName, c.Enabled) = ("disabled", Reported.No));
        await given.CredentialAsync(found, CredentialKind.Token, c => c.Fingerprint = "same");
        await given.CredentialAsync(other, CredentialKind.Token, c => c.Fingerprint = "another");
        await given.SignAsync(found, SignKind.EmbeddedSecret, Reported.Yes, "deploy/.env in acme/shop");
        var reach = (await test.Get<ReachQueries>().OfIdentityAsync(app.Id, None))!;
        reach.WaysIn.Select(w => (w.Title, w.Exposed)).ShouldBe([("deploy/.env in acme/shop", true), ("ci key", false)]);
        reach.WaysIn[1].Note.ShouldBe("client secret, never ends");
        (reach.WayInCount, reach.MoreWaysIn).ShouldBe((2, 0));
        (await test.Get<ReachQueries>().OfIdentityAsync(found.Id, None))!.WaysIn[0].Title.ShouldBe("deploy/.env in acme/shop");
    }

    [Theory, EachDatabase]
    public async Task A_tools_radius_is_bounded_and_says_what_it_leaves_out(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var tool = await given.ToolAsync("Claude");
        var hub = await given.IdentityAsync(i => (i.DisplayName, i.ToolId, i.Exposure) = ("hub", tool.Id, 500));
        var ids = new List<Guid>();
        await using (var db = test.Open())
        {
            for (var n = 0; n < 90; n++)
            {
                var identity = new Identity
                {
                    Id = Guid.CreateVersion7(),
                    SourceId = hub.SourceId,
                    ExternalId = $"x{n}",
                    DisplayName = $"x{n}",
                    Kind = IdentityKind.Role,
                    Attributes = "{}",
                    ContentHash = "x",
                    FirstSeenAt = test.Now,
                    LastSeenAt = test.Now,
                    StateSince = test.Now,
                    ToolId = n < 20 ? tool.Id : null,
                };
                db.Add(identity);
                if (n >= 20)
                    db.Add(new IdentityLink { Id = Guid.CreateVersion7(), FromId = hub.Id, ToId = identity.Id, Kind = LinkKind.ActsAs, Rule = LinkRule.RoleTrust, Evidence = "trust", FirstSeenAt = test.Now });
            }

            await db.SaveChangesAsync();
        }

        var reach = (await test.Get<ReachQueries>().OfToolAsync(tool.Id, None))!;
        (reach.Starts.Count, reach.MoreStarts, reach.Starts[0].Name).ShouldBe((12, 9, "hub"));
        (reach.Identities.Count, reach.Unfollowed).ShouldBe((ReachQueries.MostIdentities, true));
        (await test.Get<ReachQueries>().OfToolAsync(Guid.CreateVersion7(), None)).ShouldBeNull();
    }

    private static async Task<Guid> PowerAsync(TestDatabase test, Given given, Identity holder, string name, EscalationPower power, string? over, Reported privileged = Reported.Yes)
    {
        var entitlement = new Entitlement { Id = Guid.CreateVersion7(), SourceId = holder.SourceId, Key = name, Name = name, Privileged = privileged, Power = power, PowerOver = over };
        await given.SaveAsync(db => db.AddRange(entitlement, new Grant { Id = Guid.CreateVersion7(), IdentityId = holder.Id, EntitlementId = entitlement.Id, FirstSeenAt = test.Now }));
        return entitlement.Id;
    }
}
