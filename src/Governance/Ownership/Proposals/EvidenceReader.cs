using System.Text.Json;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>What is known of an identity whose owner is looked for.</summary>
internal sealed record Ownerless(
    Guid Id, Guid SourceId, string SourceName, SourceSystem System, IdentityKind Kind, string Name, Guid? ToolId, string? OwnerHint, string? CreatorHint, string? ParentExternalId, string Attributes, Guid? AcceptedId);

/// <summary>
/// Gathers every trace that leads from the identities of a page to people, one statement a kind of trace. What the identity's own ownership says is used only
/// where <paramref name="own"/> is true: a measurement must not see the answer.
/// </summary>
/// <param name="db">Read only.</param>
/// <param name="own">Whether its own questions and answers count: who declined, who was suggested, who left.</param>
/// <param name="others">Whether the accepted owners of other identities count.</param>
internal sealed class EvidenceReader(GovernanceDb db, bool own = true, bool others = true)
{
    /// <summary>Whoever a source merely names need never have owned it: their manager is a way to go on, and no more.</summary>
    private const double OnceNamed = 0.4;

    private readonly Dictionary<Guid, List<Evidence>> found = [];

    public async Task<IReadOnlyDictionary<Guid, List<Evidence>>> ReadAsync(IReadOnlyList<Ownerless> page, CancellationToken ct)
    {
        var ids = page.Select(p => p.Id).ToList();
        foreach (var id in ids)
            found[id] = [];
        var fields = page.ToDictionary(p => p.Id, p => EvidenceFields.Of(p.Attributes));
        await WordsAsync(page, fields, await ConsentsAsync(ids, ct), await CodeOwnersAsync(page, fields, ct), ct);
        if (others)
        {
            await ApplicationsAsync(page, ids, ct);
            await NeighboursAsync(page, ct);
            await SameToolAsync(page, ct);
        }

        if (own)
            await OwnStoryAsync(ids, ct);
        return found;
    }

    /// <summary>Everything in which a source names someone in its own words.</summary>
    private async Task WordsAsync(IReadOnlyList<Ownerless> page, Dictionary<Guid, EvidenceFields> fields, ILookup<Guid, string> consents, Dictionary<Guid, CodeOwner> codeOwners, CancellationToken ct)
    {
        var words = new List<(Ownerless Of, EvidenceKind Kind, string Token, string Text)>();
        foreach (var row in page)
        {
            var scan = fields[row.Id].IsScan;
            Add(row, scan ? EvidenceKind.Committer : EvidenceKind.OwnerTag, row.OwnerHint, scan ? "committed the file that the secret is in" : $"is named as owner by {row.SourceName}");
            if (!string.Equals(row.CreatorHint, row.OwnerHint, StringComparison.OrdinalIgnoreCase))
                Add(row, EvidenceKind.Creator, row.CreatorHint, row.Kind == IdentityKind.ApiToken ? "made the key" : $"made it in {row.SourceName}");
            Add(row, EvidenceKind.Namespace, fields[row.Id].NamespaceOwner, "is named by an annotation of its namespace");
            foreach (var consent in consents[row.Id])
                Add(row, EvidenceKind.Consent, consent, "was the last to consent to what it may do");
            if (codeOwners.GetValueOrDefault(row.Id) is { } line)
                Add(row, EvidenceKind.CodeOwners, line.Owners.Replace(' ', ','), $"is named by CODEOWNERS of {line.Repository} for {line.Pattern}");
        }

        var finder = await PersonFinder.ForAsync(db, words.Select(w => w.Token), ct);
        var managers = await ManagersAsync(words.SelectMany(w => finder.Find(w.Token)).Where(p => p.Left && p.ManagerId is not null).Select(p => p.ManagerId!.Value).Distinct().ToList(), ct);
        foreach (var (of, kind, token, text) in words)
        {
            foreach (var person in finder.Find(token))
            {
                var why = person.How.Length == 0 ? $"{person.Name} {text} (“{token}”)." : $"{person.Name} {person.How}; “{token}” {text}.";
                if (!person.Left)
                    found[of.Id].Add(new Evidence(person.Id, kind, Ranking.WeightOf(kind) * person.Likeness, why));
                else if (person.ManagerId is { } manager && managers.TryGetValue(manager, out var name))
                    found[of.Id].Add(new Evidence(manager, EvidenceKind.LeaverManager, Ranking.WeightOf(EvidenceKind.LeaverManager) * person.Likeness * OnceNamed, $"{name} managed {person.Name}, who {text} and has left."));
            }
        }

        void Add(Ownerless of, EvidenceKind kind, string? hint, string text)
        {
            foreach (var token in OwnerTokens.Of(hint))
                words.Add((of, kind, token, text));
        }
    }

    private async Task<Dictionary<Guid, string>> ManagersAsync(List<Guid> ids, CancellationToken ct) => ids.Count == 0 ? []
        : await db.People.Where(p => ids.Contains(p.Id) && p.Status == PersonStatus.Active).ToDictionaryAsync(p => p.Id, p => p.Name, ct);

    private async Task<ILookup<Guid, string>> ConsentsAsync(List<Guid> ids, CancellationToken ct)
    {
        var rows = await db.Grants.AsNoTracking()
            .Where(g => ids.Contains(g.IdentityId) && g.MissingSince == null && g.Consent != null && g.Consent != "AllPrincipals" && g.InheritedFromId == null)
            .GroupBy(g => new { g.IdentityId, g.Consent }).Select(g => new { g.Key.IdentityId, g.Key.Consent, At = g.Max(x => x.GrantedAt) }).ToListAsync(ct);
        // One consent names someone; when a hundred did, nobody is meant.
        return rows.GroupBy(r => r.IdentityId).Where(g => g.Count() <= 3).Select(g => g.OrderByDescending(r => r.At).First()).ToLookup(r => r.IdentityId, r => r.Consent!);
    }

    private async Task<Dictionary<Guid, CodeOwner>> CodeOwnersAsync(IReadOnlyList<Ownerless> page, Dictionary<Guid, EvidenceFields> fields, CancellationToken ct)
    {
        var at = page.Where(p => fields[p.Id].File is not null && fields[p.Id].Repository is not null).ToList();
        var repositories = at.Select(p => fields[p.Id].Repository!).Distinct(StringComparer.Ordinal).ToList();
        if (repositories.Count == 0)
            return [];
        var lines = (await db.CodeOwners.AsNoTracking().Where(c => repositories.Contains(c.Repository)).ToListAsync(ct)).ToLookup(c => c.Repository, StringComparer.Ordinal);
        var owners = new Dictionary<Guid, CodeOwner>();
        foreach (var row in at)
        {
            if (CodeOwnersFile.OwnerOf(lines[fields[row.Id].Repository!], fields[row.Id].File!) is { } line)
                owners[row.Id] = line;
        }

        return owners;
    }

    /// <summary>Accepted owners of the application it belongs to, and of the same workload elsewhere.</summary>
    private async Task ApplicationsAsync(IReadOnlyList<Ownerless> page, List<Guid> ids, CancellationToken ct)
    {
        var owned = Accepted();
        var links = await (
            from l in db.IdentityLinks.AsNoTracking()
            where l.State != LinkState.Split && ((l.Kind == LinkKind.SameAs && (ids.Contains(l.FromId) || ids.Contains(l.ToId))) || (l.Kind == LinkKind.ParentOf && ids.Contains(l.ToId)))
            from other in owned
            where (other.Id == l.FromId && ids.Contains(l.ToId)) || (other.Id == l.ToId && ids.Contains(l.FromId) && l.Kind == LinkKind.SameAs)
            join p in db.People on other.OwnerId equals p.Id
            select new { Identity = other.Id == l.FromId ? l.ToId : l.FromId, l.Kind, l.State, other.DisplayName, PersonId = p.Id, p.Name }).ToListAsync(ct);
        foreach (var link in links)
        {
            var weight = Ranking.WeightOf(EvidenceKind.Application) * (link.State == LinkState.Confirmed ? 1 : 0.85);
            found[link.Identity].Add(new Evidence(link.PersonId, EvidenceKind.Application, weight,
                link.Kind == LinkKind.ParentOf ? $"{link.Name} owns {link.DisplayName}, which it belongs to." : $"{link.Name} owns {link.DisplayName}, the same workload in another place."));
        }

        var parents = page.Where(p => p.ParentExternalId is not null).Select(p => p.ParentExternalId!).Distinct(StringComparer.Ordinal).ToList();
        if (parents.Count == 0)
            return;
        var above = (await owned.Where(i => parents.Contains(i.ExternalId)).Join(db.People, i => i.OwnerId, p => p.Id, (i, p) => new { i.SourceId, i.ExternalId, i.DisplayName, PersonId = p.Id, p.Name }).ToListAsync(ct))
            .ToLookup(x => (x.SourceId, x.ExternalId));
        foreach (var row in page.Where(p => p.ParentExternalId is not null))
        {
            foreach (var parent in above[(row.SourceId, row.ParentExternalId!)])
                found[row.Id].Add(new Evidence(parent.PersonId, EvidenceKind.Application, Ranking.WeightOf(EvidenceKind.Application), $"{parent.Name} owns {parent.DisplayName}, which it belongs to."));
        }
    }

    /// <summary>Who owns the others of a namespace: of names such as <c>ml-prod/indexer</c>, those that begin alike in the same source.</summary>
    private async Task NeighboursAsync(IReadOnlyList<Ownerless> page, CancellationToken ct)
    {
        var spaces = page.Select(p => (Row: p, Space: SpaceOf(p.Name))).Where(p => p.Space is not null).ToList();
        var names = spaces.Select(p => p.Space!).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count == 0)
            return;
        var sources = spaces.Select(p => p.Row.SourceId).Distinct().ToList();
#pragma warning disable CA1847, CA1866 // Translated to SQL, which knows no characters.
        var owners = (await Accepted().Where(i => sources.Contains(i.SourceId) && i.DisplayName.Contains("/") && names.Contains(i.DisplayName.Contains("/") ? i.DisplayName.Substring(0, i.DisplayName.IndexOf("/")) : ""))
            .GroupBy(i => new { i.SourceId, Space = i.DisplayName.Contains("/") ? i.DisplayName.Substring(0, i.DisplayName.IndexOf("/")) : "", i.OwnerId })
            .Select(g => new { g.Key.SourceId, g.Key.Space, OwnerId = g.Key.OwnerId!.Value, Count = g.Count() }).ToListAsync(ct)).ToLookup(o => (o.SourceId, o.Space));
#pragma warning restore CA1847, CA1866
        var people = await NamesAsync(owners.SelectMany(o => o).Select(o => o.OwnerId), ct);
        foreach (var (row, space) in spaces)
            Share(row, owners[(row.SourceId, space!)].Select(o => (o.OwnerId, o.Count)), people, EvidenceKind.Neighbours, $"in the namespace {space}");
    }

    private async Task SameToolAsync(IReadOnlyList<Ownerless> page, CancellationToken ct)
    {
        var tools = page.Where(p => p.ToolId is not null).Select(p => p.ToolId!.Value).Distinct().ToList();
        if (tools.Count == 0)
            return;
        var owners = (await Accepted().Where(i => i.ToolId != null && tools.Contains(i.ToolId.Value)).GroupBy(i => new { i.ToolId, i.SourceId, i.OwnerId })
            .Select(g => new { ToolId = g.Key.ToolId!.Value, g.Key.SourceId, OwnerId = g.Key.OwnerId!.Value, Count = g.Count() }).ToListAsync(ct)).ToLookup(o => o.ToolId);
        var people = await NamesAsync(owners.SelectMany(o => o).Select(o => o.OwnerId), ct);
        foreach (var row in page.Where(p => p.ToolId is not null))
        {
            var here = owners[row.ToolId!.Value].Where(o => o.SourceId == row.SourceId).ToList();
            var of = here.Sum(o => o.Count) > (row.AcceptedId is null ? 0 : 1) ? here : owners[row.ToolId.Value].ToList();
            Share(row, of.GroupBy(o => o.OwnerId).Select(g => (g.Key, g.Sum(o => o.Count))), people, EvidenceKind.SameTool, "of the same tool");
        }
    }

    /// <summary>By the share that each owns of the others; its own owner is left out of the count.</summary>
    private void Share(Ownerless row, IEnumerable<(Guid Owner, int Count)> owners, Dictionary<Guid, string> people, EvidenceKind kind, string where)
    {
        var counts = owners.Select(o => (o.Owner, Count: o.Count - (row.AcceptedId == o.Owner ? 1 : 0))).Where(o => o.Count > 0).OrderByDescending(o => o.Count).ThenBy(o => o.Owner).ToList();
        var total = counts.Sum(o => o.Count);
        foreach (var (owner, count) in counts.Take(3))
        {
            if (people.TryGetValue(owner, out var name))
                found[row.Id].Add(new Evidence(owner, kind, Ranking.WeightOf(kind) * ((double)count / total), $"{name} owns {count} of {total} {where}."));
        }
    }

    /// <summary>What its own questions and answers say.</summary>
    private async Task OwnStoryAsync(List<Guid> ids, CancellationToken ct)
    {
        var story = await (
            from a in db.OwnerAssignments.AsNoTracking()
            where ids.Contains(a.IdentityId)
            join p in db.People on a.PersonId equals p.Id
            select new { a.IdentityId, a.Role, a.State, a.Since, Person = p, a.AnswerReason, a.SuggestedPersonId, a.Reason }).ToListAsync(ct);
        var others = await NamesAsync(story.SelectMany(s => new[] { s.SuggestedPersonId, s.Person.ManagerId }).OfType<Guid>(), ct);
        foreach (var s in story)
        {
            var list = found[s.IdentityId];
            if (s.State == AssignmentState.Declined && s.SuggestedPersonId is { } suggested && others.TryGetValue(suggested, out var name))
                list.Add(new Evidence(suggested, EvidenceKind.Suggestion, Ranking.WeightOf(EvidenceKind.Suggestion), $"{s.Person.Name} was asked and says that it is {name}'s."));
            if (s.Person.Status == PersonStatus.Left && s.State == AssignmentState.Orphaned && s.Role == OwnerRole.Accountable && s.Person.ManagerId is { } manager && others.TryGetValue(manager, out var boss))
                list.Add(new Evidence(manager, EvidenceKind.LeaverManager, Ranking.WeightOf(EvidenceKind.LeaverManager), $"{boss} managed {s.Person.Name}, who owned it and has left."));
            if (s.Person.Status == PersonStatus.Left)
                continue;
            if (s.State == AssignmentState.Claimed)
                list.Add(new Evidence(s.Person.Id, EvidenceKind.Claim, Ranking.WeightOf(EvidenceKind.Claim), $"{s.Person.Name} says that it is theirs{(s.Reason is null ? string.Empty : $": {s.Reason}")}."));
            if (s.State == AssignmentState.Accepted && s.Role == OwnerRole.Backup)
                list.Add(new Evidence(s.Person.Id, EvidenceKind.Backup, Ranking.WeightOf(EvidenceKind.Backup), $"{s.Person.Name} agreed to stand in for its owner."));
        }

        // Nobody is asked the same question twice.
        foreach (var s in story.Where(s => s.Role == OwnerRole.Accountable && s.State is AssignmentState.Declined or AssignmentState.Unanswered))
            found[s.IdentityId].RemoveAll(e => e.PersonId == s.Person.Id && e.Kind != EvidenceKind.Claim);
    }

    private IQueryable<Identity> Accepted() =>
        db.Identities.AsNoTracking().Where(i => i.OwnerState == OwnerState.Accepted && i.OwnerId != null && db.People.Any(p => p.Id == i.OwnerId && p.Status == PersonStatus.Active));

    private async Task<Dictionary<Guid, string>> NamesAsync(IEnumerable<Guid> people, CancellationToken ct)
    {
        var ids = people.Distinct().ToList();
        return ids.Count == 0 ? [] : await db.People.AsNoTracking().Where(p => ids.Contains(p.Id) && p.Status == PersonStatus.Active).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
    }

    private static string? SpaceOf(string name) => name.IndexOf('/', StringComparison.Ordinal) is var at and > 0 ? name[..at] : null;
}

/// <summary>What the other fields of an identity say of places that have owners.</summary>
internal sealed record EvidenceFields(bool IsScan, string? File, string? Repository, string? NamespaceOwner)
{
    private static readonly EvidenceFields Nothing = new(false, null, null, null);

    public static EvidenceFields Of(string attributes)
    {
        if (!attributes.Contains("\"scanner\"", StringComparison.Ordinal) && !attributes.Contains("\"namespaceOwner\"", StringComparison.Ordinal) && !attributes.Contains("\"repository\"", StringComparison.Ordinal))
            return Nothing;
        try
        {
            using var document = JsonDocument.Parse(attributes);
            var root = document.RootElement;
            var repository = Text(root, "repository");
            return new EvidenceFields(Text(root, "scanner") is not null, Text(root, "file"), repository is null ? null : CodeOwnersFile.Repository(repository), Text(root, "namespaceOwner"));
        }
        catch (JsonException)
        {
            return Nothing;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
