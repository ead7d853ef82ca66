using System.Text.Json;
using Governance.Common;
using Governance.Evidence;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.People;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;
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
        // Use: reported for one of three, by a source that was read today.
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
        text.ShouldContain("DRAFT");
        pdf.Information.Title.ShouldNotBeNull().ShouldContain("NIST Cybersecurity Framework 2.0");
        var raw = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(folder, "report.pdf")));
        raw.ShouldContain("FontFile2");
        raw.ShouldNotContain("/JavaScript");
        raw.ShouldNotContain("/OpenAction");
        raw.ShouldContain("/Lang (en)");
    }

    [Theory]
    [InlineData("李明（小红）发票机器人", "NotoSansSC")]
    [InlineData("國際會議體驗", "IBMPlexSansJP")]
    [InlineData("佐藤の請求書ロボット", "IBMPlexSansJP")]
    [InlineData("한국어 봇", "IBMPlexSansKR")]
    [InlineData("חשבונית", "IBMPlexSansHebrew")]
    [InlineData("چت‌بات", "IBMPlexSansArabic")]
    public async Task A_name_is_set_in_a_face_of_its_script_that_is_shipped_and_embedded(string name, string face)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var source = await SourceAsync(test);
        await new Given(test).SaveAsync(db => db.Identities.Add(Identity(test, source, name)));
        using var pdf = PdfDocument.Open(Path.Combine(await MakeAsync(test), "report.pdf"));
        var letters = pdf.GetPages().SelectMany(p => p.Letters).ToList();
        foreach (var letter in name.Where(c => c > 0x2FF && char.IsLetter(c)).Distinct().Where(c => c is not (>= '\u0590' and <= '\u06FF')))
            letters.Where(l => l.Value == letter.ToString()).Select(l => l.FontName!.Replace("-", string.Empty, StringComparison.Ordinal)).ShouldContain(f => f.Contains(face, StringComparison.Ordinal), letter.ToString());
        letters.Select(l => l.FontName).ShouldContain(f => f!.Replace("-", string.Empty, StringComparison.Ordinal).Contains(face, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_report_has_a_bookmark_for_each_statement_that_leads_to_its_page()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        using var pdf = PdfDocument.Open(Path.Combine(await MakeAsync(test), "report.pdf"));
        pdf.TryGetBookmarks(out var bookmarks).ShouldBeTrue();
        var marks = bookmarks.GetNodes().OfType<UglyToad.PdfPig.Outline.DocumentBookmarkNode>().ToList();
        marks.Select(m => m.Title).ShouldContain("Executive summary");
        foreach (var id in FrameworkLibrary.Shipped.Single(f => f.Id == "nist-csf-2.0").Subcategories.Where(s => s.Metrics.Count > 0).Select(s => s.Id))
            pdf.GetPage(marks.Single(m => m.Title.StartsWith(id, StringComparison.Ordinal)).PageNumber).Text.ShouldContain(id);
    }

    [Theory, EachDatabase]
    public async Task A_closed_period_gives_the_same_bytes_whatever_happened_since(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        await SeedAsync(test);
        var to = test.Now;
        var one = await MakeAsync(test);
        test.Clock.Advance(TimeSpan.FromDays(3));
        await using (var db = test.Open())
        {
            await db.Identities.ExecuteUpdateAsync(s => s.SetProperty(i => i.Usage, UsageState.NeverUsed).SetProperty(i => i.Purpose, "changed since"));
            await db.OwnerAssignments.ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Ended).SetProperty(a => a.EndedAt, test.Now));
        }

        var again = (await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest("nist-csf-2.0", From, to), Auditor, null, CancellationToken.None)).OrThrow();
        var two = Path.Combine(test.Folder, "evidence", again.Folder);
        var files = Directory.EnumerateFiles(one, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(one, f)).Order(StringComparer.Ordinal).ToList();
        files.ShouldContain("report.pdf");
        // ES256 signatures are randomised; everything else is the same.
        foreach (var file in files.Where(f => f != "manifest.jws"))
        {
            var (before, after) = (await File.ReadAllBytesAsync(Path.Combine(one, file), CancellationToken.None), await File.ReadAllBytesAsync(Path.Combine(two, file), CancellationToken.None));
            after.AsSpan().SequenceEqual(before).ShouldBeTrue(file);
        }
    }

    [Fact]
    public async Task A_frozen_population_that_was_changed_on_disk_is_refused()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        await MakeAsync(test);
        var frozen = Directory.EnumerateFiles(Path.Combine(test.Folder, "evidence", "frozen"), "M06-*").Single();
        await File.AppendAllTextAsync(frozen, "x");
        var made = await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest("nist-csf-2.0", From, test.Now), Auditor, null, CancellationToken.None);
        made.Refusal.ShouldNotBeNull().Message.ShouldContain("M06");
    }

    [Theory]
    [InlineData("Sha256")]
    [InlineData("Criterion")]
    [InlineData("Queries")]
    public async Task A_frozen_population_whose_row_was_changed_is_refused(string column)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        await MakeAsync(test);
        var statement = $"UPDATE \"FrozenPopulations\" SET \"{column}\"='b'||SUBSTR(\"{column}\",2)||'x' WHERE \"MetricId\"='M06'";
        await using (var db = test.Open())
            (await db.Database.ExecuteSqlRawAsync(statement)).ShouldBe(1);
        var made = await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest("nist-csf-2.0", From, test.Now), Auditor, null, CancellationToken.None);
        made.Refusal.ShouldNotBeNull().Message.ShouldContain("M06");
    }

    [Fact]
    public async Task Every_framework_gives_the_same_files_twice_and_one_changed_byte_in_any_of_them_is_named()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var to = test.Now;
        foreach (var framework in FrameworkLibrary.Shipped)
        {
            var folders = new List<string>();
            for (var run = 0; run < 2; run++)
            {
                var made = (await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest(framework.Id, From, to), Auditor, null, CancellationToken.None)).OrThrow();
                folders.Add(Path.Combine(test.Folder, "evidence", made.Folder));
                test.Clock.Advance(TimeSpan.FromHours(7));
            }

            var hashes = new List<Dictionary<string, string>>();
            foreach (var folder in folders)
                hashes.Add((await PackageWriter.ListAsync(folder, CancellationToken.None)).ToDictionary(f => f.Path, f => f.Sha256, StringComparer.Ordinal));
            hashes[1].ShouldBe(hashes[0], framework.Id);
            (await File.ReadAllTextAsync(Path.Combine(folders[1], "manifest.json"))).ShouldBe(await File.ReadAllTextAsync(Path.Combine(folders[0], "manifest.json")));
            foreach (var kind in hashes[0].Keys.GroupBy(Path.GetExtension).Select(g => g.First()).Append("manifest.json").Append("manifest.jws"))
                await ChangedAsync(folders[1], kind);
        }
    }

    /// <summary>The first, the middle and the last byte, one at a time.</summary>
    private static async Task ChangedAsync(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        var bytes = await File.ReadAllBytesAsync(path);
        foreach (var at in new[] { 0, bytes.Length / 2, bytes.Length - 1 }.Where(at => at < bytes.Length))
        {
            var changed = bytes.ToArray();
            changed[at] ^= 4;
            await File.WriteAllBytesAsync(path, changed);
            (await EvidenceVerifier.VerifyAsync(folder, null, CancellationToken.None)).Problems.ShouldContain(p => p.Contains(file, StringComparison.Ordinal), $"{file}, byte {at}");
        }

        await File.WriteAllBytesAsync(path, bytes);
    }

    [Fact]
    public async Task One_changed_byte_in_any_file_is_found_and_its_file_named_by_both_verifiers()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var folder = await MakeAsync(test);
        var report = await EvidenceVerifier.VerifyAsync(folder, null, CancellationToken.None);
        report.Problems.ShouldBeEmpty();
        report.Figures.ShouldBeGreaterThan(20);
        (await PythonAsync(folder)).ShouldStartWith("Intact: ");
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal).ToList();
        files.Count.ShouldBeGreaterThan(80);
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file);
            var bytes = await File.ReadAllBytesAsync(path, CancellationToken.None);
            var changed = bytes.ToArray();
            if (changed.Length == 0)
                changed = [1];
            else
                changed[changed.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(path, changed);
            var problems = (await EvidenceVerifier.VerifyAsync(folder, null, CancellationToken.None)).Problems;
            problems.ShouldContain(p => p.Contains(file, StringComparison.Ordinal), file);
            await File.WriteAllBytesAsync(path, bytes);
        }

        // The other verifier, a file of each kind: each run of it is a process.
        foreach (var file in new[] { "report.pdf", "report.html", "facts.json", "populations/M06.csv", "exceptions/M06.csv", "samples/M06.csv", "imports.csv", "assessment-results.json", "status.json", "queries.sql", "signing-key.json", "VERIFY.md", "manifest.json", "manifest.jws" })
        {
            var path = Path.Combine(folder, file);
            var bytes = await File.ReadAllBytesAsync(path, CancellationToken.None);
            var changed = bytes.ToArray();
            changed[changed.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(path, changed);
            (await PythonAsync(folder)).ShouldContain(file);
            await File.WriteAllBytesAsync(path, bytes);
        }
    }

    [Fact]
    public async Task A_package_that_was_forged_whole_is_told_by_its_key()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var folder = await MakeAsync(test);
        var own = test.Get<Governance.Audit.Signing.SigningKeys>().Current.Kid;
        (await EvidenceVerifier.VerifyAsync(folder, own, CancellationToken.None)).Intact.ShouldBeTrue();
        (await EvidenceVerifier.VerifyAsync(folder, "another", CancellationToken.None)).Problem.ShouldNotBeNull().ShouldContain("not by the key another");
        (await PythonAsync(folder, "--key", own)).ShouldStartWith("Intact");
        (await PythonAsync(folder, "--key", "another")).ShouldContain("not by the key another");
    }

    [Fact]
    public async Task Figures_that_are_not_those_of_the_populations_are_found_even_where_every_hash_was_made_anew()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var folder = await MakeAsync(test);
        // Whoever holds the key signs a package whose population has one record less.
        var path = Path.Combine(folder, "populations", "M06.csv");
        await File.WriteAllLinesAsync(path, (await File.ReadAllLinesAsync(path)).SkipLast(1));
        var facts = JsonSerializer.Deserialize<Facts>(await File.ReadAllTextAsync(Path.Combine(folder, "facts.json")), PackageWriter.Json)!;
        File.Delete(Path.Combine(folder, "manifest.json"));
        File.Delete(Path.Combine(folder, "manifest.jws"));
        await PackageWriter.WriteReportsAsync(folder, facts, new ReportStatus(PackageState.Draft, "Grace"), test.Get<Governance.Audit.Signing.SigningKeys>(), CancellationToken.None);
        (await EvidenceVerifier.VerifyAsync(folder, null, CancellationToken.None)).Problem.ShouldNotBeNull().ShouldContain("populations/M06.csv counts");
        (await PythonAsync(folder)).ShouldContain("populations/M06.csv counts");
    }

    [Fact]
    public async Task A_report_on_either_paper_passes_a_checker_where_one_is_installed()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        foreach (var paper in Enum.GetValues<PaperSize>())
        {
            var made = (await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest("nist-ai-rmf-1.0", From, test.Now) { Paper = paper }, Auditor, null, CancellationToken.None)).OrThrow();
            var path = Path.Combine(test.Folder, "evidence", made.Folder, "report.pdf");
            using (var pdf = PdfDocument.Open(path))
                (Math.Round(pdf.GetPage(1).Width), Math.Round(pdf.GetPage(1).Height)).ShouldBe(paper == PaperSize.A4 ? (595, 842) : (612, 792));
            if (!File.Exists("/usr/bin/qpdf"))
                continue;
            using var checker = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/usr/bin/qpdf", ["--check", path]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var said = await checker.StandardOutput.ReadToEndAsync() + await checker.StandardError.ReadToEndAsync();
            await checker.WaitForExitAsync();
            checker.ExitCode.ShouldBe(0, said);
        }
    }

    [Fact]
    public async Task The_page_says_what_the_paper_says_and_runs_nothing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var html = await File.ReadAllTextAsync(Path.Combine(await MakeAsync(test), "report.html"));
        html.ShouldContain("<html lang=\"en\">");
        html.ShouldContain("1 of 3");
        html.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
        html.ShouldNotContain("<script");
        html.ShouldContain("&lt;U+202E&gt;");
        html.ShouldContain("<th scope=\"col\">");
    }

    [Fact]
    public async Task A_scope_narrows_every_population()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await SeedAsync(test);
        var other = await new Given(test).SourceAsync(SourceSystem.Aws);
        await new Given(test).SaveAsync(db => db.Identities.Add(Identity(test, other, "elsewhere")));
        var made = (await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest("nist-csf-2.0", From, test.Now) { Scope = new IdentityFilter { SourceId = other }, ScopeWords = "Source AWS" }, Auditor, null, CancellationToken.None)).OrThrow();
        var folder = Path.Combine(test.Folder, "evidence", made.Folder);
        Metric(JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "facts.json"))).RootElement, "M06").ShouldBe((0, 1, 0));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "populations")))
            (await File.ReadAllTextAsync(file)).ShouldNotContain("notion");
    }

    [Fact]
    public async Task A_file_added_or_removed_is_found()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var folder = await MakeAsync(test);
        await File.WriteAllTextAsync(Path.Combine(folder, "extra.txt"), "x");
        (await EvidenceVerifier.VerifyAsync(folder, null, CancellationToken.None)).Problem.ShouldBe("extra.txt was added: the manifest doesn't name it");
        File.Delete(Path.Combine(folder, "extra.txt"));
        File.Delete(Path.Combine(folder, "imports.csv"));
        (await EvidenceVerifier.VerifyAsync(folder, null, CancellationToken.None)).Problem.ShouldBe("imports.csv is missing");
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
        pdf.NumberOfPages.ShouldBeLessThan(80);
        string.Join('\n', pdf.GetPages().Select(p => p.Text)).ShouldContain("the first 25 of 10,000");
        (await EvidenceVerifier.VerifyAsync(folder, null, CancellationToken.None)).Intact.ShouldBeTrue();
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
        (await service.MakeAsync(new EvidenceRequest("nist-csf-2.0", From, test.Now) { SampleSize = 101 }, Auditor, null, CancellationToken.None)).Refusal.ShouldNotBeNull().Code.ShouldBe("evidence.sample");
    }

    private static async Task<string> PythonAsync(string folder, params string[] arguments)
    {
        using var python = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("python3", ["-B", Path.Combine(folder, "verify.py"), .. arguments, folder]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (said, failed) = (await python.StandardOutput.ReadToEndAsync(), await python.StandardError.ReadToEndAsync());
        await python.WaitForExitAsync();
        failed.ShouldBeEmpty();
        python.ExitCode.ShouldBe(said.StartsWith("Intact", StringComparison.Ordinal) ? 0 : 1);
        return said;
    }

    private static string Bare(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static (int, int, int) Metric(JsonElement facts, string id)
    {
        var m = facts.GetProperty("metrics").EnumerateArray().Single(x => x.GetProperty("id").GetString() == id);
        return (m.GetProperty("numerator").GetInt32(), m.GetProperty("denominator").GetInt32(), m.GetProperty("cannotTell").GetInt32());
    }

    internal static async Task<string> MakeAsync(TestDatabase test, string framework = "nist-csf-2.0")
    {
        var made = await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest(framework, From, test.Now), Auditor, null, CancellationToken.None);
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
            LastSeenAt = test.Now.AddHours(-1),
            State = LifecycleState.Discovered,
            StateSince = From,
            UnownedSince = From,
        };
        change?.Invoke(identity);
        return identity;
    }

    internal static async Task SeedAsync(TestDatabase test)
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
        db.OwnerAssignments.AddRange(
            new OwnerAssignment { Id = Ids.New(test.Now), IdentityId = identities[0].Id, PersonId = ada.Id, Since = From, AnsweredAt = From, AssignedBy = "Eve", State = AssignmentState.Accepted },
            new OwnerAssignment { Id = Ids.New(test.Now), IdentityId = identities[1].Id, PersonId = left.Id, Since = From, AnsweredAt = From, AssignedBy = "Eve", State = AssignmentState.Accepted });
        db.ImportRuns.Add(new ImportRun { Id = Ids.New(test.Now), SourceId = source, FileName = "entra.json", FileSha256 = new string('a', 64), State = ImportRunState.Completed, Full = true, StartedAt = test.Now.AddHours(-2), EndedAt = test.Now.AddHours(-1), StartedBy = "Ada", Read = 3, Created = 3 });
        await db.SaveChangesAsync();
    }
}
