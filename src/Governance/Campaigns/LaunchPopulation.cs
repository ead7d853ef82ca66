using System.Security.Cryptography;
using System.Text;
using Governance.Inventory;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Campaigns;

/// <summary>Why a reviewer is the reviewer: recorded on each item at launch, for the auditor.</summary>
public static class ReviewerReasons
{
    public const string AcceptedOwner = "accepted owner";
    public const string NoAcceptedOwner = "no accepted owner: fallback";
    public const string OwnerLeft = "accepted owner has left: fallback";
    public const string OwnerCreatedIt = "accepted owner created it or alone uses it: fallback";
    public const string FallbackCreatedIt = "nobody may review it: the fallback reviewer created it or alone uses it. Hand it to someone else.";
    public const string BackupOwner = "backup owner";
    public const string TechnicalOwner = "technical owner";
    public const string ToolOwner = "answers for most identities of the same tool";
    public const string OwnersManager = "manager of its owner";
    public const string Named = "named for this stage";
    public const string StageFallback = "none of the stage's reviewers may: named instead";
    public const string Fallback = "none of the stage's reviewers may: fallback";
    public const string NobodyAskedYet = "nobody asked yet in this stage";

    public const string ManagerOfLeaver = "manager of the reviewer who left";
    public const string AccessGrew = "answered for it before its access grew";

    public static string HasRole(string role) => "has the role " + role;

    public static string RoleFallback(string role) => "none of the stage's reviewers may: has the role " + role;
}

/// <summary>One item to be, as the database computes it at launch.</summary>
internal sealed record LaunchRow
{
    public Guid IdentityId { get; init; }

    public Guid TargetId { get; init; }

    public Guid? ReviewerId { get; init; }

    public required string ReviewerReason { get; init; }

    public required string ShownHash { get; init; }

    public int ShownRisk { get; init; }

    /// <summary>A <see cref="Verdict"/> as it is stored.</summary>
    public string? Recommended { get; init; }

    public bool Sensitive { get; init; }
}

/// <summary>Who is asked about what. Launch and preview use the same query, so that what was promised is what is launched.</summary>
internal static class LaunchPopulation
{
    /// <summary>
    /// Each identity once, with its reviewer: the accepted owner who still works here, else the fallback; never who created it or alone uses it, where that is
    /// blocked. Where the first stage asks others, they are found after the rows are there: see <see cref="StageTasks"/>.
    /// </summary>
    public static IQueryable<LaunchRow> Rows(GovernanceDb db, IdentityFilter scope, RunSettings run, Guid fallback, bool blockSelfReview, DateTimeOffset now) =>
        Rows(db, Scoping.Targets(db, scope, run, now), fallback, blockSelfReview, now);

    /// <summary>The same for targets that are chosen otherwise.</summary>
    public static IQueryable<LaunchRow> Rows(GovernanceDb db, IQueryable<ScopeTarget> targets, Guid fallback, bool blockSelfReview, DateTimeOffset now)
    {
        var (longUnused, unused) = (now - Recommendation.UnusedForRevoke, now - Recommendation.UnusedForReduce);
        return targets
            .Select(t => new
            {
                t.Identity,
                t.TargetId,
                Known = t.Identity.CreatedInSourceAt ?? t.Identity.FirstSeenAt,
                Accepted = t.Identity.OwnerState == OwnerState.Accepted && t.Identity.OwnerId != null,
                Works = db.People.Any(p => p.Id == t.Identity.OwnerId && p.Status == PersonStatus.Active),
                OwnerSelf = blockSelfReview && t.Identity.OwnerId != null
                    && (t.Identity.CreatorId == t.Identity.OwnerId || db.SoleUsers().Any(u => u.IdentityId == t.Identity.Id && u.PersonId == t.Identity.OwnerId)),
                FallbackSelf = blockSelfReview && (t.Identity.CreatorId == fallback || db.SoleUsers().Any(u => u.IdentityId == t.Identity.Id && u.PersonId == fallback)),
                Autonomous = db.Tools.Any(x => x.Id == t.Identity.ToolId && x.Autonomy == Autonomy.Autonomous),
            })
            .Select(i => new LaunchRow
            {
                IdentityId = i.Identity.Id,
                TargetId = i.TargetId,
                ReviewerId = i.Accepted && i.Works && !i.OwnerSelf ? i.Identity.OwnerId : i.FallbackSelf ? null : fallback,
                ReviewerReason =
                    i.Accepted && i.Works && !i.OwnerSelf ? ReviewerReasons.AcceptedOwner
                    : i.FallbackSelf ? ReviewerReasons.FallbackCreatedIt
                    : !i.Accepted ? ReviewerReasons.NoAcceptedOwner
                    : !i.Works ? ReviewerReasons.OwnerLeft
                    : ReviewerReasons.OwnerCreatedIt,
                ShownHash = i.Identity.ContentHash,
                ShownRisk = i.Identity.Risk,
                Recommended =
                    (i.Identity.Usage == UsageState.Used && i.Identity.LastUsedAt < longUnused) || (i.Identity.Usage == UsageState.NeverUsed && i.Known < longUnused) ? nameof(Verdict.Revoke)
                    : i.Identity.Privileged == Common.Reported.Yes
                        && ((i.Identity.Usage == UsageState.Used && i.Identity.LastUsedAt < unused) || (i.Identity.Usage == UsageState.NeverUsed && i.Known < unused)) ? nameof(Verdict.Reduce)
                    : null,
                Sensitive = i.Identity.Privileged == Common.Reported.Yes || i.Autonomous,
            });
    }

    /// <summary>SHA-256, lower-case hex, over the ids of what is asked about: lower-case text, ordinal order, one a line. Anyone can recompute it from the exported population (I-12).</summary>
    public static string Hash(IEnumerable<Guid> targetIds)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var id in targetIds.Select(i => i.ToString("D")).Order(StringComparer.Ordinal))
            hash.AppendData(Encoding.ASCII.GetBytes(id + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes on each item which findings were open at launch, so that the record shows what could be known.</summary>
    public static Task<int> RecordFindingsAsync(GovernanceDb db, Guid campaignId, CancellationToken ct) => db.Database.IsSqlServer()
        ? db.Database.ExecuteSqlAsync(
            $"""UPDATE "ReviewItems" SET "ShownFindings" = (SELECT STRING_AGG(CAST(f."RuleId" AS nvarchar(max)), ',') WITHIN GROUP (ORDER BY f."RuleId") FROM "Findings" f WHERE f."IdentityId" = "ReviewItems"."IdentityId" AND f."State" = 'Open') WHERE "CampaignId" = {campaignId}""",
            ct)
        : db.Database.ExecuteSqlAsync(
            $"""UPDATE "ReviewItems" SET "ShownFindings" = (SELECT string_agg(f."RuleId", ',' ORDER BY f."RuleId") FROM "Findings" f WHERE f."IdentityId" = "ReviewItems"."IdentityId" AND f."State" = 'Open') WHERE "CampaignId" = {campaignId}""",
            ct);
}
