using System.Globalization;
using Governance.Benchmarks;
using Governance.Persistence;

// dotnet run -c Release --project tests/Governance.Benchmarks -- import|pages|memory|findings|campaigns|revocation|followers|evidence|audit [--rows N] [--provider Sqlite|PostgreSql]
// PostgreSQL: GOVERNANCE_TEST_POSTGRES names the server, as for the tests.
var verb = args.FirstOrDefault() ?? "import";
var rows = int.Parse(Option("--rows") ?? "100000", CultureInfo.InvariantCulture);
var provider = Enum.Parse<DatabaseProvider>(Option("--provider") ?? nameof(DatabaseProvider.Sqlite), ignoreCase: true);
return verb switch
{
    "import" => await ImportBenchmark.RunAsync(provider, rows),
    "memory" => await MemoryBenchmark.RunAsync(provider, rows),
    "memory-of-one" => await MemoryBenchmark.OneAsync(provider, rows),
    "findings" => await FindingsBenchmark.RunAsync(provider, rows),
    "audit" => await AuditBenchmark.RunAsync(provider, rows),
    "followers" => await FollowersBenchmark.RunAsync(provider, rows),
    "evidence" => await EvidenceBenchmark.RunAsync(provider, rows),
    "campaigns" => await CampaignBenchmark.RunAsync(provider, rows),
    "revocation" => await RevocationBenchmark.RunAsync(provider, rows),
    "pages" => await PageBenchmark.RunAsync(provider, rows),
    _ => Usage(),
};

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

static int Usage()
{
    Console.Error.WriteLine("Say import, memory, findings, campaigns, revocation, followers, evidence, audit or pages; --rows N; --provider Sqlite or PostgreSql.");
    return 2;
}
