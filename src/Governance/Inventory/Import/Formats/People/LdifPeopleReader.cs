using System.Globalization;
using System.Text;
using Governance.People;

namespace Governance.Inventory;

/// <summary>
/// LDIF (RFC 2849) as <c>ldapsearch</c> and <c>ldifde</c> write it: entries that are persons, with their manager by name of the entry. Two readings: the first learns which entry has which id.
/// Someone whose account is disabled (Active Directory), locked for good (OpenLDAP, 389) or expired has left.
/// </summary>
public sealed class LdifPeopleReader(TimeProvider clock) : IInventoryReader
{
    private const int DisabledFlag = 2;
    private static readonly string[] Ids = ["employeeid", "employeenumber", "entryuuid", "objectguid", "nsuniqueid", "uid", "samaccountname"];
    private static readonly HashSet<string> PersonClasses = new(StringComparer.OrdinalIgnoreCase) { "person", "inetOrgPerson", "organizationalPerson", "user" };
    private static readonly HashSet<string> OtherClasses = new(StringComparer.OrdinalIgnoreCase) { "computer", "msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount", "simpleSecurityObject", "applicationProcess" };

    public string Format => "ldif-people";

    public string Description => "LDIF of a directory's persons (ldapsearch, ldifde)";

    public ImportSubject Subject => ImportSubject.People;

    public SourceSystem System => SourceSystem.Generic;

    public bool Recognises(FileHead head)
    {
        if (head.IsJson || head.IsYaml)
            return false;
        var first = head.Text.Split('\n').Select(l => l.Trim('\r', ' ', '\uFEFF')).FirstOrDefault(l => l.Length > 0 && l[0] != '#' && !l.StartsWith("version:", StringComparison.OrdinalIgnoreCase));
        return first is not null && (first.StartsWith("dn: ", StringComparison.OrdinalIgnoreCase) || first.StartsWith("dn:: ", StringComparison.OrdinalIgnoreCase));
    }

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in Entries(file).Where(e => IsPerson(e) && IdOf(e) is not null))
            ids.TryAdd(Plain(entry.Name), IdOf(entry)!);
        foreach (var entry in Entries(file))
        {
            if (!IsPerson(entry))
                yield return ReadItem.Skipped(entry.Place, "entries that are no persons");
            else if (IdOf(entry) is not { } id)
                yield return ReadItem.Rejected(entry.Place, null, $"it has none of the attributes {string.Join(", ", Ids)}: nothing tells who it is in the next import");
            else if ((entry["displayname"] ?? entry["cn"]) is { } name)
                yield return new ReadItem(entry.Place, file.Secrets.Clean(id)) { Person = Person(entry, id, name, ids, file.Secrets) };
            else
                yield return ReadItem.Rejected(entry.Place, file.Secrets.Clean(id), "it has neither displayName nor cn");
        }
    }

    private PersonRecord Person(Entry e, string id, string name, Dictionary<string, string> ids, SecretFilter secrets) => new(secrets.Clean(id), secrets.Clean(name))
    {
        Mail = secrets.CleanOrNull(e["mail"] ?? e["userprincipalname"])?.ToLowerInvariant(),
        Title = secrets.CleanOrNull(e["title"]),
        Department = secrets.CleanOrNull(e["department"] ?? e["departmentnumber"] ?? e["ou"]),
        ManagerExternalId = e["manager"] is { } manager ? secrets.CleanOrNull(ids.GetValueOrDefault(Plain(manager))) : null,
        Status = Left(e) ? PersonStatus.Left : PersonStatus.Active,
    };

    private bool Left(Entry e) =>
        (int.TryParse(e["useraccountcontrol"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var control) && (control & DisabledFlag) != 0)
        || string.Equals(e["nsaccountlock"], "true", StringComparison.OrdinalIgnoreCase)
        // Locked by an administrator, for good: draft-behera-ldap-password-policy.
        || e["pwdaccountlockedtime"] == "000001010000Z"
        || (long.TryParse(e["accountexpires"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var ticks) && ticks is > 0 and < 2_650_467_744_000_000_000 && DateTimeOffset.FromFileTime(ticks) <= clock.GetUtcNow())
        || (int.TryParse(e["shadowexpire"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var day) && day > 0 && DateTimeOffset.UnixEpoch.AddDays(day) <= clock.GetUtcNow());

    private static bool IsPerson(Entry e) => e.All("objectclass").Any(PersonClasses.Contains) && !e.All("objectclass").Any(OtherClasses.Contains);

    private static string? IdOf(Entry e) => Ids.Select(n => e[n]).FirstOrDefault(v => !string.IsNullOrWhiteSpace(v));

    /// <summary>Names of entries compare without case, and without spaces after commas.</summary>
    private static string Plain(string name) => string.Join(',', name.Split(',', StringSplitOptions.TrimEntries)).ToUpperInvariant();

    private static IEnumerable<Entry> Entries(ImportFile file)
    {
        foreach (var document in file.Documents)
        {
            using var reader = new StreamReader(document.Open(), Encoding.UTF8);
            var (lines, number, start) = (new List<string>(), 0, 1);
            while (true)
            {
                var line = reader.ReadLine();
                number++;
                if (line is { Length: > 0 })
                {
                    if (lines.Count == 0)
                        start = number;
                    // A line that begins with a space goes on with the one before.
                    if (line[0] == ' ' && lines.Count > 0)
                        lines[^1] += line[1..];
                    else
                        lines.Add(line);
                    if (lines.Count > 10_000 || lines[^1].Length > 4_000_000)
                        throw new UnreadableFileException($"The entry at line {start} is larger than an entry can be. Export only the attributes of persons.");
                    continue;
                }

                if (Entry.Of(document.Place($"line {start.ToString(CultureInfo.InvariantCulture)}"), lines) is { } entry)
                    yield return entry;
                lines.Clear();
                if (line is null)
                    break;
            }
        }
    }

    /// <summary>One entry: its name and its attributes, by their names in lower case without options.</summary>
    private sealed class Entry(string place, string name, ILookup<string, string> values)
    {
        public string Place => place;

        public string Name => name;

        public string? this[string attribute] => values[attribute].FirstOrDefault();

        public IEnumerable<string> All(string attribute) => values[attribute];

        /// <summary>Null for comments, the version, and what is no entry.</summary>
        public static Entry? Of(string place, List<string> lines)
        {
            var pairs = lines.Where(l => l[0] != '#').Select(Split).Where(p => p.Name.Length > 0).ToList();
            var name = pairs.Find(p => p.Name == "dn").Value;
            return name is null || pairs.Exists(p => p.Name == "changetype" && p.Value != "add") ? null : new Entry(place, name, pairs.ToLookup(p => p.Name, p => p.Value, StringComparer.Ordinal));
        }

        private static (string Name, string Value) Split(string line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                return (string.Empty, string.Empty);
            var attribute = line[..colon].Split(';')[0].ToLowerInvariant();
            var rest = line[(colon + 1)..];
            // Two colons: base64, which may be bytes (a GUID) and not text. One and "<": a reference, which is never followed.
            if (!rest.StartsWith(':'))
                return rest.StartsWith('<') ? (string.Empty, string.Empty) : (attribute, rest.Trim());
            var buffer = new byte[rest.Length];
            if (!Convert.TryFromBase64String(rest[1..].Trim(), buffer, out var length))
                return (string.Empty, string.Empty);
            return (attribute, attribute == "objectguid" && length == 16 ? new Guid(buffer.AsSpan(0, 16)).ToString("D") : Encoding.UTF8.GetString(buffer, 0, length));
        }
    }
}
