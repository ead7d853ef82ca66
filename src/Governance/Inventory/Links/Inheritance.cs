using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>What a refresh of inherited access changed.</summary>
public sealed record InheritedCounts(int Added, int Ended);

/// <summary>
/// An assistive feature acts with its parent application's backend identity, so it can do all that the parent can: the parent's own grants stand again at
/// the child, as <see cref="GrantPath.Inherited"/> with where they come from. Only own grants are inherited, through every ancestor, so nothing is counted twice;
/// what the child holds itself is not repeated. All in statements that touch all of them.
/// </summary>
internal sealed class Inheritance(GovernanceDb db, Guid runId, DateTimeOffset now)
{
    /// <summary>Deeper chains are cut; a circle ends by itself, since nobody is twice an ancestor of the same.</summary>
    private const int MostDepth = 8;

    private readonly object[] values = [runId, db.Time(now)];

    public async Task<InheritedCounts> RunAsync(CancellationToken ct)
    {
        await AncestorsAsync(ct);
        await db.RunAsync(Told(After, "After", $$"""{{Wanted}} AND NOT EXISTS (SELECT 1 FROM "Grants" o WHERE o."IdentityId"=a."ChildId" AND o."EntitlementId"=g."EntitlementId" AND o."MissingSince" IS NULL)"""), values, ct);
        var returned = await db.RunAsync($$"""
            UPDATE "Grants" SET "MissingSince"=NULL WHERE "InheritedFromId" IS NOT NULL AND "MissingSince" IS NOT NULL AND {{Still}} AND NOT {{OwnBeside}}
            """, values, ct);
        await db.RunAsync(Told(Before, "Before", $$"""
            "Grants" g JOIN "Entitlements" e ON e."Id"=g."EntitlementId" WHERE g."InheritedFromId" IS NOT NULL AND g."MissingSince" IS NULL AND NOT {{Still.Replace("\"Grants\".", "g.", StringComparison.Ordinal)}}
            """), values, ct);
        var ended = await db.RunAsync($$"""
            UPDATE "Grants" SET "MissingSince"={1} WHERE "InheritedFromId" IS NOT NULL AND "MissingSince" IS NULL AND (NOT {{Still}} OR {{OwnBeside}})
            """, values, ct);
        var added = await db.RunAsync($$"""
            INSERT INTO "Grants" ("Id","IdentityId","EntitlementId","Path","Consent","Via","InheritedFromId","GrantedAt","FirstSeenAt")
            SELECT {{db.NewId()}}, x."ChildId", x."EntitlementId", 'Inherited', NULL, p."DisplayName", p."Id", NULL, {1}
            FROM (SELECT a."ChildId", g."EntitlementId", MIN(a."Depth") AS "Depth" FROM {{Wanted}}
                    AND NOT EXISTS (SELECT 1 FROM "Grants" o WHERE o."IdentityId"=a."ChildId" AND o."EntitlementId"=g."EntitlementId" AND (o."Path"='Inherited' OR o."MissingSince" IS NULL))
                  GROUP BY a."ChildId", g."EntitlementId") x
            JOIN "Identities" p ON p."Id"=(SELECT MIN(b."AncestorId"{{Cast}}) FROM "IdentityAncestors" b JOIN "Grants" h ON h."IdentityId"=b."AncestorId" AND h."EntitlementId"=x."EntitlementId"
                AND h."InheritedFromId" IS NULL AND h."MissingSince" IS NULL WHERE b."ChildId"=x."ChildId" AND b."Depth"=x."Depth"){{Uncast}}
            """, values, ct);
        if (added + returned + ended > 0)
            await PrivilegedAsync(ct);
        return new InheritedCounts(added + returned, ended);
    }

    // PostgreSQL has no MIN of uuid before version 18.
    private string Cast => db.Database.IsNpgsql() ? "::text" : string.Empty;

    private string Uncast => db.Database.IsNpgsql() ? "::uuid" : string.Empty;

    private const string Before = "g.\"IdentityId\"";

    private const string After = "a.\"ChildId\"";

    /// <summary>What children should hold by their ancestors.</summary>
    private const string Wanted = """
        "IdentityAncestors" a JOIN "Grants" g ON g."IdentityId"=a."AncestorId" AND g."InheritedFromId" IS NULL AND g."MissingSince" IS NULL JOIN "Entitlements" e ON e."Id"=g."EntitlementId"
        WHERE 1=1
        """;

    /// <summary>Whether any ancestor still holds it itself.</summary>
    private const string Still = """
        EXISTS (SELECT 1 FROM "IdentityAncestors" a JOIN "Grants" h ON h."IdentityId"=a."AncestorId" AND h."InheritedFromId" IS NULL AND h."MissingSince" IS NULL
          WHERE a."ChildId"="Grants"."IdentityId" AND h."EntitlementId"="Grants"."EntitlementId")
        """;

    /// <summary>Whether the child holds it itself as well.</summary>
    private const string OwnBeside = """
        EXISTS (SELECT 1 FROM "Grants" o WHERE o."IdentityId"="Grants"."IdentityId" AND o."EntitlementId"="Grants"."EntitlementId" AND o."InheritedFromId" IS NULL AND o."MissingSince" IS NULL)
        """;

    private string Told(string identity, string column, string from) => $$"""
        INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","{{column}}")
        SELECT {{db.NewId()}}, x."IdentityId", {0}, {1}, 'grant', x."Name" FROM (SELECT DISTINCT {{identity}} AS "IdentityId", e."Name" FROM {{from}}) x
        """;

    private async Task AncestorsAsync(CancellationToken ct)
    {
        await db.IdentityAncestors.ExecuteDeleteAsync(ct);
        var added = await db.RunAsync("""
            INSERT INTO "IdentityAncestors" ("ChildId","AncestorId","Depth")
            SELECT DISTINCT l."ToId", l."FromId", 1 FROM "IdentityLinks" l JOIN "Identities" p ON p."Id"=l."FromId" AND p."MissingSince" IS NULL
            WHERE l."Kind"='ParentOf' AND l."State"<>'Split' AND l."MissingSince" IS NULL
            """, [], ct);
        for (var depth = 1; depth < MostDepth && added > 0; depth++)
        {
            added = await db.RunAsync("""
                INSERT INTO "IdentityAncestors" ("ChildId","AncestorId","Depth")
                SELECT DISTINCT a."ChildId", b."AncestorId", a."Depth"+1 FROM "IdentityAncestors" a JOIN "IdentityAncestors" b ON b."ChildId"=a."AncestorId" AND b."Depth"=1
                WHERE a."Depth"={0} AND b."AncestorId"<>a."ChildId" AND NOT EXISTS (SELECT 1 FROM "IdentityAncestors" c WHERE c."ChildId"=a."ChildId" AND c."AncestorId"=b."AncestorId")
                """, [depth], ct);
        }
    }

    /// <summary>By the same words as the merge: yes when any is, no when all are known not to be, else unknown.</summary>
    private async Task PrivilegedAsync(CancellationToken ct)
    {
        const string which = """ "Id" IN (SELECT g."IdentityId" FROM "Grants" g WHERE g."InheritedFromId" IS NOT NULL) """;
        await db.RunAsync($$"""
            INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","Before","After")
            SELECT {{db.NewId()}}, x."Id", {0}, {1}, 'privileged', x."Privileged", x."Now"
            FROM (SELECT z."Id", z."Privileged", {{MergeSql.Privilege}} AS "Now" FROM "Identities" z WHERE {{which.Replace("\"Id\" IN", "z.\"Id\" IN", StringComparison.Ordinal)}}) x WHERE x."Privileged"<>x."Now"
            """, values, ct);
        await db.RunAsync($$"""UPDATE "Identities" SET "Privileged"={{MergeSql.Privilege.Replace("z.\"Id\"", "\"Identities\".\"Id\"", StringComparison.Ordinal)}} WHERE {{which}}""", [], ct);
    }
}
