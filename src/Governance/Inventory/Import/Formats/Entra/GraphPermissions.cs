using Governance.Common;

namespace Governance.Inventory;

/// <summary>Microsoft Graph's permissions: names by id, and how much each gives away (tiers 1 to 4 of blackmer/oauth-shadow-ai-audit, MIT).</summary>
internal static class GraphPermissions
{
    private static readonly Lazy<(Dictionary<string, string> NameById, Dictionary<string, (int? Tier, string Text)> ByName)> Table = new(Load);

    /// <summary>The permission's name; the id itself where it isn't one of Graph's.</summary>
    public static string NameOf(string appRoleId) => Table.Value.NameById.GetValueOrDefault(appRoleId, appRoleId);

    /// <summary>What Graph's own list says of a permission; null where it isn't one of Graph's.</summary>
    public static (int? Tier, string Text)? Find(string permission, bool delegated) => Table.Value.ByName.TryGetValue(Key(permission, delegated), out var row) ? row : null;

    /// <summary>As <see cref="Privilege.OfGraphPermission"/> says, with the permission's meaning in plain words.</summary>
    public static (Reported Privileged, string? Description) Rate(string permission, bool delegated) =>
        (Privilege.OfGraphPermission(permission, delegated).Privileged, Find(permission, delegated)?.Text);

    private static string Key(string permission, bool delegated) => (delegated ? "d:" : "a:") + permission;

    private static (Dictionary<string, string>, Dictionary<string, (int? Tier, string Text)>) Load()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rows = new Dictionary<string, (int? Tier, string Text)>(StringComparer.Ordinal);
        using var stream = typeof(GraphPermissions).Assembly.GetManifestResourceStream("Governance.Inventory.graph-permissions.csv")!;
        foreach (var row in CsvTable.Read(stream, "id,type"))
        {
            var name = row["value"];
            if (name is null)
                continue;
            if (row["id"] is { } id)
                names.TryAdd(id, name);
            int? tier = row["tier"] is [var digit] ? digit - '0' : null;
            rows.TryAdd(Key(name, string.Equals(row["type"], "delegated", StringComparison.Ordinal)), (tier, row["description"] ?? name));
        }

        return (names, rows);
    }
}
