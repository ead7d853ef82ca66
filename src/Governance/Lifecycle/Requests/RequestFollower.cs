using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Lifecycle;

/// <summary>
/// Finds in each import what was approved: by its id, or by a name that is there once; either way it is new in the source since it was asked for, so that nobody changes by a request what was there before. It gets the request's purpose, tool and end date, and the
/// owner is asked to accept; with that it becomes Active as any other.
/// </summary>
public sealed class RequestFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, OwnershipService ownership, AuditLog audit) : AuditFollower(contexts, clock)
{
    private const int MostPerImport = 200;

    protected override string Name => "lifecycle.requests";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.ImportCompleted, AuditActions.RequestApproved];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        var job = Actor.Job("requests");
        var waiting = await db.IdentityRequests.Where(r => r.State == RequestState.Approved && db.Identities.Any(i => i.SourceId == r.SourceId && i.FirstSeenAt >= r.RequestedAt && (i.ExternalId == r.ExternalId || (r.ExternalId == null && i.DisplayName == r.Name))))
            .OrderBy(r => r.RequestedAt).Take(MostPerImport).ToListAsync(ct);
        foreach (var request in waiting)
        {
            var named = db.Identities.Where(i => i.SourceId == request.SourceId && i.MissingSince == null && i.FirstSeenAt >= request.RequestedAt && !db.IdentityRequests.Any(r => r.IdentityId == i.Id));
            var found = request.ExternalId is { } externalId
                ? await named.Where(i => i.ExternalId == externalId).Select(i => i.Id).Take(2).ToListAsync(ct)
                : await named.Where(i => i.DisplayName == request.Name).Select(i => i.Id).Take(2).ToListAsync(ct);
            // Two of the name: only a person can say which is meant.
            if (found.Count != 1)
                continue;
            var id = found[0];
            (request.IdentityId, request.SeenAt, request.State, request.Version) = (id, now, RequestState.Seen, Ids.New(now));
            await db.SaveChangesAsync(ct);
            await db.Identities.Where(i => i.Id == id).ExecuteUpdateAsync(
                u => u.SetProperty(i => i.Purpose, i => i.Purpose ?? request.Purpose).SetProperty(i => i.EndDecidedBy, i => i.ExpiresAt == null ? request.RequestedBy : i.EndDecidedBy).SetProperty(i => i.ExpiresAt, i => i.ExpiresAt ?? request.EndsAt).SetProperty(i => i.CreatorId, i => i.CreatorId ?? request.RequesterId)
                    .SetProperty(i => i.ToolId, i => i.ToolId ?? request.ToolId).SetProperty(i => i.ToolEvidence, i => i.ToolId == null && request.ToolId != null ? "Requested by " + request.RequestedBy : i.ToolEvidence), ct);
            if (await db.Identities.AnyAsync(i => i.Id == id && i.OwnerState == OwnerState.None, ct))
                await ownership.AssignInAsync(db, [id], new Nomination(request.OwnerId, $"You were named as its owner when {request.RequestedBy} asked for it."), job, arranges: false, now, ct);
            await audit.AppendAsync(db, job, now, new AuditDraft(AuditActions.RequestSeen, Subjects.Request, request.Id, null, new { request.Name, identityId = id }), ct);
        }
    }
}
