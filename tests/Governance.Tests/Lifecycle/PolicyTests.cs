using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Tests.Inventory;
using Governance.Tests.Revocation;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Lifecycle;

/// <summary>How long what may live, by filter; who moves an end, and what follows from it.</summary>
public sealed class PolicyTests
{
    [Theory, EachDatabase]
    public async Task The_policy_that_says_most_holds_and_its_rows_are_the_history(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        var tool = await desk.Given.ToolAsync("Robot", Autonomy.Autonomous);
        var robot = await desk.UnownedAsync("robot", i => (i.ToolId, i.Environment) = (tool.Id, DeploymentEnvironment.Production));
        await desk.UnownedAsync("plain", i => i.ExpiresAt = desk.Test.Now.AddDays(40));
        var policies = desk.Test.Get<LifecyclePolicyService>();
        var everything = new PolicyDraft("Everything", 30, 0);
        (await policies.SetAsync(everything, null, "start", Desk.Eve, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await policies.SetAsync(everything, null, " ", Desk.Ann, default)).Refusal!.Code.ShouldBe("policy.reason");
        (await policies.SetAsync(everything with { MaxLifeDays = 0 }, null, "x", Desk.Ann, default)).Refusal!.Code.ShouldBe("policy.life");
        (await policies.PreviewAsync(everything, null, default)).OrThrow().ShouldBe(new PolicyPreview(2, 2, 1, 1));
        var first = (await policies.SetAsync(everything, null, "start", Desk.Ann, default)).OrThrow();
        (await policies.SetAsync(everything with { Name = "Again" }, null, "x", Desk.Ann, default)).Refusal!.Code.ShouldBe("policy.same-filter");
        var robots = new PolicyDraft("Robots", 7, 0, Autonomy: Autonomy.Autonomous);
        (await policies.PreviewAsync(robots, null, default)).OrThrow().ShouldBe(new PolicyPreview(1, 1, 1, 0));
        (await policies.SetAsync(robots, null, "short leash", Desk.Ann, default)).IsRefused.ShouldBeFalse();
        (await policies.PreviewAsync(everything, first, default)).OrThrow().ShouldBe(new PolicyPreview(2, 1, 0, 1), "the robots' policy says more");
        (await desk.Test.Get<ExtensionService>().TermsAsync(robot.Id, Desk.Ann, default))!.Terms.ShouldBe(new LifecycleTerms(7, 0, "Robots"));

        (await policies.SetAsync(everything with { MaxLifeDays = 60 }, first, "too short", Desk.Bob, default)).IsRefused.ShouldBeFalse();
        (await policies.SetAsync(everything, first, "again", Desk.Bob, default)).Refusal!.Code.ShouldBe("policy.ended");
        var rows = await policies.ListAsync(default);
        rows.Select(r => (r.Policy.Name, r.Policy.MaxLifeDays, r.Policy.EndedBy, r.Policy.EndReason)).ShouldBe([("Robots", 7, null, null), ("Everything", 60, null, null), ("Everything", 30, "bob", "too short")]);
        await using var db = desk.Test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.LifecyclePolicySet)).ShouldBe(3);
    }

    [Theory, EachDatabase]
    public async Task The_owner_extends_within_the_policy_and_an_administrator_beyond_it(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        var person = await desk.Given.PersonAsync("Olga Owner");
        var identity = await desk.UnownedAsync("app", i => (i.OwnerId, i.OwnerState, i.UnownedSince, i.State, i.ExpiresAt) = (person.Id, OwnerState.Accepted, null, LifecycleState.Active, desk.Test.Now.AddDays(-1)));
        await desk.Test.Get<LifecyclePolicyService>().SetAsync(new PolicyDraft("Everything", 30, 0), null, "start", Desk.Ann, default);
        await desk.SweepAsync();
        var order = await desk.OrderOfAsync(identity);
        var extensions = desk.Test.Get<ExtensionService>();
        var (owner, latest) = (Given.As(person), (await extensions.TermsAsync(identity.Id, Given.As(person), default))!.Latest);
        (await extensions.ExtendAsync(identity.Id, latest, " ", owner, default)).Refusal!.Code.ShouldBe("extension.reason");
        (await extensions.ExtendAsync(identity.Id, latest, "needed", Desk.Eve, default)).Refusal!.Code.ShouldBe("not.allowed");
        (await extensions.ExtendAsync(identity.Id, desk.Test.Now, "needed", owner, default)).Refusal!.Code.ShouldBe("extension.past");
        (await extensions.ExtendAsync(identity.Id, latest.AddTicks(1), "needed", owner, default)).Refusal!.Code.ShouldBe("extension.beyond");
        (await extensions.ExtendAsync(identity.Id, latest, "needed", owner, default)).Refusal.ShouldBeNull();
        (await desk.ReadAsync(identity)).ExpiresAt.ShouldBe(latest);
        (await desk.OrderOfAsync(identity)).State.ShouldBe(OrderState.Withdrawn, $"order {order.Id} waited only because of the end");
        (await extensions.ExtendAsync(identity.Id, desk.Test.Now.AddDays(400), "a long project", Desk.Ann, default)).Refusal.ShouldBeNull();
        await using var db = desk.Test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.IdentityExtended)).ShouldBe(2);
        (await db.Identities.Where(i => i.Id == identity.Id).Select(i => i.EndDecidedBy).SingleAsync()).ShouldBe("ann");
    }

    [Theory, EachDatabase]
    public async Task A_sweep_leaves_alone_for_the_grace_of_the_policy_that_holds(DatabaseProvider provider)
    {
        await using var desk = await Desk.CreateAsync(provider);
        var ended = desk.Test.Now.AddDays(-5);
        var production = await desk.UnownedAsync("production", i => (i.UnownedSince, i.ExpiresAt, i.Environment) = (null, ended, DeploymentEnvironment.Production));
        var other = await desk.UnownedAsync("other", i => (i.UnownedSince, i.ExpiresAt) = (null, ended));
        var policies = desk.Test.Get<LifecyclePolicyService>();
        await policies.SetAsync(new PolicyDraft("All", 365, 4), null, "x", Desk.Ann, default);
        await policies.SetAsync(new PolicyDraft("Production", 365, 10, Environment: DeploymentEnvironment.Production), null, "x", Desk.Ann, default);
        (await desk.SweepAsync()).Items.Select(i => i.IdentityId).ShouldBe([other.Id]);
        desk.Test.Clock.Advance(TimeSpan.FromDays(6));
        await desk.ImportedAsync(desk.Test.Now);
        (await desk.SweepAsync()).Items.Select(i => i.IdentityId).ShouldBe([production.Id]);
    }

    [Theory, EachDatabase]
    public async Task An_end_that_was_set_here_outlives_the_next_import(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync("external_id,name\nx1,report-agent\n", source: "Entra contoso");
        await using var db = test.Open();
        var identity = await db.Identities.AsNoTracking().SingleAsync();
        var end = test.Now.AddDays(20);
        (await test.Get<ExtensionService>().ExtendAsync(identity.Id, end, "needed", Desk.Ann, default)).Refusal.ShouldBeNull();
        await test.ImportAsync("external_id,name\nx1,report-agent-renamed\n", source: "Entra contoso");
        var after = await db.Identities.AsNoTracking().SingleAsync();
        (after.DisplayName, after.ExpiresAt).ShouldBe(("report-agent-renamed", end));
    }
}
