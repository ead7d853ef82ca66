using Governance.Persistence;

namespace Governance.Inventory;

/// <summary>The INSERT … SELECT statements of the merge. Standard SQL but for <see cref="ProviderSql"/>; values are parameters: 0 run, 1 source, 2 now.</summary>
internal static class MergeSql
{
    public static string NewEntitlements(GovernanceDb db) => $$"""
        INSERT INTO "Entitlements" ("Id","SourceId","Key","Name","Resource","Description","Privileged")
        SELECT e."EntitlementId",{1},e."Key",e."Name",e."Resource",e."Description",e."Privileged" FROM "StagedEntitlements" e WHERE e."RunId"={0} AND e."Fresh"={{db.True()}}
        """;

    /// <summary>Grants of an entitlement that was known by its id only become grants of the one that has the name.</summary>
    public const string GrantsNamed = """
        UPDATE "Grants" SET "EntitlementId"=(SELECT DISTINCT s."EntitlementId" FROM "StagedEntitlements" s WHERE s."RunId"={0} AND s."FormerId"="Grants"."EntitlementId")
        WHERE "EntitlementId" IN (SELECT s."FormerId" FROM "StagedEntitlements" s WHERE s."RunId"={0} AND s."FormerId" IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM "Grants" o JOIN "StagedEntitlements" s ON s."EntitlementId"=o."EntitlementId" WHERE s."RunId"={0} AND s."FormerId"="Grants"."EntitlementId" AND o."IdentityId"="Grants"."IdentityId" AND o."Path"="Grants"."Path")
        """;

    /// <summary>Beside one under the name, the other ends.</summary>
    public const string GrantsNamedTwice = """
        UPDATE "Grants" SET "MissingSince"={2} WHERE "MissingSince" IS NULL AND "EntitlementId" IN (SELECT s."FormerId" FROM "StagedEntitlements" s WHERE s."RunId"={0} AND s."FormerId" IS NOT NULL)
        """;

    public const string AliasesMoved = """
        UPDATE "EntitlementAliases" SET "EntitlementId"=(SELECT DISTINCT s."EntitlementId" FROM "StagedEntitlements" s WHERE s."RunId"={0} AND s."NativeKey"="EntitlementAliases"."Key")
        WHERE "SourceId"={1} AND "Key" IN (SELECT s."NativeKey" FROM "StagedEntitlements" s WHERE s."RunId"={0} AND s."NativeKey" IS NOT NULL)
        """;

    public const string NewAliases = """
        INSERT INTO "EntitlementAliases" ("SourceId","Key","EntitlementId")
        SELECT {1},s."NativeKey",s."EntitlementId" FROM "StagedEntitlements" s WHERE s."RunId"={0} AND s."NativeKey" IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM "EntitlementAliases" a WHERE a."SourceId"={1} AND a."Key"=s."NativeKey")
        """;

    /// <summary>The tool is looked up as the row goes in; most have none.</summary>
    public const string NewIdentities = """
        INSERT INTO "Identities" ("Id","SourceId","ExternalId","Kind","DisplayName","Description","Enabled","Environment","Publisher","ParentExternalId","OwnerHint","CreatorHint","Purpose",
          "CreatedInSourceAt","LastUsedAt","Usage","ExpiresAt","Privileged","Attributes","ContentHash","RecordHash","FirstSeenAt","LastSeenAt","LastChangedRunId",
          "ToolId","ToolEvidence","OwnerState","UnownedSince","State","StateSince","Risk","Version")
        SELECT s."IdentityId",{1},s."ExternalId",s."Kind",s."DisplayName",s."Description",s."Enabled",s."Environment",s."Publisher",s."ParentExternalId",s."OwnerHint",s."CreatorHint",s."Purpose",
          s."CreatedInSourceAt",s."LastUsedAt",s."Usage",s."ExpiresAt",s."Privileged",s."Attributes",s."ContentHash",s."RecordHash",{2},{2},{0},
          CASE WHEN s."ToolName" IS NOT NULL THEN (SELECT t."Id" FROM "Tools" t WHERE t."Name"=s."ToolName") END, s."ToolEvidence",
          'None',{2},'Discovered',{2},0,s."Version"
        FROM "StagedIdentities" s WHERE s."RunId"={0} AND s."Outcome"='Created'
        """;

    public static string ReturnedChange(GovernanceDb db) => $$"""
        INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","Before")
        SELECT {{db.NewId()}}, i."Id", {0}, {2}, 'returned', {{db.Day("i.\"MissingSince\"")}}
        FROM "StagedIdentities" s JOIN "Identities" i ON i."Id"=s."IdentityId" WHERE s."RunId"={0} AND s."Outcome"='Changed' AND i."MissingSince" IS NOT NULL
        """;

    public static string MissingChange(GovernanceDb db) => $$"""
        INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","Before")
        SELECT {{db.NewId()}}, i."Id", {0}, {2}, 'missing', i."DisplayName" FROM "Identities" i
        WHERE i."SourceId"={1} AND i."MissingSince" IS NULL AND NOT EXISTS (SELECT 1 FROM "StagedSeen" s WHERE s."RunId"={0} AND s."IdentityId"=i."Id")
          AND NOT EXISTS (SELECT 1 FROM "StagedIdentities" s WHERE s."RunId"={0} AND s."IdentityId"=i."Id")
          AND NOT EXISTS (SELECT 1 FROM "ImportRejects" r WHERE r."RunId"={0} AND r."Key"=i."ExternalId")
        """;

    /// <summary>One row for each changed identity whose value in the column differs.</summary>
    public static string FieldChange(GovernanceDb db, string field, string column, bool day)
    {
        var (before, after) = ($"i.\"{column}\"", $"s.\"{column}\"");
        var (shownBefore, shownAfter) = day ? (db.Day(before), db.Day(after)) : (before, after);
        return $$"""
            INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","Before","After")
            SELECT {{db.NewId()}}, i."Id", {0}, {2}, '{{field}}', {{shownBefore}}, {{shownAfter}}
            FROM "StagedIdentities" s JOIN "Identities" i ON i."Id"=s."IdentityId"
            WHERE s."RunId"={0} AND s."Outcome"='Changed' AND s."ContentHash"<>''
              AND ({{before}}<>{{after}} OR ({{before}} IS NULL AND {{after}} IS NOT NULL) OR ({{before}} IS NOT NULL AND {{after}} IS NULL))
            """;
    }

    public static string CredentialAdded(GovernanceDb db) => $$"""
        INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","After")
        SELECT {{db.NewId()}}, c."IdentityId", {0}, {2}, 'credential', COALESCE(c."DisplayName", c."ExternalId")
        FROM "StagedCredentials" c JOIN "StagedIdentities" s ON s."RunId"={0} AND s."IdentityId"=c."IdentityId" AND s."Outcome"='Changed'
        WHERE c."RunId"={0} AND NOT EXISTS (SELECT 1 FROM "Credentials" o WHERE o."IdentityId"=c."IdentityId" AND o."ExternalId"=c."ExternalId" AND o."MissingSince" IS NULL)
        """;

    public static string CredentialRemoved(GovernanceDb db) => $$"""
        INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","Before")
        SELECT {{db.NewId()}}, o."IdentityId", {0}, {2}, 'credential', COALESCE(o."DisplayName", o."ExternalId")
        FROM "StagedIdentities" s JOIN "Credentials" o ON o."IdentityId"=s."IdentityId" AND o."MissingSince" IS NULL
        WHERE s."RunId"={0} AND s."Outcome"='Changed' AND s."CredentialsComplete"={{db.True()}}
          AND NOT EXISTS (SELECT 1 FROM "StagedCredentials" c WHERE c."RunId"={0} AND c."IdentityId"=s."IdentityId" AND c."ExternalId"=o."ExternalId")
        """;

    private const string CredentialColumns = """
        INSERT INTO "Credentials" ("Id","IdentityId","ExternalId","Kind","DisplayName","CreatedAt","ExpiresAt","Expiry","LastUsedAt","Usage","Enabled","Fingerprint")
        SELECT c."NewId",c."IdentityId",c."ExternalId",c."Kind",c."DisplayName",c."CreatedAt",c."ExpiresAt",c."Expiry",c."LastUsedAt",c."Usage",c."Enabled",c."Fingerprint"
        FROM "StagedCredentials" c
        """;

    public static string FreshCredentials(GovernanceDb db) => $$"""{{CredentialColumns}} WHERE c."RunId"={0} AND c."Fresh"={{db.True()}}""";

    public static string NewCredentials(GovernanceDb db) => $$"""
        {{CredentialColumns}} JOIN "StagedIdentities" s ON s."RunId"={0} AND s."IdentityId"=c."IdentityId" AND s."Outcome"='Changed'
        WHERE c."RunId"={0} AND c."Fresh"<>{{db.True()}} AND NOT EXISTS (SELECT 1 FROM "Credentials" o WHERE o."IdentityId"=c."IdentityId" AND o."ExternalId"=c."ExternalId")
        """;

    public static string GrantAdded(GovernanceDb db) => $$"""
        INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","After")
        SELECT {{db.NewId()}}, g."IdentityId", {0}, {2}, 'grant', e."Name"
        FROM "StagedGrants" g JOIN "StagedIdentities" s ON s."RunId"={0} AND s."IdentityId"=g."IdentityId" AND s."Outcome"='Changed' JOIN "Entitlements" e ON e."Id"=g."EntitlementId"
        WHERE g."RunId"={0} AND NOT EXISTS (SELECT 1 FROM "Grants" o WHERE o."IdentityId"=g."IdentityId" AND o."EntitlementId"=g."EntitlementId" AND o."Path"=g."Path" AND o."MissingSince" IS NULL)
        """;

    public static string GrantRemoved(GovernanceDb db) => $$"""
        INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","Before")
        SELECT {{db.NewId()}}, o."IdentityId", {0}, {2}, 'grant', e."Name"
        FROM "StagedIdentities" s JOIN "Grants" o ON o."IdentityId"=s."IdentityId" AND o."MissingSince" IS NULL JOIN "Entitlements" e ON e."Id"=o."EntitlementId"
        WHERE s."RunId"={0} AND s."Outcome"='Changed' AND o."InheritedFromId" IS NULL AND (s."GrantCoverage"='All' OR s."GrantCoverage"=o."Path" OR (s."GrantCoverage"='DelegatedAndRole' AND o."Path" IN ('Delegated','Role')))
          AND NOT EXISTS (SELECT 1 FROM "StagedGrants" g WHERE g."RunId"={0} AND g."IdentityId"=o."IdentityId" AND g."EntitlementId"=o."EntitlementId" AND g."Path"=o."Path")
        """;

    private const string GrantColumns = """
        INSERT INTO "Grants" ("Id","IdentityId","EntitlementId","Path","Consent","Via","GrantedAt","FirstSeenAt")
        SELECT g."NewId",g."IdentityId",g."EntitlementId",g."Path",g."Consent",g."Via",g."GrantedAt",{2}
        FROM "StagedGrants" g
        """;

    public static string FreshGrants(GovernanceDb db) => $$"""{{GrantColumns}} WHERE g."RunId"={0} AND g."Fresh"={{db.True()}}""";

    public static string NewGrants(GovernanceDb db) => $$"""
        {{GrantColumns}} WHERE g."RunId"={0} AND g."Fresh"<>{{db.True()}} AND NOT EXISTS (SELECT 1 FROM "Grants" o WHERE o."IdentityId"=g."IdentityId" AND o."EntitlementId"=g."EntitlementId" AND o."Path"=g."Path")
        """;

    public static string PrivilegedChange(GovernanceDb db) => $$"""
        INSERT INTO "IdentityChanges" ("Id","IdentityId","RunId","At","Field","Before","After")
        SELECT {{db.NewId()}}, i."Id", {0}, {2}, 'privileged', i."Privileged", x."Now"
        FROM "StagedIdentities" s JOIN "Identities" i ON i."Id"=s."IdentityId"
        JOIN (SELECT z."Id", {{Privilege}} AS "Now" FROM "StagedIdentities" y JOIN "Identities" z ON z."Id"=y."IdentityId" WHERE y."RunId"={0} AND y."Outcome"='Changed') x ON x."Id"=i."Id"
        WHERE s."RunId"={0} AND s."Outcome"='Changed' AND i."Privileged"<>x."Now"
        """;

    public static readonly string PrivilegedUpdate = $$"""
        UPDATE "Identities" SET "Privileged"={{Privilege.Replace("z.\"Id\"", "\"Identities\".\"Id\"", StringComparison.Ordinal)}}
        WHERE "Id" IN (SELECT s."IdentityId" FROM "StagedIdentities" s WHERE s."RunId"={0} AND s."Outcome"='Changed')
        """;

    /// <summary>Yes when any grant is; no when all are known not to be; else not known, as also with no grant reported.</summary>
    public const string Privilege = """
        COALESCE((SELECT CASE WHEN SUM(CASE WHEN e."Privileged"='Yes' THEN 1 ELSE 0 END)>0 THEN 'Yes' WHEN SUM(CASE WHEN e."Privileged"='No' THEN 0 ELSE 1 END)=0 THEN 'No' ELSE 'Unknown' END
          FROM "Grants" q JOIN "Entitlements" e ON e."Id"=q."EntitlementId" WHERE q."IdentityId"=z."Id" AND q."MissingSince" IS NULL), 'Unknown')
        """;
}
