using System.Text.Json;
using Governance.Common;
using Governance.Evidence;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using UglyToad.PdfPig;

namespace Governance.Tests.Evidence;

public sealed class EvidencePackageTests
{
    private static readonly DateTimeOffset From = TestDatabase.Noon.AddDays(-90);
    private static readonly Actor Auditor = new(ActorKind.Person, "aud", "Grace Hopper", Roles: new HashSet<string> { Roles.Auditor });

    [Theory, EachDatabase]
    public async Task Figures_are_counts_of_the_population_files_and_unknown_counts_against(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await SeedAsync(test);
        var folder = await MakeAsync(test);
        var facts = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "facts.json"))).RootElement;
        // Owned: one accepted by an active person, one accepted by a leaver, one nobody's.
        Metric(facts, "M06").ShouldBe((1, 3, 0));
        // Credentials: one expires within 90 days, one never, one the source says nothing of.
        Metric(facts, "M09").ShouldBe((1, 3, 1));
        // Use: reported for one of three.
        Metric(facts, "M27").ShouldBe((1, 3, 2));
        // No campaign was due: no population, and never 100 %.
        var m15 = facts.GetProperty("metrics").EnumerateArray().Single(m => m.GetProperty("id").GetString() == "M15");
        m15.GetProperty("status").GetString().ShouldBe("NoPopulation");
        (await File.ReadAllLinesAsync(Path.Combine(folder, "populations", "M06.csv"))).Length.ShouldBe(4);
        (await File.ReadAllLinesAsync(Path.Combine(folder, "exceptions", "M06.csv"))).Length.ShouldBe(3);
    }

    [Fact]
    public async Task The_report_shows_statement_figures_pages_and_names_in_any_script()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var folder = await MakeAsync(test);
        using var pdf = PdfDocument.Open(Path.Combine(folder, "report.pdf"));
        // Lines are wrapped where the page ends; what counts is the words in their order.
        var text = Bare(string.Join('\n', pdf.GetPages().Select(p => p.Text)));
        text.ShouldContain(Bare("Identities and credentials for authorized users, services, and hardware are managed by the organization"));
        text.ShouldContain(Bare("1 of 3"));
        text.ShouldContain(Bare($"Page 2 of {pdf.NumberOfPages}"));
        text.ShouldContain(Bare($"Page {pdf.NumberOfPages} of {pdf.NumberOfPages}"));
        text.ShouldContain(Bare("Not evidenced by this system."));
        text.ShouldContain(Bare("Grace Hopper"));
        text.ShouldContain(Bare("<U+202E>"));
        pdf.Information.Title.ShouldNotBeNull().ShouldContain("NIST Cybersecurity Framework 2.0");
        var raw = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(folder, "report.pdf")));
        raw.ShouldContain("FontFile2");
        raw.ShouldNotContain("/JavaScript");
        raw.ShouldNotContain("/OpenAction");
        raw.ShouldContain("/Lang (en)");
    }

    [Fact]
    public async Task The_report_has_a_bookmark_for_each_statement_that_leads_to_its_page()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        using var pdf = PdfDocument.Open(Path.Combine(await MakeAsync(test), "report.pdf"));
        pdf.TryGetBookmarks(out var bookmarks).ShouldBeTrue();
        var marks = bookmarks.GetNodes().OfType<UglyToad.PdfPig.Outline.DocumentBookmarkNode>().ToList();
        marks.Select(m => m.Title).ShouldContain("Conclusion");
        foreach (var id in FrameworkCatalogue.Find("nist-csf-2.0")!.Subcategories.Select(s => s.Id))
            pdf.GetPage(marks.Single(m => m.Title.StartsWith(id, StringComparison.Ordinal)).PageNumber).Text.ShouldContain(id);
    }

    [Fact]
    public async Task The_same_facts_give_the_same_bytes()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var framework = FrameworkCatalogue.Find("nist-csf-2.0")!;
        var period = new Period(From, test.Now, test.Now);
        var one = await test.Get<FactsReader>().ReadAsync(framework, period, "Ada", null, CancellationToken.None);
        var two = await test.Get<FactsReader>().ReadAsync(framework, period, "Ada", null, CancellationToken.None);
        EvidencePdf.Draw(one.Facts, "hash").SequenceEqual(EvidencePdf.Draw(two.Facts, "hash")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("report.pdf")]
    [InlineData("facts.json")]
    [InlineData("populations/M06.csv")]
    [InlineData("VERIFY.md")]
    public async Task One_changed_byte_is_found_and_its_file_named(string file)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var folder = await MakeAsync(test);
        (await EvidenceVerifier.VerifyAsync(folder, CancellationToken.None)).Problem.ShouldBeNull();
        var path = Path.Combine(folder, file);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var report = await EvidenceVerifier.VerifyAsync(folder, CancellationToken.None);
        report.Intact.ShouldBeFalse();
        report.Problem.ShouldNotBeNull().ShouldStartWith(file + " was changed");
    }

    [Fact]
    public async Task A_file_added_or_removed_is_found()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var folder = await MakeAsync(test);
        await File.WriteAllTextAsync(Path.Combine(folder, "extra.txt"), "x");
        (await EvidenceVerifier.VerifyAsync(folder, CancellationToken.None)).Problem.ShouldBe("extra.txt was added: the manifest doesn't name it");
        File.Delete(Path.Combine(folder, "extra.txt"));
        File.Delete(Path.Combine(folder, "imports.csv"));
        (await EvidenceVerifier.VerifyAsync(folder, CancellationToken.None)).Problem.ShouldBe("imports.csv is missing");
    }

    [Fact]
    public async Task Ten_thousand_exceptions_go_to_the_file_and_the_report_stays_short()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var source = await SourceAsync(test);
        await using (var db = test.Open())
        {
            for (var n = 0; n < 10_000; n++)
                db.Identities.Add(Identity(test, source, $"id-{n:00000}"));
            await db.SaveChangesAsync();
        }

        var folder = await MakeAsync(test);
        (await File.ReadAllLinesAsync(Path.Combine(folder, "exceptions", "M06.csv"))).Length.ShouldBe(10_001);
        using var pdf = PdfDocument.Open(Path.Combine(folder, "report.pdf"));
        pdf.NumberOfPages.ShouldBeLessThan(60);
        string.Join('\n', pdf.GetPages().Select(p => p.Text)).ShouldContain("the first 25 of 10,000");
    }

    [Fact]
    public async Task A_cell_that_a_spreadsheet_would_run_is_neutralised()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var csv = await File.ReadAllTextAsync(Path.Combine(await MakeAsync(test), "populations", "M06.csv"));
        csv.ShouldContain("'=cmd|");
        csv.ShouldNotContain(",=cmd|");
    }

    [Fact]
    public async Task Only_auditors_and_administrators_make_packages_and_periods_must_make_sense()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var service = test.Get<EvidenceService>();
        var owner = new Actor(ActorKind.Person, "o", "Owner", Roles: new HashSet<string>());
        (await service.MakeAsync(new EvidenceRequest("nist-csf-2.0", From, test.Now), owner, null, CancellationToken.None)).Refusal.ShouldNotBeNull().Code.ShouldBe("not.allowed");
        (await service.MakeAsync(new EvidenceRequest("nist-csf-1.1", From, test.Now), Auditor, null, CancellationToken.None)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.framework");
        (await service.MakeAsync(new EvidenceRequest("nist-csf-2.0", From, From), Auditor, null, CancellationToken.None)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.period");
        (await service.MakeAsync(new EvidenceRequest("nist-csf-2.0", test.Now.AddDays(1), test.Now.AddDays(2)), Auditor, null, CancellationToken.None)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.future");
        Directory.GetFileSystemEntries(Directory.CreateDirectory(Path.Combine(test.Folder, "evidence")).FullName).ShouldBeEmpty();
    }

    private static string Bare(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static (int, int, int) Metric(JsonElement facts, string id)
    {
        var m = facts.GetProperty("metrics").EnumerateArray().Single(x => x.GetProperty("id").GetString() == id);
        return (m.GetProperty("numerator").GetInt32(), m.GetProperty("denominator").GetInt32(), m.GetProperty("cannotTell").GetInt32());
    }

    private static async Task<string> MakeAsync(TestDatabase test)
    {
        var made = await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest("nist-csf-2.0", From, test.Now), Auditor, null, CancellationToken.None);
        made.Refusal.ShouldBeNull();
        return Path.Combine(test.Folder, "evidence", made.Value!.Folder);
    }

    private static async Task<Guid> SourceAsync(TestDatabase test)
    {
        await using var db = test.Open();
        var source = new Source { Id = Ids.New(test.Now), Name = "Entra contoso", System = SourceSystem.Entra, CreatedAt = From };
        db.Sources.Add(source);
        await db.SaveChangesAsync();
        return source.Id;
    }

    private static Identity Identity(TestDatabase test, Guid source, string name, Action<Identity>? change = null)
    {
        var identity = new Identity
        {
            Id = Ids.New(test.Now),
            SourceId = source,
            ExternalId = name,
            DisplayName = name,
            Attributes = "{}",
            ContentHash = "x",
            FirstSeenAt = From,
            LastSeenAt = test.Now,
            State = LifecycleState.Discovered,
            StateSince = From,
            UnownedSince = From,
        };
        change?.Invoke(identity);
        return identity;
    }

    private static async Task SeedAsync(TestDatabase test)
    {
        var source = await SourceAsync(test);
        await using var db = test.Open();
        var ada = new Person { Id = Ids.New(test.Now), ExternalId = "p1", Name = "Ada 山田 Müller", FirstSeenAt = From, ContentHash = "x" };
        var left = new Person { Id = Ids.New(test.Now), ExternalId = "p2", Name = "Bob", Status = PersonStatus.Left, FirstSeenAt = From, ContentHash = "x" };
        db.People.AddRange(ada, left);
        Identity[] identities =
        [
            Identity(test, source, "=cmd|' /C calc'!A0", i => (i.OwnerId, i.OwnerState, i.UnownedSince, i.State, i.Usage, i.LastUsedAt) = (ada.Id, OwnerState.Accepted, null, LifecycleState.Active, UsageState.Used, test.Now)),
            Identity(test, source, "notion\u202Econnector", i => (i.OwnerId, i.OwnerState) = (left.Id, OwnerState.Accepted)),
            Identity(test, source, "<script>alert(1)</script> with a very long name that has to be wrapped somewhere because it does not fit into one line of a table"),
        ];
        db.Identities.AddRange(identities);
        db.Credentials.AddRange(
            new Credential { Id = Ids.New(test.Now), IdentityId = identities[0].Id, ExternalId = "k1", CreatedAt = test.Now.AddDays(-10), ExpiresAt = test.Now.AddDays(30), Expiry = ExpiryState.Known, Kind = CredentialKind.ClientSecret },
            new Credential { Id = Ids.New(test.Now), IdentityId = identities[1].Id, ExternalId = "k2", Expiry = ExpiryState.Never, Kind = CredentialKind.AccessKey },
            new Credential { Id = Ids.New(test.Now), IdentityId = identities[2].Id, ExternalId = "k3", Expiry = ExpiryState.NotReported, Kind = CredentialKind.ApiKey });
        await db.SaveChangesAsync();
    }
}
