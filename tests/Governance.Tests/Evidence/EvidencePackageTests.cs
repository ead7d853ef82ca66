using System.Text.Json;
using Governance.Audit;
using Governance.Common;
using Governance.Evidence;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Ownership;
using Governance.Persistence;
using Governance.Tests.Support;
using UglyToad.PdfPig;

namespace Governance.Tests.Evidence;

public sealed class EvidencePackageTests
{
    private static readonly Actor Auditor = new(ActorKind.Person, "ann", "Ann Auditor", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Auditor });
    private static readonly DateTimeOffset Start = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Statements_are_the_publishers_word_for_word()
    {
        using var official = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(DataDirectory.HomeDirectory(), "tests/data/standards/csf20_106_subcategories.json")));
        var texts = official.RootElement.EnumerateArray().ToDictionary(e => e.GetProperty("id").GetString()!, e => e.GetProperty("text").GetString(), StringComparer.Ordinal);
        var framework = Framework.Find(Framework.NistCsf)!;
        framework.Subcategories.Count.ShouldBe(15);
        foreach (var subcategory in framework.Subcategories)
            subcategory.Statement.ShouldBe(texts[subcategory.Id]);
    }

    [Theory, EachDatabase]
    public async Task Figures_of_a_hand_built_population_are_the_known_ones(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var facts = await FactsOfAsync(test, await MakeAsync(test));
        var owned = facts.Metric("M06");
        (owned.Numerator, owned.Denominator, owned.CannotTell, owned.Status).ShouldBe((1, 2, 0, MetricStatus.Exceptions));
        var ends = facts.Metric("M09");
        (ends.Numerator, ends.Denominator, ends.CannotTell).ShouldBe((1, 3, 1));
        facts.Metric("M15").Status.ShouldBe(MetricStatus.NoPopulation);
        facts.Metric("M27").Status.ShouldBe(MetricStatus.NotEvidenced);
        facts.Metric("M16").CannotTell.ShouldBe(2);
        facts.Metric("M35").Status.ShouldBe(MetricStatus.Met);
        (await test.Get<ChainVerifier>().VerifyAsync(CancellationToken.None)).Entries.ShouldBe(1);
    }

    [Fact]
    public async Task The_report_reads_as_text_with_page_numbers_and_its_own_fonts()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var folder = await MakeAsync(test);
        if (Environment.GetEnvironmentVariable("GOVERNANCE_KEEP_REPORT") is { Length: > 0 } keep)
            File.Copy(Path.Combine(folder, "report.pdf"), keep, overwrite: true);
        using var pdf = PdfDocument.Open(Path.Combine(folder, "report.pdf"));
        var text = string.Join('\n', pdf.GetPages().Select(p => string.Join(' ', p.GetWords().Select(w => w.Text))));
        text.ShouldContain($"Page {pdf.NumberOfPages} of {pdf.NumberOfPages}");
        text.ShouldContain("not yet approved");
        text.ShouldContain("Not evidenced by this system.");
        text.ShouldContain("\\u202E");
        text.ShouldNotContain("\u202E");
        pdf.GetPages().SelectMany(p => p.Letters).Select(l => l.FontName).Distinct(StringComparer.Ordinal).ShouldContain(f => f != null && f.Contains("IBMPlexSans", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_facts_give_the_same_bytes()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var facts = await FactsOfAsync(test, await MakeAsync(test));
        Governance.Evidence.Pdf.EvidencePdf.Draw(facts, "hash").ShouldBe(Governance.Evidence.Pdf.EvidencePdf.Draw(facts, "hash"));
    }

    [Fact]
    public async Task A_changed_added_or_missing_file_is_named()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var folder = await MakeAsync(test);
        EvidenceVerifier.Verify(folder).Intact.ShouldBeTrue();
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("manifest.json", StringComparison.Ordinal)))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            var name = Path.GetRelativePath(folder, file).Replace('\\', '/');
            await File.WriteAllBytesAsync(file, [(byte)(bytes[0] ^ 1), .. bytes[1..]]);
            EvidenceVerifier.Verify(folder).FirstWrong.ShouldBe(name);
            File.Delete(file);
            EvidenceVerifier.Verify(folder).Problem.ShouldBe("the file is missing");
            await File.WriteAllBytesAsync(file, bytes);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "extra.txt"), "x");
        EvidenceVerifier.Verify(folder).FirstWrong.ShouldBe("extra.txt");
    }

    [Fact]
    public async Task Who_is_no_auditor_makes_no_package()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var made = await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest(Framework.NistCsf, Start, test.Now), Given.Engineer, null, CancellationToken.None);
        made.Refusal!.Code.ShouldBe("not.allowed");
    }

    private static async Task<string> MakeAsync(TestDatabase test)
    {
        var given = new Given(test);
        var owner = await given.PersonAsync("Olga Owner");
        var owned = await given.IdentityAsync(i => (i.State, i.OwnerId, i.OwnerState, i.DisplayName, i.Privileged) = (LifecycleState.Active, owner.Id, OwnerState.Accepted, "=owned Ωλγα", Reported.No));
        await given.IdentityAsync(i => (i.State, i.DisplayName) = (LifecycleState.Active, "un\u202Eowned-" + new string('x', 120)));
        var other = await given.IdentityAsync();
        await given.CredentialAsync(owned, change: c => (c.Expiry, c.ExpiresAt) = (ExpiryState.Known, test.Now.AddDays(30)));
        await given.CredentialAsync(owned, change: c => c.Expiry = ExpiryState.Never);
        await given.CredentialAsync(other);
        var folder = Path.Combine(test.Folder, "package");
        var made = await test.Get<EvidenceService>().MakeAsync(new EvidenceRequest(Framework.NistCsf, Start, test.Now.AddDays(1), folder), Auditor, null, CancellationToken.None);
        made.Refusal.ShouldBeNull();
        return folder;
    }

    private static async Task<Facts> FactsOfAsync(TestDatabase test, string folder) =>
        JsonSerializer.Deserialize<Facts>(await File.ReadAllBytesAsync(Path.Combine(folder, "facts.json")), Facts.Json)!;
}
