using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory;

public sealed class ImportTests
{
    private const string Header = "external_id,name,kind,enabled,owner,creator,tool,autonomy,last_used_at,expires_at,credentials,entitlements,team\n";
    private const string A = "a-1,Invoice bot,service account,true,Finance,eve@x.org,Invoicer,autonomous,2026-11-01,2027-01-01,k1|apikey|2025-01-01|never|;k2|certificate|2025-01-01|2026-12-31|never,!write@ledger;read@ledger,blue\n";
    private const string B = "b-2,Read AI notetaker,oauth_grant,,,,,,never,,,read@calendar,\n";
    private const string C = "c-3,\"Plain, job\",Workload,false,,,,,,,,,\n";

    [Theory, EachDatabase]
    public async Task A_table_of_identities_arrives_whole(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        (await test.ImportAsync("id,name,mail,manager_id\np2,Max,max@x.org,\np1,Eve,EVE@x.org,p2\n")).Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        (await test.ImportAsync(Header + A + B + C)).Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        await using var db = test.Open();
        var a = await db.Identities.SingleAsync(i => i.ExternalId == "a-1");
        (a.Kind, a.Enabled, a.Usage, a.Privileged, a.OwnerState, a.State.ToString()).ShouldBe((IdentityKind.ServiceAccount, Reported.Yes, UsageState.Used, Reported.Yes, OwnerState.None, "Discovered"));
        (a.UnownedSince, a.Attributes).ShouldBe((test.Now, """{"team":"blue"}"""));
        a.CreatorId.ShouldBe((await db.People.SingleAsync(p => p.Mail == "eve@x.org")).Id);
        (await db.People.SingleAsync(p => p.ExternalId == "p1")).ManagerId.ShouldBe((await db.People.SingleAsync(p => p.ExternalId == "p2")).Id);
        var tool = await db.Tools.SingleAsync(t => t.Id == a.ToolId);
        (tool.Name, tool.Autonomy, tool.FromCatalogue).ShouldBe(("Invoicer", Autonomy.Autonomous, false));
        (await db.Credentials.Where(c => c.IdentityId == a.Id).OrderBy(c => c.ExternalId).Select(c => c.Expiry).ToListAsync()).ShouldBe([ExpiryState.Never, ExpiryState.Known]);
        (await db.Grants.CountAsync(g => g.IdentityId == a.Id)).ShouldBe(2);
        (await db.Entitlements.CountAsync()).ShouldBe(3);
        var b = await db.Identities.SingleAsync(i => i.ExternalId == "b-2");
        (b.Usage, b.Privileged, b.Enabled).ShouldBe((UsageState.NeverUsed, Reported.No, Reported.Unknown));
        b.ToolId.ShouldBeNull();
        (await db.Identities.SingleAsync(i => i.ExternalId == "c-3")).Privileged.ShouldBe(Reported.Unknown);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.ImportCompleted)).ShouldBe(1);
        (await db.AuditEntries.CountAsync(e => e.Action == AuditActions.PeopleImported)).ShouldBe(1);
        (await db.StagedIdentities.CountAsync() + await db.StagedGrants.CountAsync() + await db.StagedCredentials.CountAsync() + await db.StagedPeople.CountAsync()).ShouldBe(0);
        Directory.GetFiles(Path.Combine(test.Folder, "uploads")).ShouldBeEmpty();
    }

    [Theory, EachDatabase]
    public async Task The_same_file_twice_changes_nothing(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + A + B + C, full: true);
        test.Clock.Advance(TimeSpan.FromDays(1));
        (await test.ImportAsync(Header + A + B + C, full: true)).Counts().ShouldBe((3, 0, 0, 3, 0, 0, 0));
        await using var db = test.Open();
        (await db.IdentityChanges.CountAsync()).ShouldBe(0);
        (await db.Sources.SingleAsync()).LastFullImportAt.ShouldBe(test.Now);
    }

    [Theory, EachDatabase]
    public async Task A_part_that_is_unchanged_says_which_identities_were_seen(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + A + B + C);
        var before = test.Now;
        test.Clock.Advance(TimeSpan.FromDays(1));
        (await test.ImportAsync(Header + A)).Counts().ShouldBe((1, 0, 0, 1, 0, 0, 0));
        await using var db = test.Open();
        (await db.Identities.Where(i => i.LastSeenAt == test.Now).Select(i => i.ExternalId).ToListAsync()).ShouldBe(["a-1"]);
        (await db.Identities.CountAsync(i => i.LastSeenAt == before)).ShouldBe(2);
    }

    [Theory, EachDatabase]
    public async Task A_change_is_told_field_by_field(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + A + B + C);
        var changed = A.Replace("Invoice bot", "Invoice robot").Replace("true", "false").Replace("2027-01-01", "2027-06-30").Replace("k2|", "k3|").Replace("!write@ledger;", "delete@ledger;");
        (await test.ImportAsync(Header + changed + B + C)).Counts().ShouldBe((3, 0, 1, 2, 0, 0, 0));
        await using var db = test.Open();
        var changes = (await db.IdentityChanges.Where(c => c.Field != "created").ToListAsync()).Select(c => $"{c.Field}: {c.Before} > {c.After}").Order(StringComparer.Ordinal).ToList();
        changes.ShouldBe(["credential:  > k3", "credential: k2 > ", "enabled: Yes > No", "expires: 2027-01-01 > 2027-06-30", "grant:  > delete", "grant: write > ", "name: Invoice bot > Invoice robot", "privileged: Yes > No"]);
        (await db.Identities.SingleAsync(i => i.ExternalId == "a-1")).Privileged.ShouldBe(Reported.No);
        (await db.Credentials.SingleAsync(c => c.ExternalId == "k2")).MissingSince.ShouldBe(test.Now);
    }

    [Theory, EachDatabase]
    public async Task Only_a_full_import_calls_something_missing_and_it_can_return(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + A + B + C);
        await test.ImportAsync("external_id,name\nother,Other source\n", source: "Another", full: true);
        (await test.ImportAsync(Header + A + B)).Missing.ShouldBe(0);
        (await test.ImportAsync(Header + A + B, full: true)).Counts().ShouldBe((2, 0, 0, 2, 0, 1, 0));
        (await test.ImportAsync(Header + A + B, full: true)).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
        await using (var db = test.Open())
            (await db.Identities.SingleAsync(i => i.MissingSince != null)).ExternalId.ShouldBe("c-3");
        (await test.ImportAsync(Header + A + B + C, full: true)).Counts().ShouldBe((3, 0, 1, 2, 0, 0, 1));
        await using var after = test.Open();
        (await after.Identities.CountAsync(i => i.MissingSince != null)).ShouldBe(0);
        (await after.IdentityChanges.Where(c => c.Field == "missing" || c.Field == "returned").OrderBy(c => c.Field).Select(c => c.Field).ToListAsync()).ShouldBe(["missing", "returned"]);
    }

    [Theory, EachDatabase]
    public async Task A_rejected_record_is_not_called_missing(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync(Header + A + B + C);
        (await test.ImportAsync(Header + A + B + C.Replace("Workload", "Wrkld"), full: true)).Counts().ShouldBe((3, 0, 0, 2, 1, 0, 0));
        var blind = await test.ImportAsync(Header + A + ",No id,,,,,,,,,,,\n", full: true);
        blind.Missing.ShouldBe(0);
        blind.Message!.ShouldContain("nothing was called missing");
    }

    [Theory, EachDatabase]
    public async Task What_people_decided_stays(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync("id,name\np1,Eve\n");
        await test.ImportAsync(Header + A);
        await using (var db = test.Open())
        {
            var owner = (await db.People.SingleAsync()).Id;
            var tool = new Tool { Id = Ids.New(test.Now), Name = "Chosen", CreatedAt = test.Now };
            db.Tools.Add(tool);
            await db.SaveChangesAsync();
            await db.Identities.ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerId, owner).SetProperty(i => i.OwnerState, OwnerState.Accepted).SetProperty(i => i.State, Governance.Lifecycle.LifecycleState.Active)
                .SetProperty(i => i.ToolId, tool.Id).SetProperty(i => i.ToolDecidedBy, "Eve"));
        }

        await test.ImportAsync(Header + A.Replace("Invoice bot", "Other").Replace("Invoicer", "Another"));
        await using var after = test.Open();
        var a = await after.Identities.SingleAsync();
        (a.DisplayName, a.OwnerState, a.State, a.ToolDecidedBy).ShouldBe(("Other", OwnerState.Accepted, Governance.Lifecycle.LifecycleState.Active, "Eve"));
        (await after.Tools.SingleAsync(t => t.Id == a.ToolId)).Name.ShouldBe("Chosen");
    }

    [Theory, EachDatabase]
    public async Task People_leave_and_come_back(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await test.ImportAsync("id,name,mail,status\n1,Eve,eve@x.org,active\n2,Max,max@x.org,active\n");
        (await test.ImportAsync("id,name,mail,status\n1,Eve,eve@x.org,left\n3,Kim,kim@x.org,\n", full: true)).Counts().ShouldBe((2, 1, 1, 0, 0, 1, 0));
        await using (var db = test.Open())
        {
            var eve = await db.People.SingleAsync(p => p.ExternalId == "1");
            (eve.Status, eve.LeftOn).ShouldBe((PersonStatus.Left, test.Now));
            (await db.People.SingleAsync(p => p.ExternalId == "2")).MissingSince.ShouldBe(test.Now);
        }

        (await test.ImportAsync("id,name,mail,status\n1,Eve,eve@x.org,active\n2,Max,max@x.org,active\n")).Counts().ShouldBe((2, 0, 2, 0, 0, 0, 1));
        await using var after = test.Open();
        (await after.People.SingleAsync(p => p.ExternalId == "1")).LeftOn.ShouldBeNull();
    }

    [Fact]
    public async Task Only_administrators_and_security_engineers_import()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        using var content = new MemoryStream("external_id,name\n1,One\n"u8.ToArray());
        var auditor = new Actor(ActorKind.Person, "a", "A", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Auditor });
        (await test.Get<ImportService>().QueueAsync(new ImportRequest("f", "S", "auto", false), content, auditor, CancellationToken.None)).Refusal!.Code.ShouldBe("not.allowed");
    }

    [Theory, EachDatabase]
    public async Task A_run_that_was_left_half_done_begins_anew(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var id = (await test.QueueAsync(System.Text.Encoding.UTF8.GetBytes(Header + A + B + C))).OrThrow();
        await using (var db = test.Open())
        {
            await db.ImportRuns.ExecuteUpdateAsync(s => s.SetProperty(r => r.State, ImportRunState.Merging).SetProperty(r => r.Worker, "dead:1").SetProperty(r => r.Read, 1));
            db.ImportRejects.Add(new ImportReject { Id = Ids.New(test.Now), RunId = id, Ordinal = 1, Place = "line 2", Reason = "half done" });
            await db.SaveChangesAsync();
        }

        (await test.Get<ImportService>().ResumeAsync(CancellationToken.None)).Single().Counts().ShouldBe((3, 3, 0, 0, 0, 0, 0));
        await using var after = test.Open();
        (await after.ImportRejects.CountAsync()).ShouldBe(0);
        (await test.Get<ImportService>().ResumeAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Theory, EachDatabase]
    public async Task A_cancelled_run_keeps_nothing(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var id = (await test.QueueAsync(System.Text.Encoding.UTF8.GetBytes(Header + A))).OrThrow();
        (await test.Get<ImportService>().CancelAsync(id, Importing.Admin, CancellationToken.None)).IsRefused.ShouldBeFalse();
        (await test.Get<ImportService>().RunAsync(id, Importing.Admin, CancellationToken.None)).State.ShouldBe(ImportRunState.Cancelled);
        await using var db = test.Open();
        (await db.Identities.CountAsync() + await db.StagedIdentities.CountAsync()).ShouldBe(0);
        (await test.Get<ImportService>().CancelAsync(id, Importing.Admin, CancellationToken.None)).Refusal!.Code.ShouldBe("import.ended");
    }
}
