using System.Text.Json;

namespace Governance.Evidence;

/// <summary>One outcome of a framework, word for word, and the metrics that bear on it.</summary>
public sealed record Subcategory(string Id, string Function, string Category, string Statement, IReadOnlyList<string> Metrics);

/// <summary>A framework as data: identifiers and statements are the publisher's own, the choice of metrics is ours.</summary>
public sealed record Framework(string Id, string Title, string Publisher, IReadOnlyList<Subcategory> Subcategories)
{
    /// <summary>NIST Cybersecurity Framework 2.0: what identities bear on.</summary>
    public const string NistCsf = "nist-csf-2.0";

    /// <summary>The framework of that id; null where there is none.</summary>
    public static Framework? Find(string id)
    {
        if (!string.Equals(id, NistCsf, StringComparison.Ordinal))
            return null;
        using var stream = typeof(Framework).Assembly.GetManifestResourceStream("nist-csf-2.0.json")!;
        return JsonSerializer.Deserialize<Framework>(stream, JsonSerializerOptions.Web);
    }
}
