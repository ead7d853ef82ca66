using System.Text.Json;
using Governance.Accounts;
using Governance.Common;
using Governance.Evidence;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
using UglyToad.PdfPig;

namespace Governance.Tests.Evidence;

/// <summary>Draft, approved by a second person, issued, superseded; shared with one account; made by a schedule.</summary>
public sealed class IssuingTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;
    private static readonly DateTimeOffset From = TestDatabase.Noon.AddDays(-90);
    private static readonly Actor Grace = Person("grace", "Grace Hopper", Roles.Auditor);
    private static readonly Actor Ada = Person("ada", "Ada Lovelace", Roles.Administrator);

    [Theory, EachDatabase]
    public async Task A_second_person_approves_and_what_is_issued_carries_both_names_and_no_draft(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await EvidencePackageTests.SeedAsync(test);
        var (made, issuing) = (await MakeAsync(test), test.Get<EvidenceIssuing>());
        (await issuing.IssueAsync(made.Id, Grace, Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.state");
        (await issuing.ApproveAsync(made.Id, Grace, Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.own");
        (await issuing.ApproveAsync(made.Id, Actor.CommandLine("root"), Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.person");
        (await issuing.ApproveAsync(made.Id, Person("vic", "Vic"), Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("not.allowed");
        (await issuing.ApproveAsync(made.Id, Ada, Ct)).Refusal.ShouldBeNull();
        (await issuing.ApproveAsync(made.Id, Ada, Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.state");
        test.Clock.Advance(TimeSpan.FromDays(1));
        (await issuing.IssueAsync(made.Id, Grace, Ct)).Refusal.ShouldBeNull();

        var issued = await ReadAsync(test, made.Id);
        (issued.State, issued.ApprovedBy, issued.IssuedBy, issued.DataHash).ShouldBe((PackageState.Issued, "Ada Lovelace", "Grace Hopper", made.DataHash));
        var folder = Path.Combine(test.Folder, "evidence", issued.Folder);
        (await EvidenceVerifier.VerifyAsync(folder, null, Ct)).Problem.ShouldBeNull();
        using var pdf = PdfDocument.Open(Path.Combine(folder, "report.pdf"));
        var text = string.Join('\n', pdf.GetPages().Select(p => p.Text));
        text.ShouldContain("Ada Lovelace");
        text.ShouldNotContain("DRAFT");
        (await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), Ct)).ShouldNotContain("DRAFT:");
        JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "status.json"), Ct)).RootElement.GetProperty("state").GetString().ShouldBe("Issued");
        Directory.Exists(Path.Combine(test.Folder, "evidence", made.Folder)).ShouldBeTrue();
        Directory.GetDirectories(Path.Combine(test.Folder, "evidence"), ".unfinished*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_draft_whose_files_were_changed_can_be_neither_approved_nor_issued()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await EvidencePackageTests.SeedAsync(test);
        var made = await MakeAsync(test);
        var facts = Path.Combine(test.Folder, "evidence", made.Folder, "facts.json");
        var was = await File.ReadAllTextAsync(facts, Ct);
        await File.WriteAllTextAsync(facts, was.Replace("Grace", "Grade", StringComparison.Ordinal), Ct);
        (await test.Get<EvidenceIssuing>().ApproveAsync(made.Id, Ada, Ct)).Refusal.ShouldNotBeNull().Message.ShouldContain("facts.json");
        await File.WriteAllTextAsync(facts, was, Ct);
        (await test.Get<EvidenceIssuing>().ApproveAsync(made.Id, Ada, Ct)).Refusal.ShouldBeNull();
        File.Delete(facts);
        (await test.Get<EvidenceIssuing>().IssueAsync(made.Id, Ada, Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.changed");
    }

    [Theory, EachDatabase]
    public async Task The_next_one_of_the_same_period_supersedes_the_one_before(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var (first, second) = (await IssueAsync(test), await IssueAsync(test));
        (await ReadAsync(test, first)).ShouldSatisfyAllConditions(p => p.State.ShouldBe(PackageState.Superseded), p => p.SupersededById.ShouldBe(second));
        (await ReadAsync(test, second)).State.ShouldBe(PackageState.Issued);
        await using var db = test.Open();
        (await db.AuditEntries.Where(e => e.Action.StartsWith("evidence.")).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync(Ct))
            .ShouldBe(["evidence.made", "evidence.approved", "evidence.issued", "evidence.made", "evidence.approved", "evidence.issued", "evidence.superseded"]);
    }

    [Theory, EachDatabase]
    public async Task An_account_without_a_role_reads_the_package_that_is_shared_with_it_and_no_other(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var account = new Account { Id = Ids.New(test.Now), UserName = "outside", DisplayName = "Olga Outside", CreatedAt = test.Now };
        await new Given(test).SaveAsync(db => db.Accounts.Add(account));
        var olga = new Actor(ActorKind.Person, account.Id.ToString("D"), account.DisplayName, Roles: new HashSet<string>());
        var (shared, other) = (await IssueAsync(test), await IssueAsync(test, "soc-2"));
        var (sharing, evidence) = (test.Get<EvidenceSharing>(), test.Get<EvidenceService>());
        (await evidence.OpenAsync(shared, "report.pdf", olga, Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("not.allowed");
        (await sharing.ShareAsync(shared, account.Id, test.Now, Ada, Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.until");
        (await sharing.ShareAsync(shared, account.Id, test.Now.AddDays(10), olga, Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("not.allowed");
        (await sharing.ShareAsync(shared, account.Id, test.Now.AddDays(10), Ada, Ct)).Refusal.ShouldBeNull();
        var draft = await MakeAsync(test);
        (await sharing.ShareAsync(draft.Id, account.Id, test.Now.AddDays(10), Ada, Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.state");

        (await evidence.OpenAsync(shared, "report.pdf", olga, Ct)).Refusal.ShouldBeNull();
        (await evidence.OpenAsync(other, "report.pdf", olga, Ct)).Refusal.ShouldNotBeNull();
        (await test.Get<EvidenceQueries>().SharedAsync(olga, Ct)).Select(p => p.Id).ShouldBe([shared]);
        test.Clock.Advance(TimeSpan.FromDays(10));
        (await evidence.OpenAsync(shared, "report.pdf", olga, Ct)).Refusal.ShouldNotBeNull();
        await using var db = test.Open();
        (await db.AuditEntries.CountAsync(e => e.Action == "evidence.read", Ct)).ShouldBe(1);
    }

    [Theory, EachDatabase]
    public async Task A_schedule_makes_each_quarter_once_when_it_is_over(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var scheduling = test.Get<EvidenceScheduling>();
        (await scheduling.AddAsync("nist-csf-2.0", EvidenceEvery.Quarter, PaperSize.Letter, Grace, Ct)).Refusal.ShouldBeNull();
        (await scheduling.AddAsync("nist-csf-2.0", EvidenceEvery.Quarter, PaperSize.A4, Grace, Ct)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.scheduled");
        (await scheduling.RunDueAsync(Ct)).ShouldBe(0);
        test.Clock.SetUtcNow(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));
        (await scheduling.RunDueAsync(Ct)).ShouldBe(1);
        (await scheduling.RunDueAsync(Ct)).ShouldBe(0);
        var package = (await test.Get<EvidenceQueries>().ListAsync(10, Ct)).ShouldHaveSingleItem();
        (package.From, package.To, package.State).ShouldBe((new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), PackageState.Draft));
        using var pdf = PdfDocument.Open(Path.Combine(test.Folder, "evidence", package.Folder, "report.pdf"));
        pdf.GetPage(1).Width.ShouldBe(612);
        // Whoever made it by a schedule is nobody: any auditor may approve it.
        (await test.Get<EvidenceIssuing>().ApproveAsync(package.Id, Grace, Ct)).Refusal.ShouldBeNull();
        var schedule = (await test.Get<EvidenceQueries>().SchedulesAsync(Ct)).Single();
        (await scheduling.EndAsync(schedule.Id, Grace, Ct)).Refusal.ShouldBeNull();
        test.Clock.Advance(TimeSpan.FromDays(120));
        (await scheduling.RunDueAsync(Ct)).ShouldBe(0);
    }

    [Theory, EachDatabase]
    public async Task Figures_are_kept_daily_once_and_shown_as_a_trend(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await EvidencePackageTests.SeedAsync(test);
        var board = test.Get<MetricBoard>();
        var kept = await board.KeepAsync(Ct);
        kept.ShouldBe(MetricCatalogue.All.Count(m => m.Unmeasured is null && m.Id != "M35"));
        (await board.KeepAsync(Ct)).ShouldBe(0);
        test.Clock.Advance(TimeSpan.FromDays(31));
        (await board.KeepAsync(Ct)).ShouldBe(kept);
        (await board.TrendsAsync(From, Ct))["M06"].Select(p => (p.Numerator, p.Denominator)).ShouldBe([(1, 3), (1, 3)]);
        var (_, rows, count) = await board.ReadAsync(MetricCatalogue.Find("M06")!, null, Verdicts.Exception, 1, 1, Ct);
        (rows.Count, count).ShouldBe((1, 2));
        Directory.GetFiles(Path.Combine(test.Folder, "temporary")).ShouldBeEmpty();
    }

    private static Actor Person(string id, string name, params string[] roles) => new(ActorKind.Person, id, name, Roles: new HashSet<string>(roles, StringComparer.Ordinal));

    private static async Task<EvidencePackage> MakeAsync(TestDatabase test, string framework = "nist-csf-2.0") =>
        (await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest(framework, From, TestDatabase.Noon), Grace, null, Ct)).OrThrow();

    private static async Task<Guid> IssueAsync(TestDatabase test, string framework = "nist-csf-2.0")
    {
        var made = await MakeAsync(test, framework);
        (await test.Get<EvidenceIssuing>().ApproveAsync(made.Id, Ada, Ct)).OrThrow();
        (await test.Get<EvidenceIssuing>().IssueAsync(made.Id, Ada, Ct)).OrThrow();
        return made.Id;
    }

    private static async Task<EvidencePackage> ReadAsync(TestDatabase test, Guid id)
    {
        await using var db = test.Open();
        return await db.EvidencePackages.AsNoTracking().SingleAsync(p => p.Id == id, Ct);
    }
}
