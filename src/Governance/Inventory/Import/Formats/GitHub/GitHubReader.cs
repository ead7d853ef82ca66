using System.Text.Json;

namespace Governance.Inventory;

/// <summary>
/// What GitHub's API answers for an organisation: app installations (also as webhook events), fine-grained tokens, credential authorizations (classic tokens and
/// SSH keys under SAML), deploy keys, and the names of secrets of Actions.
/// </summary>
public sealed class GitHubReader : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(["installations", "secrets"], "total_count");

    public string Format => "github";

    public string Description => "GitHub API JSON (app installations and their webhooks, fine-grained tokens, credential authorizations, deploy keys, names of Actions secrets)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.GitHub;

    public bool Recognises(FileHead head) => head.IsJson && (head.Has("total_count", "installations") || head.Has("total_count", "secrets") || KindOf(head.NamesAt(string.Empty)) != GitHubKind.Unknown);

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var held = new Dictionary<ImportDocument, int>();
        var latest = Latest(file, held);
        return Reading.Records(file, Layout, ["credential_id", "name"], record => [Item(record, latest, file)]).Concat(Completeness.OfTotals(file, held));
    }

    private static GitHubKind KindOf(JsonRecord record) => record.Collection == "secrets" ? GitHubKind.Secret
        : record.Element.ValueKind == JsonValueKind.Object ? KindOf(record.Element.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal)) : GitHubKind.Unknown;

    private static GitHubKind KindOf(IReadOnlySet<string> names) =>
        names.Contains("installation") && names.Contains("action") ? GitHubKind.Event
        : names.Contains("app_id") && (names.Contains("permissions") || names.Contains("repository_selection")) ? GitHubKind.Installation
        : names.Contains("token_id") && names.Contains("token_name") ? GitHubKind.FineGrained
        : names.Contains("credential_id") && names.Contains("credential_type") ? GitHubKind.Authorization
        : names.Contains("key") && names.Contains("read_only") && names.Contains("title") ? GitHubKind.DeployKey
        : names.Contains("name") && names.Contains("created_at") && names.Contains("updated_at") && (names.Contains("repository") || names.Contains("organization") || names.Contains("selected_repositories_url")) && !names.Contains("id")
            ? GitHubKind.Secret : GitHubKind.Unknown;

    /// <summary>Of each installation the place of what tells of it last; events before it are history.</summary>
    private static Dictionary<string, (DateTimeOffset At, int Rank, string Place)> Latest(ImportFile file, Dictionary<ImportDocument, int> held)
    {
        var latest = new Dictionary<string, (DateTimeOffset At, int Rank, string Place)>(StringComparer.Ordinal);
        foreach (var record in JsonRecords.Of(file, Layout))
        {
            if (record.Collection is not null && record.Document is { } document)
                held[document] = held.GetValueOrDefault(document) + 1;
            try
            {
                var kind = record.Problem is null ? KindOf(record) : GitHubKind.Unknown;
                if (kind is not (GitHubKind.Event or GitHubKind.Installation))
                    continue;
                var installation = kind == GitHubKind.Event ? record.Element.Inner("installation") : record.Element;
                if (installation.Id("id") is not { } id)
                    continue;
                var next = (installation.Moment("updated_at") ?? DateTimeOffset.MinValue, Rank(record.Element.Text("action")), record.Place);
                if (!latest.TryGetValue(id, out var known) || (next.Item1, next.Item2).CompareTo((known.At, known.Rank)) > 0)
                    latest[id] = next;
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return latest;
    }

    private static int Rank(string? action) => action switch { "created" => 0, null => 2, "deleted" => 3, _ => 1 };

    private static ReadItem Item(JsonRecord record, Dictionary<string, (DateTimeOffset At, int Rank, string Place)> latest, ImportFile file)
    {
        var e = record.Element;
        switch (KindOf(record))
        {
            case GitHubKind.Event or GitHubKind.Installation:
                var installation = e.Has("installation") ? e.Inner("installation") : e;
                var id = CsvValues.Required("the installation's id", installation.Id("id"));
                return latest[id].Place == record.Place
                    ? ReadItem.Of(record.Place, GitHubInstallation.Read(id, installation, e.Has("installation") ? e : default, file))
                    : ReadItem.Skipped(record.Place, "earlier events of an installation");
            case GitHubKind.FineGrained:
                return ReadItem.Of(record.Place, GitHubTokens.FineGrained(e, file));
            case GitHubKind.Authorization:
                return ReadItem.Of(record.Place, GitHubTokens.Authorization(e, file));
            case GitHubKind.DeployKey:
                return ReadItem.Of(record.Place, GitHubTokens.DeployKey(e, record.Document, file));
            case GitHubKind.Secret:
                return ReadItem.Of(record.Place, GitHubSecret.Read(e, record.Document, file));
            default:
                return ReadItem.Rejected(record.Place, e.Id("id"), "it is no installation, token, credential authorization, deploy key or secret of GitHub");
        }
    }

    private enum GitHubKind
    {
        Unknown,
        Installation,
        Event,
        FineGrained,
        Authorization,
        DeployKey,
        Secret,
    }
}
