using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.People;

/// <summary>A person in a list.</summary>
/// <param name="MissingSince">Since when a full import no longer names them; that does not mean that they left.</param>
public sealed record PersonRow(
    Guid Id, string ExternalId, string Name, string? Mail, string? Title, string? Department, Guid? ManagerId, string? ManagerName, PersonStatus Status, DateTimeOffset? LeftOn, DateTimeOffset? MissingSince);

/// <summary>What pages show of the directory. People are written by the people import alone.</summary>
public sealed class PeopleQueries(IDbContextFactory<GovernanceDb> contexts)
{
    /// <summary>One page by name.</summary>
    /// <param name="text">Words in name, mail, department or the directory's id; null for all.</param>
    /// <param name="status">Only these; null for all.</param>
    /// <param name="cursor">Where the page before ended; null for the first.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="ct">Cancels the read.</param>
    public async Task<Page<PersonRow>> ListAsync(string? text, PersonStatus? status, string? cursor, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var people = Matching(db, text, status);
        var total = await people.Take(Page<PersonRow>.CountCap).CountAsync(ct);
        if (Guid.TryParse(cursor, out var last) && await db.People.Where(p => p.Id == last).Select(p => p.Name).SingleOrDefaultAsync(ct) is { } name)
        {
#pragma warning disable CA1309, MA0074 // Translated to SQL, where the database's own order is the one that counts.
            people = people.Where(p => string.Compare(p.Name, name) > 0 || (p.Name == name && p.Id > last));
#pragma warning restore CA1309, MA0074
        }

        var rows = await Rows(db, people.OrderBy(p => p.Name).ThenBy(p => p.Id).Take(take + 1)).ToListAsync(ct);
        return new Page<PersonRow>(rows.Take(take).ToList(), rows.Count > take ? rows[take - 1].Id.ToString("D") : null, total);
    }

    /// <summary>One person; null when there is none of that id.</summary>
    public async Task<PersonRow?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Rows(db, db.People.Where(p => p.Id == id)).SingleOrDefaultAsync(ct);
    }

    /// <summary>People who work here and match, for a picker; those who left can't be chosen.</summary>
    public async Task<IReadOnlyList<PersonRow>> SearchAsync(string? text, int take, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await Rows(db, Matching(db, text, PersonStatus.Active).OrderBy(p => p.Name).ThenBy(p => p.Id).Take(take)).ToListAsync(ct);
    }

    private static IQueryable<Person> Matching(GovernanceDb db, string? text, PersonStatus? status)
    {
        var people = db.People.AsNoTracking();
        if (status is { } wanted)
            people = people.Where(p => p.Status == wanted);
        foreach (var word in (text ?? string.Empty).ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(5))
        {
            people = people.Where(p => SqlText.Upper(p.Name).Contains(word) || SqlText.Upper(p.Mail).Contains(word) || SqlText.Upper(p.Department).Contains(word) || SqlText.Upper(p.ExternalId).Contains(word));
        }

        return people;
    }

    private static IQueryable<PersonRow> Rows(GovernanceDb db, IQueryable<Person> people) =>
        from p in people
        join m in db.People on p.ManagerId equals m.Id into managers
        from manager in managers.DefaultIfEmpty()
        orderby p.Name, p.Id
        select new PersonRow(p.Id, p.ExternalId, p.Name, p.Mail, p.Title, p.Department, p.ManagerId, manager == null ? null : manager.Name, p.Status, p.LeftOn, p.MissingSince);
}
