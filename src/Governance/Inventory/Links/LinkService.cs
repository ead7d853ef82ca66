using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>A link of an identity, seen from it.</summary>
/// <param name="OtherId">The other end.</param>
/// <param name="Outgoing">Whether this identity is the first: it acts as the other, or is its parent.</param>
public sealed record LinkRow(
    Guid Id, Guid OtherId, string OtherName, string OtherSource, IdentityKind OtherKind, LinkKind Kind, LinkRule Rule, bool Outgoing, string Evidence, LinkState State, string? DecidedBy, DateTimeOffset? DecidedAt, string? Reason, DateTimeOffset? MissingSince);

/// <summary>A person confirms a link, splits it, or opens it again. Remembered: what was split is not proposed again by any import.</summary>
public sealed class LinkService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    public async Task<IReadOnlyList<LinkRow>> ForAsync(Guid identityId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.IdentityLinks.AsNoTracking().Where(l => l.FromId == identityId || l.ToId == identityId)
            .Join(db.Identities, l => l.FromId == identityId ? l.ToId : l.FromId, i => i.Id, (l, i) => new { l, i }).OrderBy(x => x.l.State).ThenBy(x => x.i.DisplayName).ThenBy(x => x.l.Id).Take(200)
            .Select(x => new LinkRow(x.l.Id, x.i.Id, x.i.DisplayName, db.Sources.Where(s => s.Id == x.i.SourceId).Select(s => s.Name).First(), x.i.Kind, x.l.Kind, x.l.Rule, x.l.FromId == identityId,
                x.l.Evidence, x.l.State, x.l.DecidedBy, x.l.DecidedAt, x.l.Reason, x.l.MissingSince)).ToListAsync(ct);
    }

    /// <param name="linkId">The link.</param>
    /// <param name="state">Confirmed, Split, or Candidate to open it again.</param>
    /// <param name="reason">Needed to split what its source itself says (a parent).</param>
    /// <param name="by">Who.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Outcome<Done>> DecideAsync(Guid linkId, LinkState state, string? reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.IdentityLinks.SingleOrDefaultAsync(l => l.Id == linkId, ct) is not { } link)
                return Outcome<Done>.Refused(new Refusal("link.gone", "That link is no longer there. Load the page again."));
            var why = reason?.Trim() is { Length: > 0 } text ? StorableText.Clean(text.Length > 2000 ? text[..2000] : text) : null;
            if (state == LinkState.Split && link.Kind == LinkKind.ParentOf && why is null)
                return Outcome<Done>.Refused(new Refusal("link.reason", "Its source says so itself, and access is inherited by it: say why it is wrong.", "reason"));
            var before = link.State;
            link.State = state;
            link.DecidedBy = state == LinkState.Candidate ? null : by.Name;
            link.DecidedAt = state == LinkState.Candidate ? null : now;
            link.Reason = why;
            await db.SaveChangesAsync(ct);
            if (link.Kind == LinkKind.ParentOf && (state == LinkState.Split || before == LinkState.Split))
                await new Inheritance(db, Guid.Empty, now).RunAsync(ct);
            await audit.AppendAsync(db, by, now, new[] { link.FromId, link.ToId }.Select(id => new AuditDraft(AuditActions.LinkDecided, Subjects.Identity, id, why, new { link = link.Id, link.Kind, link.Rule, before, after = state })).ToList(), ct);
            return Outcome<Done>.From(Done.Value);
        }, ct);
    }
}
