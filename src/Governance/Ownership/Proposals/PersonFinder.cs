using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>A person whom a word may mean.</summary>
/// <param name="Likeness">0 to 1: an address or an id is sure, a name or a login is less so, and less the more people share it.</param>
/// <param name="How">Empty where the word is theirs; else what led to them.</param>
internal sealed record FoundPerson(Guid Id, string Name, Guid? ManagerId, bool Left, double Likeness, string How);

/// <summary>Finds the people whom words mean, all words of a page in one statement each for people and for departments.</summary>
internal sealed class PersonFinder
{
    private readonly Dictionary<string, List<FoundPerson>> byToken;

    private PersonFinder(Dictionary<string, List<FoundPerson>> byToken) => this.byToken = byToken;

    public static async Task<PersonFinder> ForAsync(GovernanceDb db, IEnumerable<string> tokens, CancellationToken ct)
    {
        var words = tokens.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var found = words.ToDictionary(w => w, _ => new List<FoundPerson>(), StringComparer.OrdinalIgnoreCase);
        if (words.Count == 0)
            return new PersonFinder(found);
        var lower = words.ConvertAll(w => w.ToLowerInvariant());
        var upper = words.ConvertAll(w => w.ToUpperInvariant());
        var handles = words.Select(OwnerTokens.Handle).Where(h => h.Length > 2).Distinct(StringComparer.Ordinal).ToList();
#pragma warning disable CA1847, CA1866 // Translated to SQL, which knows no characters.
        var people = await db.People.AsNoTracking()
            .Where(p => lower.Contains(p.Mail!) || words.Contains(p.ExternalId) || lower.Contains(p.ExternalId) || upper.Contains(SqlText.Upper(p.Name))
                || handles.Contains(SqlText.Upper(p.Name.Replace(" ", "").Replace(".", "").Replace("-", "")))
                || handles.Contains(SqlText.Upper((p.Mail!.Contains("@") ? p.Mail.Substring(0, p.Mail.IndexOf("@")) : "").Replace(".", "").Replace("-", "").Replace("_", ""))))
            .Select(p => new { p.Id, p.ExternalId, p.Name, p.Mail, p.ManagerId, Left = p.Status == PersonStatus.Left }).ToListAsync(ct);
#pragma warning restore CA1847, CA1866
        var leaders = await db.People.AsNoTracking()
            .Where(p => p.Status == PersonStatus.Active && p.Department != null && upper.Contains(SqlText.Upper(p.Department))
                && db.People.Any(r => r.ManagerId == p.Id && r.Department == p.Department)
                && !db.People.Any(m => m.Id == p.ManagerId && m.Department == p.Department))
            .Select(p => new { p.Id, p.Name, p.ManagerId, p.Department }).ToListAsync(ct);

        var bySure = people.SelectMany(p => new[] { p.Mail, p.ExternalId }.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Select(k => (Key: k, Person: p))).ToLookup(x => x.Key, x => x.Person, StringComparer.OrdinalIgnoreCase);
        var byName = people.ToLookup(p => p.Name, StringComparer.OrdinalIgnoreCase);
        var byHandle = people.SelectMany(p => new[] { OwnerTokens.Handle(p.Name), p.Mail is null ? "" : OwnerTokens.Handle(p.Mail) }.Distinct(StringComparer.Ordinal).Select(k => (Key: k, Person: p))).ToLookup(x => x.Key, x => x.Person, StringComparer.Ordinal);
        var byDepartment = leaders.ToLookup(l => l.Department!, StringComparer.OrdinalIgnoreCase);
        foreach (var (word, list) in found)
        {
            var (hits, likeness) = bySure[word].Any() ? (bySure[word].ToList(), 1.0) : byName[word].Any() ? (byName[word].ToList(), 0.95) : (byHandle[OwnerTokens.Handle(word)].ToList(), 0.75);
            if (hits.Count is > 0 and <= 3)
                list.AddRange(hits.Select(p => new FoundPerson(p.Id, p.Name, p.ManagerId, p.Left, likeness / hits.Count, hits.Count == 1 ? string.Empty : $"one of {hits.Count} people of that name")));
            else if (byDepartment[word].Take(2).ToList() is [var leader])
                list.Add(new FoundPerson(leader.Id, leader.Name, leader.ManagerId, false, 0.55, $"leads {leader.Department}"));
        }

        return new PersonFinder(found);
    }

    public IReadOnlyList<FoundPerson> Find(string token) => byToken.TryGetValue(token, out var found) ? found : [];
}
