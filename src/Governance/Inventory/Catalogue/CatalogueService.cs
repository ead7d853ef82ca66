using System.Linq.Expressions;
using System.Text.RegularExpressions;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>One of the console's own entries, with the tool and how many identities it marks or suggests.</summary>
public sealed record OwnEntryRow(Guid Id, EvidenceRule Rule, string Value, Guid ToolId, string ToolName, string AddedBy, DateTimeOffset AddedAt, int Identities);

/// <summary>What administrators add to the shipped catalogue. A change is previewed in numbers and applied to the whole inventory at once.</summary>
public sealed class CatalogueService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, ToolCatalogue catalogue)
{
    /// <summary>What an entry may go by.</summary>
    public static readonly IReadOnlyList<EvidenceRule> Rules = [EvidenceRule.AppId, EvidenceRule.Domain, EvidenceRule.Publisher, EvidenceRule.Word, EvidenceRule.KeyPrefix, EvidenceRule.GitHubApp, EvidenceRule.Package];

    public async Task<IReadOnlyList<OwnEntryRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.CatalogueEntries.AsNoTracking().Join(db.Tools, e => e.ToolId, t => t.Id, (e, t) => new { e, t }).OrderBy(x => x.t.Name).ThenBy(x => x.e.Value)
            .Select(x => new OwnEntryRow(x.e.Id, x.e.Rule, x.e.Value, x.e.ToolId, x.t.Name, x.e.AddedBy, x.e.AddedAt,
                db.IdentityEvidence.Count(v => v.Catalogue == "own" && v.Rule == x.e.Rule && v.ToolName == x.t.Name))).ToListAsync(ct);
    }

    /// <summary>What adding the entry would change; nothing is written.</summary>
    public async Task<Outcome<PassCounts>> PreviewAsync(EvidenceRule rule, string value, string toolName, CancellationToken ct)
    {
        if (Check(rule, value, out var clean) is { } wrong)
            return wrong;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var entries = await EntriesAsync(db, ct);
        entries.Insert(0, new CatalogueEntry(rule, clean, toolName.Trim(), null, Autonomy.Unknown, "own"));
        return await new CataloguePass(db, catalogue, clock.Now()).PreviewAsync(Touched(rule, clean), new EntryIndex(entries), ct);
    }

    /// <summary>Adds an entry and applies it to what is there.</summary>
    public async Task<Outcome<PassCounts>> AddAsync(EvidenceRule rule, string value, Guid toolId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        if (Check(rule, value, out var clean) is { } wrong)
            return wrong;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<PassCounts>(async () =>
        {
            var now = clock.Now();
            var tool = await db.Tools.Where(t => t.Id == toolId).Select(t => t.Name).SingleOrDefaultAsync(ct);
            if (tool is null)
                return Outcome<PassCounts>.Refused(new Refusal("tool.unknown", "That tool is no longer there. Load the page again.", "tool"));
            if (await db.CatalogueEntries.Where(e => e.Rule == rule && e.Value == clean).Join(db.Tools, e => e.ToolId, t => t.Id, (e, t) => t.Name).SingleOrDefaultAsync(ct) is { } taken)
                return Outcome<PassCounts>.Refused(new Refusal("catalogue.exists", $"'{clean}' is in the catalogue already, for {taken}. Remove that entry first, or keep it.", "value"));
            var entry = new OwnCatalogueEntry { Id = Ids.New(now), Rule = rule, Value = clean, ToolId = toolId, AddedBy = by.Name, AddedAt = now };
            db.CatalogueEntries.Add(entry);
            await db.SaveChangesAsync(ct);
            var counts = await new CataloguePass(db, catalogue, now).RunAsync(Touched(rule, clean), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CatalogueChanged, Subjects.Tool, toolId, null, new { added = rule, value = clean, tool, counts.Looked, counts.Marked }), ct);
            return Outcome<PassCounts>.From(counts);
        }, ct);
    }

    /// <summary>Takes an entry away; what only it had marked is unmarked.</summary>
    public async Task<Outcome<PassCounts>> RemoveAsync(Guid entryId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<PassCounts>(async () =>
        {
            var now = clock.Now();
            if (await db.CatalogueEntries.SingleOrDefaultAsync(e => e.Id == entryId, ct) is not { } entry)
                return Outcome<PassCounts>.Refused(new Refusal("catalogue.gone", "That entry is no longer there. Load the page again."));
            db.CatalogueEntries.Remove(entry);
            await db.SaveChangesAsync(ct);
            var counts = await new CataloguePass(db, catalogue, now).RunAsync(Touched(entry.Rule, entry.Value), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CatalogueChanged, Subjects.Tool, entry.ToolId, null, new { removed = entry.Rule, value = entry.Value, counts.Looked }), ct);
            return Outcome<PassCounts>.From(counts);
        }, ct);
    }

    /// <summary>What an entry can concern, roughly, as the database can say; the pass then looks closely.</summary>
    internal static Expression<Func<Identity, bool>> Touched(EvidenceRule rule, string value)
    {
        var upper = value.ToUpperInvariant();
        var first = upper.Split(' ', '-', '_', '.').MaxBy(w => w.Length) ?? upper;
        return rule switch
        {
            EvidenceRule.Publisher => i => SqlText.Upper(i.Publisher) == upper,
            EvidenceRule.Word => i => SqlText.Upper(i.DisplayName).Contains(first) || SqlText.Upper(i.Publisher).Contains(first),
            EvidenceRule.Name => i => SqlText.Upper(i.DisplayName) == upper,
            EvidenceRule.KeyPrefix => i => i.Attributes.Contains(value),
            _ => i => SqlText.Upper(i.Attributes).Contains(upper),
        };
    }

    internal static async Task<List<CatalogueEntry>> EntriesAsync(GovernanceDb db, CancellationToken ct) =>
        await db.CatalogueEntries.AsNoTracking().Join(db.Tools, e => e.ToolId, t => t.Id, (e, t) => new CatalogueEntry(e.Rule, e.Value, t.Name, t.Vendor, t.Autonomy, "own")).ToListAsync(ct);

    private static Refusal? Check(EvidenceRule rule, string value, out string clean)
    {
        clean = StorableText.Clean(value.Trim());
        if (rule != EvidenceRule.KeyPrefix)
            clean = clean.ToLowerInvariant();
        if (!Rules.Contains(rule))
            return new Refusal("catalogue.rule", "Choose what the entry goes by.", "rule");
        if (rule == EvidenceRule.Domain)
        {
            if (Uri.TryCreate(clean, UriKind.Absolute, out var uri) && uri.Host.Length > 0)
                clean = uri.Host;
            clean = clean.StartsWith("*.", StringComparison.Ordinal) ? clean[2..] : clean;
            if (!Regex.IsMatch(clean, @"^[a-z0-9-]+(\.[a-z0-9-]+)+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
                return new Refusal("catalogue.domain", "Write a domain such as acme.ai, without a path.", "value");
        }

        var least = rule switch { EvidenceRule.AppId => 6, EvidenceRule.KeyPrefix => 4, _ => 3 };
        if (clean.Length < least || clean.Length > 200)
            return new Refusal("catalogue.value", $"Write {least} to 200 characters: what is shorter would match what it doesn't mean.", "value");
        return rule == EvidenceRule.AppId && !IdentityReader.IsGlobalId(value.Trim())
            ? new Refusal("catalogue.app-id", "Write an id that is unique in the world: a GUID, a Google or Okta client id, a Slack app id, or a number of 17 digits or more. A name such as 'admin-cli' is in every installation.", "value") : null;
    }
}
