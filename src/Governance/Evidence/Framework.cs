using System.Reflection;
using System.Text.Json;

namespace Governance.Evidence;

/// <summary>A framework as data: its official identifiers and statements, and the metrics that speak to each.</summary>
public sealed record Framework(string Id, string Title, string Source, IReadOnlyList<Subcategory> Subcategories);

/// <summary>One statement of a framework. Without metrics it is printed as not evidenced by this system.</summary>
public sealed record Subcategory(string Id, string Category, string Statement, IReadOnlyList<string> Metrics);

/// <summary>The frameworks shipped with the product. One more is one more file.</summary>
public static class FrameworkCatalogue
{
    private const string Prefix = "Governance.Evidence.Frameworks.";

    private static readonly Lazy<IReadOnlyList<Framework>> Shipped = new(Load);

    public static IReadOnlyList<Framework> All => Shipped.Value;

    /// <summary>By id, such as <c>nist-csf-2.0</c>; null when there is none.</summary>
    public static Framework? Find(string id) => All.FirstOrDefault(f => string.Equals(f.Id, id, StringComparison.OrdinalIgnoreCase));

    private static List<Framework> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            return JsonSerializer.Deserialize<Framework>(stream, JsonSerializerOptions.Web) ?? throw new InvalidOperationException($"{name} is empty");
        }).ToList();
    }
}
