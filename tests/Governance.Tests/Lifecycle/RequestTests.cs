using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Persistence;
using Governance.Tests.Inventory;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Lifecycle;

/// <summary>An identity is asked for, approved by the owner's manager, and found by the import that brings it.</summary>
public sealed class RequestTests
{
    [Theory, EachDatabase]
    public async Task It_is_approved_by_the_owners_manager_found_by_name_and_the_owner_is_asked(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (manager, requester) = (await given.PersonAsync("Mona Manager"), await given.PersonAsync("Rita Requester"));
        var owner = await given.PersonAsync("Olga Owner", p => p.ManagerId = manager.Id);
        var (source, tool) = (await given.SourceAsync(), await given.ToolAsync("Report agent"));
        var requests = test.Get<RequestService>();
        var draft = new RequestDraft(source, "report-agent", null, "Writes the weekly report.", tool.Id, owner.Id, [], test.Now.AddDays(90));
        (await requests.AskAsync(draft, Given.Visitor, default)).Refusal!.Code.ShouldBe("request.unknown-person");
        (await requests.AskAsync(draft with { Purpose = " " }, Given.As(requester), default)).Refusal!.Code.ShouldBe("request.purpose");
        (await requests.AskAsync(draft with { EndsAt = test.Now.AddDays(366) }, Given.As(requester), default)).Refusal!.Code.ShouldBe("request.end");
        var id = (await requests.AskAsync(draft, Given.As(requester), default)).Value;
        (await requests.AskAsync(draft, Given.As(requester), default)).Refusal!.Code.ShouldBe("request.exists");
        (await requests.DecideAsync(id, true, "", Given.As(requester, Roles.Administrator), default)).Refusal!.Code.ShouldBe("request.same-person");
        (await requests.DecideAsync(id, true, "", Given.As(owner), default)).Refusal!.Code.ShouldBe("not.allowed");
        (await requests.DecideAsync(id, false, "", Given.As(manager), default)).Refusal!.Code.ShouldBe("request.reason");
        (await requests.ListAsync(Given.As(manager), default)).Single().MayDecide.ShouldBeTrue();
        (await requests.ListAsync(Given.Visitor, default)).ShouldBeEmpty();
        (await requests.DecideAsync(id, true, "", Given.As(manager), default)).IsRefused.ShouldBeFalse();
        (await test.Get<LifecycleQueries>().CountsAsync(default))[LifecycleState.Requested].ShouldBe(1);

        test.Clock.Advance(TimeSpan.FromHours(1));
        await test.ImportAsync("external_id,name\nx1,report-agent\n", source: "Entra contoso");
        await test.CatchUpAsync();
        await using var db = test.Open();
        var identity = await db.Identities.SingleAsync();
        (identity.Purpose, identity.ToolId, identity.OwnerState, identity.ExpiresAt).ShouldBe(("Writes the weekly report.", tool.Id, OwnerState.Proposed, draft.EndsAt));
        var request = await db.IdentityRequests.SingleAsync();
        (request.State, request.IdentityId).ShouldBe((RequestState.Seen, identity.Id));
        (await test.Get<LifecycleQueries>().CountsAsync(default))[LifecycleState.Requested].ShouldBe(0);
        (await db.Messages.CountAsync(m => m.PersonId == manager.Id && m.Kind == "request.waiting")).ShouldBe(1);
        (await db.AuditEntries.Where(e => e.SubjectType == Subjects.Request).Select(e => e.Action).ToListAsync()).ShouldBe([AuditActions.RequestAsked, AuditActions.RequestApproved, AuditActions.RequestSeen], ignoreOrder: true);
    }

    [Theory, EachDatabase]
    public async Task An_autonomous_tool_is_offered_no_standing_privilege_and_gets_none(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var owner = await given.PersonAsync("Olga Owner");
        var requester = Given.As(await given.PersonAsync("Rita Requester"));
        var source = await given.SourceAsync();
        var (autonomous, supervised) = (await given.ToolAsync("Robot", Autonomy.Autonomous), await given.ToolAsync("Helper"));
        await given.GrantAsync(await given.IdentityAsync(), "Directory.ReadWrite.All", privileged: Reported.Yes);
        var requests = test.Get<RequestService>();
        (await requests.ChoicesAsync(source, autonomous: true, "Dir", requester, default)).ShouldBeEmpty();
        var privileged = (await requests.ChoicesAsync(source, autonomous: false, "Dir", requester, default)).ShouldHaveSingleItem();
        (await requests.ChoicesAsync(source, autonomous: false, "Dir", Given.Visitor, default)).ShouldBeEmpty();
        (await requests.FormAsync(Given.Visitor, default)).Refusal!.Code.ShouldBe("request.unknown-person");
        (await requests.FormAsync(requester, default)).Value!.Tools.Select(t => t.Name).ShouldBe(["Helper", "Robot"]);
        var draft = new RequestDraft(source, "robot", "id-1", "Does things.", autonomous.Id, owner.Id, [privileged.Id], test.Now.AddDays(30));
        (await requests.AskAsync(draft, requester, default)).Refusal!.Code.ShouldBe("request.standing-privilege");
        (await requests.AskAsync(draft with { EntitlementIds = [Guid.CreateVersion7()] }, requester, default)).Refusal!.Code.ShouldBe("request.entitlement");
        var id = (await requests.AskAsync(draft with { ToolId = supervised.Id }, requester, default)).Value;
        (await requests.WithdrawAsync(id, "", Given.As(owner), default)).Refusal!.Code.ShouldBe("not.allowed");
        (await requests.WithdrawAsync(id, "", requester, default)).IsRefused.ShouldBeFalse();
        (await requests.DecideAsync(id, true, "", Importing.Admin, default)).Refusal!.Code.ShouldBe("request.decided");
    }

    [Theory, EachDatabase]
    public async Task What_was_there_before_is_not_changed_by_asking_for_it(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (owner, requester) = (await given.PersonAsync("Olga Owner"), Given.As(await given.PersonAsync("Rita Requester")));
        var source = await given.SourceAsync();
        await test.ImportAsync("external_id,name\nx1,payroll\n", source: "Entra contoso");
        test.Clock.Advance(TimeSpan.FromHours(1));
        var requests = test.Get<RequestService>();
        var draft = new RequestDraft(source, "payroll", "x1", "Takes it over.", null, owner.Id, [], test.Now.AddDays(1));
        (await requests.AskAsync(draft, requester, default)).Refusal!.Code.ShouldBe("request.known");
        var id = (await requests.AskAsync(draft with { ExternalId = null }, requester, default)).Value;
        (await requests.DecideAsync(id, true, "", Importing.Admin, default)).IsRefused.ShouldBeFalse();
        await test.ImportAsync("external_id,name\nx1,payroll\n", source: "Entra contoso");
        await test.CatchUpAsync();
        await using var db = test.Open();
        var identity = await db.Identities.SingleAsync();
        (identity.Purpose, identity.ExpiresAt, identity.OwnerState).ShouldBe((null, null, OwnerState.None));
        (await db.IdentityRequests.SingleAsync()).State.ShouldBe(RequestState.Approved);
    }
}
