using System.Collections;
using System.Text.Json;

namespace Governance.Inventory;

/// <summary>One user's token for one client, as the Directory API or GAM's table words it.</summary>
internal readonly record struct GoogleToken(string Place, string? User, string? ClientId, string? Name, IReadOnlyList<string> Scopes, bool Anonymous, bool Native, string? Problem);

/// <summary>Rows of all forms: lists by user, the API's own <c>items</c>, a bare list, or a table.</summary>
internal static class GoogleTokens
{
    private static readonly JsonLayout Layout = new(new ByUser(), new HashSet<string>(StringComparer.Ordinal) { "kind", "etag", "nextPageToken", "user", "userKey" });

    public static IEnumerable<GoogleToken> Of(ImportFile file) => file.Documents.SelectMany(d => d.Head.IsJson ? Json(file.With([d])) : Table(file.With([d])));

    private static IEnumerable<GoogleToken> Json(ImportFile file)
    {
        foreach (var record in JsonRecords.Of(file, Layout))
        {
            GoogleToken token;
            try
            {
                token = record.Problem is { } problem ? Bad(record.Place, problem) : Read(record.Place, record.Collection, record.Element);
            }
            catch (BadValueException e)
            {
                token = Bad(record.Place, e.Message);
            }

            yield return token;
        }
    }

    private static GoogleToken Read(string place, string? list, JsonElement e) => new(
        place, e.Text("userKey", "user", "primaryEmail") ?? (list is null or "items" or "tokens" ? null : list), e.Text("clientId"), e.Text("displayText"),
        e.List("scopes").Where(s => s.ValueKind == JsonValueKind.String).Select(s => s.GetString()!).ToList(), e.IsTrue("anonymous"), e.IsTrue("nativeApp"), null);

    private static IEnumerable<GoogleToken> Table(ImportFile file)
    {
        foreach (var row in CsvTable.Read(file))
        {
            var scopes = row.Except(new HashSet<string>(StringComparer.Ordinal)).Where(c => c.Key == "scopes" || c.Key.StartsWith("scopes.", StringComparison.Ordinal)).SelectMany(c => SecretFilter.Words(c.Value).SelectMany(w => w.Split(',', StringSplitOptions.RemoveEmptyEntries)));
            yield return row.Problem is { } problem ? Bad(row.Place, problem)
                : new GoogleToken(row.Place, row["user"], row["clientid"], row["displaytext"], scopes.Where(s => !s.All(char.IsAsciiDigit)).ToList(), IsTrue(row["anonymous"]), IsTrue(row["nativeapp"]), null);
        }
    }

    private static GoogleToken Bad(string place, string problem) => new(place, null, null, null, [], false, false, problem);

    private static bool IsTrue(string? cell) => string.Equals(cell, "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Every name may be a user's: their lists are the records. Not those of a token's own fields.</summary>
    private sealed class ByUser : IReadOnlySet<string>
    {
        private static readonly HashSet<string> Fields = new(StringComparer.Ordinal) { "kind", "etag", "clientId", "displayText", "scopes", "anonymous", "nativeApp", "userKey", "user", "nextPageToken" };

        public int Count => 1;

        public bool Contains(string item) => !Fields.Contains(item);

        public IEnumerator<string> GetEnumerator() => Enumerable.Empty<string>().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public bool IsProperSubsetOf(IEnumerable<string> other) => throw new NotSupportedException();

        public bool IsProperSupersetOf(IEnumerable<string> other) => throw new NotSupportedException();

        public bool IsSubsetOf(IEnumerable<string> other) => throw new NotSupportedException();

        public bool IsSupersetOf(IEnumerable<string> other) => throw new NotSupportedException();

        public bool Overlaps(IEnumerable<string> other) => throw new NotSupportedException();

        public bool SetEquals(IEnumerable<string> other) => throw new NotSupportedException();
    }
}
