using System.Text;
using System.Text.Json;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Inventory.Formats;

/// <summary>The gitleaks files are its own and a project's report (secrets masked); the trufflehog file is written after its documentation.</summary>
public sealed class SecretScanTests
{
    [Fact]
    public async Task Findings_of_one_secret_are_sightings_of_one_identity()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("gitleaks", "gitleaks-pygoat.json");
        run.State.ShouldBe(ImportRunState.Completed, run.Message);
        using var file = JsonDocument.Parse(FormatTesting.Data("gitleaks", "gitleaks-pygoat.json"));
        var findings = file.RootElement.EnumerateArray().ToList();
        var distinct = findings.Select(f => (f.GetProperty("RuleID").GetString(), f.GetProperty("Secret").GetString())).Distinct().Count();
        (run.Created, run.Attached, run.Rejected, run.Format).ShouldBe((distinct, findings.Count - distinct, 0, "gitleaks"));
        await using var db = test.Open();
        var token = (await db.Identities.AsNoTracking().ToListAsync()).Single(i => i.ExternalId.StartsWith("gitleaks/jwt/", StringComparison.Ordinal));
        (token.Kind, token.OwnerHint, token.Enabled, token.Usage, token.CreatedInSourceAt).ShouldBe((IdentityKind.ApiToken, "contributor@example.invalid", Reported.Unknown, UsageState.NotReported, null));
        token.Attributes.ShouldContain("pygoat/introduction/static/js/a7.js:4@81c7e88d275d (2022-07-18T08:54:04Z");
        (await test.FoundInBytesAsync(findings.Select(f => f.GetProperty("Secret").GetString()!).Distinct().ToList())).ShouldBeEmpty();
        var backwards = JsonSerializer.SerializeToUtf8Bytes(findings.AsEnumerable().Reverse());
        (await test.ImportAsync(backwards)).Counts().ShouldBe((distinct, 0, 0, distinct, 0, 0, 0));
    }

    [Fact]
    public async Task One_finding_is_the_same_identity_from_JSON_CSV_and_SARIF()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportFileAsync("gitleaks", "report.json")).Created.ShouldBe(1);
        var csv = await test.ImportFileAsync("gitleaks", "report.csv");
        (csv.Created, csv.Format).ShouldBe((0, "gitleaks"));
        var sarif = await test.ImportFileAsync("gitleaks", "gitleaks-sarif_simple.sarif");
        (sarif.Created, sarif.Format).ShouldBe((0, "gitleaks"));
        await using var db = test.Open();
        var one = await db.Identities.SingleAsync();
        (one.DisplayName, one.OwnerHint).ShouldBe(("test-rule in auth.py", "johndoe@gmail.com"));
        (await db.Credentials.SingleAsync()).Fingerprint.ShouldBe(test.Get<SecretFilter>().Fingerprint("a secret"));
    }

    [Fact]
    public async Task An_empty_report_is_taken_when_its_format_is_named()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        (await test.ImportAsync(FormatTesting.Data("gitleaks", "gitleaks-empty.json"), format: "gitleaks")).Counts().ShouldBe((0, 0, 0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task A_redacted_secret_is_known_by_its_place_and_has_no_fingerprint()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        const string Report = """[{"RuleID":"openai-api-key","Secret":"REDACTED","Match":"REDACTED","File":"a.py","StartLine":1,"Commit":"c1","Author":"Ada","Date":"2026-01-01T00:00:00Z","Fingerprint":"c1:a.py:openai-api-key:1"},{"RuleID":"openai-api-key","Secret":"REDACTED","Match":"REDACTED","File":"b.py","StartLine":1,"Commit":"c1","Author":"Ada","Date":"2026-01-01T00:00:00Z","Fingerprint":"c1:b.py:openai-api-key:1"}]""";
        (await test.ImportAsync(Report)).Counts().ShouldBe((2, 2, 0, 0, 0, 0, 0));
        await using var db = test.Open();
        (await db.Credentials.Where(c => c.Fingerprint != null).CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_latest_author_is_the_hint_and_one_bad_finding_is_rejected_alone()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        const string Report = """[{"RuleID":"r","Secret":"abc-secret-1","Match":"m","File":"a","StartLine":1,"Commit":"1","Email":"old@x.org","Date":"2025-01-01T00:00:00Z"},{"Secret":"no rule"},{"RuleID":"r","Secret":"abc-secret-1","Match":"m","File":"b","StartLine":1,"Commit":"2","Email":"new@x.org","Date":"2026-01-01T00:00:00Z"}]""";
        var run = await test.ImportAsync(Report);
        (run.Created, run.Rejected, run.Attached).ShouldBe((1, 1, 1));
        (await test.RejectsAsync(run)).ShouldHaveSingleItem().Reason.ShouldContain("no RuleID");
        await using var db = test.Open();
        (await db.Identities.SingleAsync()).OwnerHint.ShouldBe("new@x.org");
    }

    [Fact]
    public async Task Trufflehog_says_which_secrets_work_and_its_log_lines_are_told_as_such()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var run = await test.ImportFileAsync("trufflehog", "findings.jsonl");
        (run.Created, run.Attached, run.Rejected, run.Format).ShouldBe((2, 1, 0, "trufflehog"));
        run.Message!.ShouldContain("log lines of trufflehog");
        var found = await test.ByNameAsync();
        var aws = found["AWS in deploy/.env"];
        (aws.Identity.Enabled, aws.Identity.OwnerHint).ShouldBe((Reported.Yes, "counter <counter@example.org>"));
        aws.Identity.Attributes.ShouldContain("534261010715");
        aws.Credentials.ShouldHaveSingleItem().Fingerprint.ShouldBe(test.Get<SecretFilter>().Fingerprint("AKIAXYZDQCEN4B6JSJQI"));
        (await test.FoundInBytesAsync(["AKIAXYZDQCEN4B6JSJQI", "Tg0pz8Jii8hkLx4", "admin-of-the-test"])).ShouldBeEmpty();
        var lines = FormatTesting.Text("trufflehog", "findings.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries).Reverse();
        (await test.ImportAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)))).Counts().ShouldBe((2, 0, 0, 2, 0, 0, 0));
    }
}
