using System.Security.Cryptography;
using System.Text;
using Governance.Inventory;
using Governance.Lifecycle;
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
    public const string OwnerCreatedIt = "accepted owner created it: fallback";
    public const string FallbackCreatedIt = "nobody may review it: the fallback reviewer created it. Hand it to someone else.";
}

/// <summary>One item to be, as the database computes it at launch.</summary>
internal sealed record LaunchRow
{
    public Guid IdentityId { get; init; }

    public Guid? ReviewerId { get; init; }

    public required string ReviewerReason { get; init; }

    public required string ShownHash { get; init; }

    public int ShownRisk { get; init; }
}

/// <summary>Who is asked about what. Launch and preview use the same query, so that what was promised is what is launched.</summary>
internal static class LaunchPopulation
{
    /// <summary>
    /// The identities that can be reviewed: in scope, seen in their source, not gone. Requested ones hold nothing yet; missing ones are left out unless the scope asks for them.
    /// </summary>
    public static IQueryable<Identity> Eligible(GovernanceDb db, IdentityFilter scope, DateTimeOffset now)
    {
        var rows = db.Identities.AsNoTracking().Matching(db, scope, now)
            .Where(i => i.State != LifecycleState.Decommissioned && i.State != LifecycleState.Requested);
        return scope.Missing is null ? rows.Where(i => i.MissingSince == null) : rows;
    }

    /// <summary>Each identity once, with its reviewer: the accepted owner who still works here, else the fallback; never who created it, where that is blocked.</summary>
    public static IQueryable<LaunchRow> Rows(GovernanceDb db, IdentityFilter scope, Guid fallback, bool blockSelfReview, DateTimeOffset now) =>
        Eligible(db, scope, now)
            .Select(i => new
            {
                i.Id,
                i.ContentHash,
                i.Risk,
                i.OwnerId,
                Accepted = i.OwnerState == OwnerState.Accepted && i.OwnerId != null,
                Works = db.People.Any(p => p.Id == i.OwnerId && p.Status == PersonStatus.Active),
                OwnerCreated = blockSelfReview && i.CreatorId != null && i.CreatorId == i.OwnerId,
                FallbackCreated = blockSelfReview && i.CreatorId == fallback,
            })
            .Select(i => new LaunchRow
            {
                IdentityId = i.Id,
                ReviewerId = i.Accepted && i.Works && !i.OwnerCreated ? i.OwnerId : i.FallbackCreated ? null : fallback,
                ReviewerReason =
                    i.Accepted && i.Works && !i.OwnerCreated ? ReviewerReasons.AcceptedOwner
                    : i.FallbackCreated ? ReviewerReasons.FallbackCreatedIt
                    : !i.Accepted ? ReviewerReasons.NoAcceptedOwner
                    : !i.Works ? ReviewerReasons.OwnerLeft
                    : ReviewerReasons.OwnerCreatedIt,
                ShownHash = i.ContentHash,
                ShownRisk = i.Risk,
            });

    /// <summary>SHA-256, lower-case hex, over the identities' ids: lower-case text, ordinal order, one a line. Anyone can recompute it from the exported population (I-12).</summary>
    public static string Hash(IEnumerable<Guid> identityIds)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var id in identityIds.Select(i => i.ToString("D")).Order(StringComparer.Ordinal))
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
