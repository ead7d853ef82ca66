using System.Globalization;
using Governance.Common;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Something that its manager should mend before reviewers are asked, with where.</summary>
/// <param name="Serious">Whether part of the campaign can't be answered as it is.</param>
public sealed record CampaignProblem(string Code, bool Serious, int Count, string Text, string? Link, string? LinkText);

/// <summary>What stands in the way of good answers, before and while a campaign runs.</summary>
public sealed class CampaignProblems(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock)
{
    /// <summary>From so many items on, one person is hardly going to read each.</summary>
    public const int ManyItems = 100;

    public async Task<IReadOnlyList<CampaignProblem>> ForAsync(Guid campaignId, CancellationToken ct)
    {
        var now = clock.Now();
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == campaignId, ct) is not { } campaign)
            return [];
        var items = db.ReviewItems.AsNoTracking().Where(i => i.CampaignId == campaignId && i.Verdict == null);
        var tasks = db.ReviewTasks.AsNoTracking().Where(t => t.CampaignId == campaignId && t.StageNumber == campaign.StageNumber && t.State == TaskState.Asked && t.Verdict == null);
        var problems = new List<CampaignProblem>();

        var nobody = await items.CountAsync(i => i.ReviewerId == null, ct);
        Add("no-reviewer", true, nobody, $"{N(nobody, "item")} without a reviewer: nobody may be asked about {It(nobody)}.", $"/campaigns/{campaignId:D}#unasked", "Name reviewers");

        var left = await tasks.Where(t => db.People.Any(p => p.Id == t.ReviewerId && p.Status == PersonStatus.Left)).Select(t => t.ReviewerId).Distinct().CountAsync(ct);
        Add("reviewer-left", true, left, $"{N(left, "reviewer")} left the company: somebody else has to answer.", $"/campaigns/{campaignId:D}#reviewers", "See reviewers");

        var unreachable = await tasks.Where(t => !db.Accounts.Any(a => a.PersonId == t.ReviewerId) && db.People.Any(p => p.Id == t.ReviewerId && p.Mail == null)).Select(t => t.ReviewerId).Distinct().CountAsync(ct);
        Add("unreachable", true, unreachable, $"{N(unreachable, "reviewer")} with neither a sign-in here nor a mail address: the request would reach nobody.", $"/campaigns/{campaignId:D}#reviewers", "See reviewers");

        var loaded = await tasks.GroupBy(t => t.ReviewerId).Where(g => g.Count() > ManyItems).Select(g => new { g.Key, Items = g.Count() }).OrderByDescending(g => g.Items).Take(50).ToListAsync(ct);
        if (loaded.Count > 0)
        {
            var name = await db.People.Where(p => p.Id == loaded[0].Key).Select(p => p.Name).SingleOrDefaultAsync(ct);
            Add("many-items", false, loaded.Count, string.Create(CultureInfo.InvariantCulture,
                $"{N(loaded.Count, "reviewer")} with more than {ManyItems} items, {name} with {loaded[0].Items:N0}: so many are rarely read. Narrow the scope, or find owners first."), "/owners/work", "Find owners");
        }

        var unowned = await items.CountAsync(i => db.Identities.Any(x => x.Id == i.IdentityId && x.OwnerState != OwnerState.Accepted), ct);
        Add("no-owner", false, unowned, $"{N(unowned, "item")} of identities that nobody answers for: who knows them least decides on them.", "/owners/work", "Find owners");

        var stale = now.AddDays(-7);
        var sources = await db.Sources.AsNoTracking().Where(s => (s.LastFullImportAt == null || s.LastFullImportAt < stale) && db.Identities.Any(x => x.SourceId == s.Id && items.Any(i => i.IdentityId == x.Id)))
            .OrderBy(s => s.Name).Select(s => s.Name).Take(20).ToListAsync(ct);
        Add("stale-source", false, sources.Count, $"{N(sources.Count, "source")} not read in full for a week or more ({string.Join(", ", sources.Take(3))}): reviewers would decide on what was true then.", "/imports", "Import");

        var ordered = await items.CountAsync(i => db.RevocationOrders.Any(o => o.IdentityId == i.IdentityId && o.EndedAt == null), ct);
        Add("being-revoked", false, ordered, $"{N(ordered, "item")} of identities that are being revoked already.", "/revocations", "See revocations");

        return problems;

        void Add(string code, bool serious, int count, string text, string link, string linkText)
        {
            if (count > 0)
                problems.Add(new CampaignProblem(code, serious, count, text, link, linkText));
        }
    }

    private static string N(int count, string one) => count.ToString("N0", CultureInfo.InvariantCulture) + " " + one + (count == 1 ? string.Empty : "s");

    private static string It(int count) => count == 1 ? "it" : "them";
}
