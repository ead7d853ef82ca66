using System.Globalization;
using System.Text.Json;

namespace Governance.Connectors.PostgreSql;

/// <summary>A role as the inventory names it: <c>oid:name</c> (found again by its oid, whatever its name) or only its name.</summary>
internal sealed record PostgreSqlTarget(uint? Oid, string Name)
{
    public static PostgreSqlTarget Parse(string externalId)
    {
        var colon = externalId.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && uint.TryParse(externalId.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var oid)
            ? new PostgreSqlTarget(oid, externalId[(colon + 1)..])
            : new PostgreSqlTarget(null, externalId);
    }
}

/// <summary>What of a role has to come back with a restore; the oid tells a role of the same name from the one that was seen.</summary>
internal sealed record PostgreSqlPreState(uint Oid, bool CanLogin)
{
    public string ToJson() => JsonSerializer.Serialize(this);

    public static PostgreSqlPreState? Parse(string? json) => json is null ? null : JsonSerializer.Deserialize<PostgreSqlPreState>(json);
}

/// <summary>A role as the server shows it.</summary>
internal sealed record PostgreSqlRole(uint Oid, string Name, bool CanLogin, bool Superuser, bool Self, long Sessions);
