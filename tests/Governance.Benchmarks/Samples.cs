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
            // Scattered, as ids of real systems are; and what is chosen by one part of it has nothing to do with what is chosen by another.
            var id = ((long)n * 2_654_435_761L) % 4_294_967_296L;
            var (word, kind, environment, team) = (Words[(id >> 8) % Words.Length], Kinds[(id >> 13) % Kinds.Length], Environments[(id >> 18) % Environments.Length], (id >> 4) % Teams);
            var changed = changedEvery > 0 && n % changedEvery == 0;
            file.Write(string.Create(CultureInfo.InvariantCulture,
                $"sp-{id:x8}-{n:x8},t{team}-{word}-{n},{kind},{(changed ? "Rewritten" : "Runs")} the nightly {word} job of team {team},{environment},true,Contoso {n % 50},team-{team}@contoso.example,2024-{(n % 12) + 1:00}-{(n % 28) + 1:00},2026-{(n % 11) + 1:00}-{(n % 28) + 1:00},key-{n}|ClientSecret|2025-01-02|2027-0{(n % 9) + 1}-01|2026-11-0{(n % 9) + 1},Permission.{n % 500}.Read@api-{n % 20};{(n % 10 == 0 ? "!" : string.Empty)}Permission.{(n + 7) % 500}.Write@api-{(n + 3) % 20}\n"));
        }
    }

    /// <summary>The people who lead the teams that the identities' owner tags name, and two more a team; a manager over ten teams each.</summary>
    public static void WritePeople(string path)
    {
        using var file = new StreamWriter(path);
        file.Write("id,name,mail,title,department,manager_id,status,left_on\n");
        for (var team = 0; team < Teams; team++)
        {
            var manager = $"p-{team / 10 * 10}-0";
            for (var n = 0; n < 3; n++)
                file.Write(string.Create(CultureInfo.InvariantCulture, $"p-{team}-{n},Person {n} of Team {team},{(n == 0 ? $"team-{team}" : $"person-{team}-{n}")}@contoso.example,Engineer,Team {team},{(manager == $"p-{team}-{n}" ? null : manager)},active,\n"));
        }
    }

    private const int Teams = 321;

    private static readonly string[] Kinds = ["ServicePrincipal", "ServiceAccount", "ServicePrincipal", "Role", "Workload"];

    private static readonly string[] Environments = ["production", "production", "test", "development"];

    private static readonly string[] Words = ["invoice", "report", "backup", "ledger", "search", "payroll", "ingest", "claude-sync", "openai-batch", "mailer", "orders", "catalog"];
}
