using System.Globalization;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// Findings as identities: one per rule and secret (by its keyed fingerprint), of which each finding is a sighting. What tells of all sightings
/// together is gathered in a first reading, so that the order of findings changes nothing. A redacted secret is known by its place only.
/// </summary>
internal static class ScanReport
{
    /// <summary>Sightings that are kept one by one; all are counted.</summary>
    private const int MaximumPlaces = 100;

    /// <summary>So that no field gets longer than is kept.</summary>
    private const int PlacesPerField = 15;

    public static IEnumerable<ReadItem> Read(ImportFile file, Func<ImportFile, IEnumerable<ScanRow>> rows)
    {
        var all = new Dictionary<string, Sightings>(StringComparer.Ordinal);
        foreach (var row in rows(file))
        {
            if (row.Finding is not { } finding)
                continue;
            var key = KeyOf(finding, file.Secrets);
            if (!all.TryGetValue(key, out var one))
                all.Add(key, one = new Sightings());
            one.Add(finding, file);
        }

        foreach (var row in rows(file))
        {
            if (row.Skipped is { } kind)
                yield return ReadItem.Skipped(row.Place, kind);
            else if (row.Finding is { } finding)
                yield return ReadItem.Of(row.Place, Identity(finding, KeyOf(finding, file.Secrets), all, file));
            else
                yield return ReadItem.Rejected(row.Place, null, row.Problem ?? "it is no finding");
        }
    }

    private static string KeyOf(ScanFinding f, SecretFilter secrets) => f.Secret is { } secret
        ? $"{f.Scanner}/{f.Rule}/{secrets.Fingerprint(secret)}"
        : $"{f.Scanner}/{f.Rule}/at/{secrets.Fingerprint(f.OwnKey ?? f.Place)}";

    private static IdentityRecord Identity(ScanFinding f, string key, Dictionary<string, Sightings> all, ImportFile file)
    {
        var one = all[key];
        var attributes = new AttributeFields().Add("rule", f.Rule).Add("scanner", f.Scanner).Add("sightings", one.Count).Add("fingerprint of", f.Secret is null ? "the place: the report redacts the secret" : "the secret");
        if (one.File is { } path)
            attributes.Add("file", path);
        if (one.Repository is { } repository)
            attributes.Add("repository", repository);
        attributes.Add("prefix", one.KeyPrefix);
        foreach (var (part, texts) in one.Places.Chunk(PlacesPerField).Index())
            attributes.Add(string.Create(CultureInfo.InvariantCulture, $"seen at {part + 1:00}"), texts);
        foreach (var (name, value) in one.Extra)
            attributes.Add(name, value);
        return new IdentityRecord
        {
            ExternalId = key,
            DisplayName = Cut(file.Secrets.Clean($"{f.Rule} in {one.File ?? "an unnamed place"}")),
            Kind = IdentityKind.ApiToken,
            Description = string.Create(CultureInfo.InvariantCulture, $"A secret embedded in code or files, found {one.Count} {(one.Count == 1 ? "time" : "times")} by {f.Scanner}.{(one.Verified == Reported.Yes ? " The scanner tried it: it works." : string.Empty)}"),
            Enabled = one.Verified,
            OwnerHint = one.Author,
            Tool = file.Catalogue.Match(new ToolClues(f.Rule.Replace('-', ' ').Replace('_', ' ')) { KeyHints = one.KeyPrefix is { } prefix ? [prefix] : [], Detectors = [f.Rule] }),
            Credentials = [new CredentialRecord("secret", CredentialKind.Token) { DisplayName = one.Title, Enabled = one.Verified, Fingerprint = f.Secret is { } secret ? file.Secrets.Fingerprint(secret) : null }],
            Attributes = attributes.ToJson(file.Secrets),
            Part = RecordPart.Sighting,
        };
    }

    private static string Cut(string name) => name.Length > 300 ? name[..299] + "…" : name;

    /// <summary>What all sightings of one secret say together.</summary>
    private sealed class Sightings
    {
        private readonly SortedSet<string> places = new(StringComparer.Ordinal);
        private DateTimeOffset latest = DateTimeOffset.MinValue;

        public int Count { get; private set; }

        /// <summary>Of the latest commit.</summary>
        public string? Author { get; private set; }

        public string? File { get; private set; }

        public string? Repository { get; private set; }

        public string? Title { get; private set; }

        public Reported Verified { get; private set; }

        public IReadOnlyCollection<string> Places => places;

        public SortedDictionary<string, string> Extra { get; } = new(StringComparer.Ordinal);

        /// <summary>The well-known beginning of the vendor's keys, by which the catalogue knows them; nothing of the secret beyond it.</summary>
        public string? KeyPrefix { get; private set; }

        public void Add(ScanFinding f, ImportFile file)
        {
            Count++;
            if (f.Secret is { } secret && KeyPrefix is null && file.Catalogue.Match(new ToolClues(string.Empty) { KeyHints = [secret] }) is { Rule: EvidenceRule.KeyPrefix } vendor)
                KeyPrefix = vendor.Matched;
            places.Add(Told(f, file.Secrets));
            if (places.Count > MaximumPlaces)
                places.Remove(places.Max!);
            var at = f.At ?? DateTimeOffset.MinValue;
            if (f.Author is { } author && (at > latest || Author is null || (at == latest && string.CompareOrdinal(author, Author) < 0)))
                (latest, Author) = (at, author);
            File = Least(File, f.File ?? f.Repository);
            Repository = Least(Repository, f.Repository);
            Title = Least(Title, f.Description);
            foreach (var (name, value) in f.Extra)
                Extra[name] = Extra.TryGetValue(name, out var known) ? Least(known, value)! : value;
            Verified = f.Verified == Reported.Unknown || Verified == Reported.Yes ? Verified : f.Verified;
        }

        private static string Told(ScanFinding f, SecretFilter secrets)
        {
            // Cut only what is clean: half a secret has no form by which it could be found.
            var place = secrets.Clean(f.Place);
            place = place.Length > 140 ? "…" + place[^139..] : place;
            var rest = secrets.Clean(string.Join(", ", new[] { f.AtText, f.Author, f.Repository }.Where(t => !string.IsNullOrEmpty(t))));
            return rest.Length == 0 ? place : $"{place} ({(rest.Length > 100 ? rest[..100] : rest)})";
        }

        private static string? Least(string? a, string? b) => a is null || (b is not null && string.CompareOrdinal(b, a) < 0) ? b ?? a : a;
    }
}
