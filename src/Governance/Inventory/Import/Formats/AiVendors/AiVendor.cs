using System.Text.Json;

namespace Governance.Inventory;

/// <summary>What the lists of AI vendors' administrators have in common.</summary>
internal static class AiVendor
{
    public static readonly JsonLayout Layout = JsonLayout.Of(["data"], "object", "first_id", "last_id", "has_more", "next_page");

    /// <summary>Everything in these lists is behind the vendor's tool by definition.</summary>
    public static ToolMatch Tool(string tool, string vendor) => new(tool, vendor, Autonomy.Unknown, $"Listed by {vendor} itself: every key and account there is for its models", null);

    /// <summary>Names by id, gathered in a first reading: users' mail addresses, projects, workspaces.</summary>
    public static Dictionary<string, string> Names(ImportFile file, Func<JsonElement, string?> name)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in JsonRecords.Of(file, Layout))
        {
            try
            {
                if (record.Problem is null && record.Element.Text("id") is { } id && name(record.Element) is { } text)
                    names.TryAdd(id, text);
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        return names;
    }

    /// <summary>A date, the vendor's word that there is none, or nothing said.</summary>
    public static (DateTimeOffset? At, ExpiryState State) Expiry(JsonElement e, string name) =>
        e.Moment(name) is { } at ? (at, ExpiryState.Known) : (null, e.Has(name) ? ExpiryState.Never : ExpiryState.NotReported);

    /// <summary>A date, the vendor's word that there was none, or nothing said.</summary>
    public static (DateTimeOffset? At, UsageState State) Usage(JsonElement e, string name) =>
        e.Moment(name) is { } at ? (at, UsageState.Used) : (null, e.Has(name) ? UsageState.NeverUsed : UsageState.NotReported);

    public static GrantRecord Role(string role, string resource)
    {
        var rating = Privilege.OfAiVendorRole(role);
        return new GrantRecord(role, resource, GrantPath.Role, rating.Privileged) { Description = rating.Why };
    }
}
