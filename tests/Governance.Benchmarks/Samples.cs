using System.Globalization;

namespace Governance.Benchmarks;

/// <summary>Made-up inventories in the generic CSV: per identity one credential and two entitlements of five hundred.</summary>
internal static class Samples
{
    /// <param name="path">The file to write.</param>
    /// <param name="rows">How many identities.</param>
    /// <param name="changedEvery">Of every so many one has another description; 0 for none.</param>
    public static void Write(string path, int rows, int changedEvery = 0)
    {
        using var file = new StreamWriter(path);
        file.Write("external_id,name,kind,description,environment,enabled,publisher,owner,created_at,last_used_at,credentials,entitlements\n");
        for (var n = 0; n < rows; n++)
        {
            // Scattered, as ids of real systems are.
            var id = ((long)n * 2_654_435_761L) % 4_294_967_296L;
            var changed = changedEvery > 0 && n % changedEvery == 0;
            file.Write(string.Create(CultureInfo.InvariantCulture,
                $"sp-{id:x8}-{n:x8},svc-{Words[n % Words.Length]}-{n},ServicePrincipal,{(changed ? "Rewritten" : "Runs")} the nightly {Words[n % 7]} job of team {n % 321},production,true,Contoso {n % 50},team-{n % 321}@contoso.example,2024-{(n % 12) + 1:00}-{(n % 28) + 1:00},2026-{(n % 11) + 1:00}-{(n % 28) + 1:00},key-{n}|ClientSecret|2025-01-02|2027-0{(n % 9) + 1}-01|2026-11-0{(n % 9) + 1},Permission.{n % 500}.Read@api-{n % 20};{(n % 10 == 0 ? "!" : string.Empty)}Permission.{(n + 7) % 500}.Write@api-{(n + 3) % 20}\n"));
        }
    }

    private static readonly string[] Words = ["invoice", "report", "backup", "ledger", "search", "payroll", "ingest", "claude-sync", "openai-batch", "mailer", "orders", "catalog"];
}
