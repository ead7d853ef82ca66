using System.Linq.Expressions;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>What a pass did, or would do.</summary>
/// <param name="Looked">Identities that were looked at.</param>
/// <param name="Marked">Get a tool, or another one.</param>
/// <param name="Unmarked">Lose the tool that the catalogue had given.</param>
/// <param name="Suggested">Wait for a person.</param>
public sealed record PassCounts(int Looked, int Marked, int Unmarked, int Suggested);

/// <summary>
/// Looks at identities and writes down the best evidence for each, marks the sure ones, and applies what people decided once for all. Reads in pages by
/// key, and writes in statements that each touch all of them. What a person chose for an identity is never touched, nor a tool that a file named.
/// </summary>
internal sealed class CataloguePass(GovernanceDb db, ToolCatalogue catalogue, DateTimeOffset now)
{
    private const int PageSize = 4000;

    /// <param name="which">Which identities; translated by the database.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<PassCounts> RunAsync(Expression<Func<Identity, bool>> which, CancellationToken ct)
    {
        var own = await OwnRules.ReadAsync(db, ct);
        var counts = new PassCounts(0, 0, 0, 0);
        await ForgetAsync(which, ct);
        var tools = new Dictionary<string, ToolMatch>(StringComparer.Ordinal);
        var decided = new Dictionary<Guid, List<Guid>>();
        await foreach (var page in PagesAsync(which, ct))
        {
            var evidence = new List<IdentityEvidence>();
            var keys = new List<IdentityKey>();
            foreach (var row in page)
            {
                var reading = row.Reading;
                keys.AddRange(reading.Keys);
                if (row.DecidedBy is null && own.Decision(reading.Clues) is { } decision && !row.FromFile)
                {
                    if (!decided.TryGetValue(decision.Id, out var list))
                        decided.Add(decision.Id, list = []);
                    list.Add(row.Id);
                }
                else if (catalogue.Find(reading.Clues, own.Entries) is { } match)
                {
                    evidence.Add(Evidence(row.Id, match));
                    if (match.Strength != EvidenceStrength.Suggestion && row.DecidedBy is null)
                        tools.TryAdd(match.Name, match);
                }
            }

            counts = counts with { Looked = counts.Looked + page.Count };
            await db.InsertManyAsync(keys, ct);
            await db.InsertManyAsync([.. page.SelectMany(r => r.Signs.Signs)], ct);
            await db.InsertManyAsync([.. page.SelectMany(r => r.Signs.Uses)], ct);
            await db.InsertManyAsync(evidence, ct);
        }

        await ToolsAsync(tools.Values, ct);
        var marked = await MarkAsync(which, ct);
        foreach (var (decisionId, ids) in decided)
            await DecideAsync(decisionId, ids, ct);
        var suggested = await PermissionsAsync(which, ct);
        return counts with { Marked = marked, Suggested = suggested };
    }

    /// <summary>What <see cref="RunAsync"/> would do with the entries as given; nothing is written.</summary>
    public async Task<PassCounts> PreviewAsync(Expression<Func<Identity, bool>> which, EntryIndex own, CancellationToken ct)
    {
        var counts = new PassCounts(0, 0, 0, 0);
        await foreach (var page in PagesAsync(which, ct))
        {
            foreach (var row in page)
            {
                var match = row.DecidedBy is null && !row.FromFile ? catalogue.Find(row.Reading.Clues, own) : null;
                var before = row.FromCatalogue ? row.Tool : null;
                var after = match is { Strength: not EvidenceStrength.Suggestion } ? match.Name : null;
                counts = counts with
                {
                    Looked = counts.Looked + 1,
                    Marked = counts.Marked + (after is not null && after != row.Tool ? 1 : 0),
                    Unmarked = counts.Unmarked + (before is not null && after is null && row.DecidedBy is null ? 1 : 0),
                    Suggested = counts.Suggested + (match is { Strength: EvidenceStrength.Suggestion } && !row.HasEvidence ? 1 : 0),
                };
            }
        }

        return counts;
    }

    /// <summary>Makes the tools that are not there yet; those that the catalogue knows how freely they act say so.</summary>
    internal async Task ToolsAsync(IEnumerable<ToolMatch> matches, CancellationToken ct)
    {
        var named = matches.ToList();
        if (named.Count == 0)
            return;
        var names = named.ConvertAll(m => m.Name);
        var known = await db.Tools.Where(t => names.Contains(t.Name)).Select(t => t.Name).ToListAsync(ct);
        db.Tools.AddRange(named.Where(m => !known.Contains(m.Name, StringComparer.Ordinal))
            .Select(m => new Tool { Id = Ids.New(now), Name = m.Name, Vendor = m.Vendor, Autonomy = m.Autonomy, FromCatalogue = true, CreatedAt = now }));
        await db.SaveChangesAsync(ct);
        foreach (var group in named.Where(m => m.Autonomy != Autonomy.Unknown).GroupBy(m => m.Autonomy))
        {
            var these = group.Select(m => m.Name).ToList();
            await db.Tools.Where(t => these.Contains(t.Name) && t.FromCatalogue && t.Autonomy == Autonomy.Unknown).ExecuteUpdateAsync(s => s.SetProperty(t => t.Autonomy, group.Key), ct);
        }
    }

    private async Task ForgetAsync(Expression<Func<Identity, bool>> which, CancellationToken ct)
    {
        await db.Identities.Where(which).Where(i => i.ToolDecidedBy == null && i.ToolId != null)
            .Where(i => db.IdentityEvidence.Any(e => e.IdentityId == i.Id && e.Strength != EvidenceStrength.Suggestion && e.Text == i.ToolEvidence))
            .ExecuteUpdateAsync(s => s.SetProperty(i => i.ToolId, (Guid?)null).SetProperty(i => i.ToolEvidence, (string?)null), ct);
        await db.IdentityEvidence.Where(e => db.Identities.Where(which).Any(i => i.Id == e.IdentityId)).ExecuteDeleteAsync(ct);
        await db.IdentityKeys.Where(k => db.Identities.Where(which).Any(i => i.Id == k.IdentityId)).ExecuteDeleteAsync(ct);
        await db.IdentitySigns.Where(s => db.Identities.Where(which).Any(i => i.Id == s.IdentityId)).ExecuteDeleteAsync(ct);
        await db.AccessUses.Where(u => db.Identities.Where(which).Any(i => i.Id == u.IdentityId)).ExecuteDeleteAsync(ct);
    }

    private Task<int> MarkAsync(Expression<Func<Identity, bool>> which, CancellationToken ct) =>
        db.Identities.Where(which).Where(i => i.ToolDecidedBy == null)
            .Where(i => i.ToolId == null || i.ToolEvidence == null || db.IdentityEvidence.Any(e => e.IdentityId == i.Id && (i.ToolEvidence == e.Text || (e.Catalogue == "own" && i.ToolEvidence!.Contains("(catalogue ")))))
            .Where(i => db.IdentityEvidence.Any(e => e.IdentityId == i.Id && e.Strength != EvidenceStrength.Suggestion))
            .ExecuteUpdateAsync(s => s
                .SetProperty(i => i.ToolId, i => db.Tools.Where(t => db.IdentityEvidence.Any(e => e.IdentityId == i.Id && e.ToolName == t.Name)).Select(t => (Guid?)t.Id).FirstOrDefault())
                .SetProperty(i => i.ToolEvidence, i => db.IdentityEvidence.Where(e => e.IdentityId == i.Id).Select(e => e.Text).FirstOrDefault()), ct);

    private async Task DecideAsync(Guid decisionId, List<Guid> ids, CancellationToken ct)
    {
        var decision = await db.ToolDecisions.AsNoTracking().SingleAsync(d => d.Id == decisionId, ct);
        foreach (var some in ids.Chunk(500))
        {
            await TriageApply.SetAsync(db, db.Identities.Where(i => some.Contains(i.Id)), decision, ct);
        }
    }

    /// <summary>Third parties with a permission that only something to do with AI asks for, and of which nothing else is known.</summary>
    private Task<int> PermissionsAsync(Expression<Func<Identity, bool>> which, CancellationToken ct)
    {
        var telling = AiPermissions.Of(db.Entitlements);
        var rows = db.Identities.Where(which)
            .Where(i => i.ToolId == null && i.ToolDecidedBy == null && !db.IdentityEvidence.Any(e => e.IdentityId == i.Id))
            .Where(i => i.Kind == IdentityKind.ServicePrincipal || i.Kind == IdentityKind.Application || i.Kind == IdentityKind.OAuthGrant || i.Kind == IdentityKind.AppInstallation)
            .Where(i => i.Publisher == null || !AiPermissions.FirstParties.Contains(i.Publisher))
            .Join(db.Grants.Where(g => g.MissingSince == null), i => i.Id, g => g.IdentityId, (i, g) => new { i.Id, g.EntitlementId })
            .Join(telling, g => g.EntitlementId, e => e.Id, (g, e) => new { g.Id, e.Name })
            .GroupBy(x => x.Id).Select(x => new { IdentityId = x.Key, Matched = x.Min(y => y.Name)! });
        return db.InsertSelectAsync(db.IdentityEvidence, rows, new
        {
            Rule = EvidenceRule.Permission,
            Strength = EvidenceStrength.Suggestion,
            Catalogue = catalogue.Version,
            Text = "It holds a permission that is about AI: a suggestion, to be confirmed",
            At = now,
        }, now, ct);
    }

    private IdentityEvidence Evidence(Guid id, ToolMatch match) => new()
    {
        IdentityId = id,
        ToolName = match.Name,
        Rule = match.Rule,
        Matched = match.Matched,
        Strength = match.Strength,
        Catalogue = match.Catalogue ?? catalogue.Version,
        Text = match.Evidence,
        At = now,
    };

    private async IAsyncEnumerable<List<Row>> PagesAsync(Expression<Func<Identity, bool>> which, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var last = Guid.Empty;
        while (true)
        {
            var after = last;
            var page = await db.Identities.AsNoTracking().Where(which).Where(i => i.Id.CompareTo(after) > 0).OrderBy(i => i.Id).Take(PageSize)
                .Select(i => new
                {
                    i.Id,
                    i.Kind,
                    i.ExternalId,
                    i.DisplayName,
                    i.Publisher,
                    i.Attributes,
                    i.ToolDecidedBy,
                    i.ToolEvidence,
                    Tool = db.Tools.Where(t => t.Id == i.ToolId).Select(t => t.Name).FirstOrDefault(),
                    System = db.Sources.Where(s => s.Id == i.SourceId).Select(s => s.System).First(),
                    Tenant = db.Sources.Where(s => s.Id == i.SourceId).Select(s => s.Tenant).FirstOrDefault(),
                    Evidence = db.IdentityEvidence.Where(e => e.IdentityId == i.Id).Select(e => e.Text).FirstOrDefault(),
                }).ToListAsync(ct);
            if (page.Count == 0)
                yield break;
            var ids = page.ConvertAll(p => p.Id);
            var (first, end) = (ids[0], ids[^1]);
            var trusts = (await db.Credentials.AsNoTracking().Where(c => c.Kind == CredentialKind.FederatedTrust && c.MissingSince == null && c.IdentityId.CompareTo(first) >= 0 && c.IdentityId.CompareTo(end) <= 0)
                .Select(c => new { c.IdentityId, c.ExternalId, c.DisplayName }).ToListAsync(ct)).ToLookup(c => c.IdentityId);
            yield return page.ConvertAll(p => new Row(
                p.Id, IdentityReader.Read(p.Id, p.System, p.Kind, p.ExternalId, p.DisplayName, p.Publisher, p.Attributes, trusts[p.Id].SelectMany(t => new[] { t.ExternalId, t.DisplayName }).OfType<string>()),
                p.Tool, p.ToolDecidedBy, p.Evidence is not null, FromCatalogue: p.Evidence is not null && p.Evidence == p.ToolEvidence,
                FromFile: p.Tool is not null && p.ToolEvidence?.Contains("(catalogue ", StringComparison.Ordinal) != true,
                SignReader.Read(p.Id, p.System, p.Kind, p.Tenant, p.Attributes)));
            if (page.Count < PageSize)
                yield break;
            last = page[^1].Id;
        }
    }

    private sealed record Row(Guid Id, IdentityReading Reading, string? Tool, string? DecidedBy, bool HasEvidence, bool FromCatalogue, bool FromFile, SignReading Signs);
}
