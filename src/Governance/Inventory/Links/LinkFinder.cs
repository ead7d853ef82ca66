using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>
/// Finds links in statements that each touch all of them, for identities that share a key with one that changed. A group of the same is a star around
/// its first, never all pairs. What people decided stays; a link whose evidence is gone is marked, not removed.
/// </summary>
internal sealed class LinkFinder(GovernanceDb db, DateTimeOffset now)
{
    public async Task<int> RunAsync(CancellationToken ct)
    {
        object[] values = [db.Time(now)];
        var found = 0;
        foreach (var (kind, rule, source) in Sources(db))
        {
            found += await db.RunAsync($$"""
                INSERT INTO "IdentityLinks" ("Id","FromId","ToId","Kind","Rule","Evidence","State","FirstSeenAt")
                SELECT {{db.NewId()}}, x."FromId", x."ToId", '{{kind}}', '{{rule}}', x."Evidence", 'Candidate', {0}
                FROM ({{source}}) x
                WHERE NOT EXISTS (SELECT 1 FROM "IdentityLinks" l WHERE l."FromId"=x."FromId" AND l."ToId"=x."ToId" AND l."Kind"='{{kind}}' AND l."Rule"='{{rule}}')
                """, values, ct);
        }

        foreach (var rules in Sources(db).GroupBy(s => (s.Kind, s.Rule)))
        {
            var still = string.Join(" UNION ALL ", rules.Select(r => $"SELECT s.\"FromId\", s.\"ToId\" FROM ({r.Sql}) s"));
            var where = $$"""WHERE "Kind"='{{rules.Key.Kind}}' AND "Rule"='{{rules.Key.Rule}}'""";
            await db.RunAsync($$"""
                UPDATE "IdentityLinks" SET "MissingSince"={0} {{where}} AND "MissingSince" IS NULL
                  AND NOT EXISTS (SELECT 1 FROM ({{still}}) y WHERE y."FromId"="IdentityLinks"."FromId" AND y."ToId"="IdentityLinks"."ToId")
                """, values, ct);
            await db.RunAsync($$"""
                UPDATE "IdentityLinks" SET "MissingSince"=NULL {{where}} AND "MissingSince" IS NOT NULL
                  AND EXISTS (SELECT 1 FROM ({{still}}) y WHERE y."FromId"="IdentityLinks"."FromId" AND y."ToId"="IdentityLinks"."ToId")
                """, values, ct);
        }

        return found;
    }

    private static IEnumerable<(LinkKind Kind, LinkRule Rule, string Sql)> Sources(GovernanceDb db)
    {
        yield return (LinkKind.SameAs, LinkRule.AppId, Same(db, "'AppId'", "Both have the application id "));
        yield return (LinkKind.SameAs, LinkRule.SameName, Same(db, "'Spiffe','AwsArn','GcpAccount','ServiceAccount'", "Both are "));
        yield return (LinkKind.ActsAs, LinkRule.Annotation, Refers(db, "'AppId','GcpAccount','AwsArn'", annotation: true));
        yield return (LinkKind.ActsAs, LinkRule.RoleTrust, Refers(db, "'AwsArn','GcpAccount','Spiffe'", annotation: false));
        yield return (LinkKind.ActsAs, LinkRule.FederatedSubject, Trusts(db));
        yield return (LinkKind.SameAs, LinkRule.Fingerprint, Fingerprints(db));
        yield return (LinkKind.ParentOf, LinkRule.Parent, $$"""
            SELECT p."Id" AS "FromId", c."Id" AS "ToId", MAX({{Text(db, "'Its source names the parent '", "c.\"ParentExternalId\"")}}) AS "Evidence"
            FROM "Identities" c JOIN "Identities" p ON p."SourceId"=c."SourceId" AND p."ExternalId"=c."ParentExternalId"
            WHERE c."ParentExternalId" IS NOT NULL AND p."Id"<>c."Id" GROUP BY p."Id", c."Id"
            """);
        yield return (LinkKind.ParentOf, LinkRule.Parent, $$"""
            SELECT k."IdentityId" AS "FromId", c."Id" AS "ToId", MAX({{Text(db, "'Its source names the parent application '", "c.\"ParentExternalId\"")}}) AS "Evidence"
            FROM "Identities" c JOIN "IdentityKeys" k ON k."Kind"='AppId' AND k."Refers"={{False(db)}} AND k."Value"=c."ParentExternalId"
            JOIN "Identities" p ON p."Id"=k."IdentityId" AND p."SourceId"=c."SourceId"
            WHERE c."ParentExternalId" IS NOT NULL AND p."Id"<>c."Id" AND p."Kind"<>c."Kind" GROUP BY k."IdentityId", c."Id"
            """);
    }

    /// <summary>A star around the first of each group of the same.</summary>
    private static string Same(GovernanceDb db, string kinds, string words) => $$"""
        SELECT a."IdentityId" AS "FromId", b."IdentityId" AS "ToId", MAX({{Text(db, $"'{words}'", "a.\"Value\"")}}) AS "Evidence"
        FROM "IdentityKeys" a JOIN "IdentityKeys" b ON b."Kind"=a."Kind" AND b."Value"=a."Value" AND b."Refers"={{False(db)}} AND b."IdentityId"<>a."IdentityId"
        JOIN "Identities" i ON i."Id"=a."IdentityId" JOIN "Identities" j ON j."Id"=b."IdentityId"
        WHERE a."Kind" IN ({{kinds}}) AND a."Refers"={{False(db)}} AND a."IdentityId"<b."IdentityId" AND (a."Kind"<>'ServiceAccount' OR i."SourceId"=j."SourceId")
          AND NOT EXISTS (SELECT 1 FROM "IdentityKeys" c WHERE c."Kind"=a."Kind" AND c."Value"=a."Value" AND c."Refers"={{False(db)}} AND c."IdentityId"<a."IdentityId")
        GROUP BY a."IdentityId", b."IdentityId"
        """;

    /// <summary>The one that names, to the one that is named. In a cluster an annotation names what the service account may act as; elsewhere a trust names who may act as it.</summary>
    private static string Refers(GovernanceDb db, string kinds, bool annotation) => $$"""
        SELECT {{(annotation ? "r" : "s")}}."IdentityId" AS "FromId", {{(annotation ? "s" : "r")}}."IdentityId" AS "ToId", MAX({{Text(db, "r.\"Place\"", "' names '", "r.\"Value\"")}}) AS "Evidence"
        FROM "IdentityKeys" r JOIN "IdentityKeys" s ON s."Kind"=r."Kind" AND s."Value"=r."Value" AND s."Refers"={{False(db)}} AND s."IdentityId"<>r."IdentityId"
        WHERE r."Kind" IN ({{kinds}}) AND r."Refers"={{True(db)}} AND r."Place" {{(annotation ? "IN" : "NOT IN")}} ('eks.amazonaws.com/role-arn','iam.gke.io/gcp-service-account','azure.workload.identity/client-id')
        GROUP BY r."IdentityId", s."IdentityId"
        """;

    private static string Trusts(GovernanceDb db) => $$"""
        SELECT s."IdentityId" AS "FromId", r."IdentityId" AS "ToId", MAX({{Text(db, "r.\"Place\"", "' trusts '", "r.\"Value\"", "'; that its issuer is this cluster is for a person to say'")}}) AS "Evidence"
        FROM "IdentityKeys" r JOIN "IdentityKeys" s ON s."Kind"=r."Kind" AND s."Value"=r."Value" AND s."Refers"={{False(db)}} AND s."IdentityId"<>r."IdentityId"
        WHERE r."Kind"='ServiceAccount' AND r."Refers"={{True(db)}} GROUP BY s."IdentityId", r."IdentityId"
        """;

    private static string Fingerprints(GovernanceDb db) => $$"""
        SELECT a."IdentityId" AS "FromId", b."IdentityId" AS "ToId", MAX({{Text(db, "'Both hold the secret with the fingerprint '", "SUBSTRING(a.\"Fingerprint\",1,12)")}}) AS "Evidence"
        FROM "Credentials" a JOIN "Credentials" b ON b."Fingerprint"=a."Fingerprint" AND b."IdentityId"<>a."IdentityId" AND b."MissingSince" IS NULL
        WHERE a."Fingerprint" IS NOT NULL AND a."MissingSince" IS NULL AND a."IdentityId"<b."IdentityId"
          AND NOT EXISTS (SELECT 1 FROM "Credentials" c WHERE c."Fingerprint"=a."Fingerprint" AND c."MissingSince" IS NULL AND c."IdentityId"<a."IdentityId")
        GROUP BY a."IdentityId", b."IdentityId"
        """;

    private static string True(GovernanceDb db) => db.True();

    private static string False(GovernanceDb db) => db.Database.IsNpgsql() ? "FALSE" : "0";

    private static string Text(GovernanceDb db, params ReadOnlySpan<string> parts) => string.Join(db.Database.IsSqlServer() ? " + " : " || ", parts.ToArray());
}
