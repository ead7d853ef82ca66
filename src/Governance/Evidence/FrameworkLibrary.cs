using System.Reflection;
using System.Text.Json;
using Governance.Persistence;

namespace Governance.Evidence;

/// <summary>
/// The frameworks that are shipped, and those that an administrator put as files into <c>frameworks</c> of the data directory. One more is one more file and no
/// code; a file with an error is left out, and told with the place of each error.
/// </summary>
public sealed class FrameworkLibrary(DataDirectory data)
{
    private const string Prefix = "Governance.Evidence.Frameworks.";

    private static readonly Lazy<IReadOnlyList<Framework>> Embedded = new(LoadShipped);
    private static readonly Lazy<Crosswalk> Walk = new(() =>
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Governance.Evidence.crosswalk.json")!;
        return JsonSerializer.Deserialize<Crosswalk>(stream, JsonSerializerOptions.Web)!;
    });

    /// <summary>Those of the product.</summary>
    public static IReadOnlyList<Framework> Shipped => Embedded.Value;

    /// <summary>Which controls of other frameworks speak to the same theme.</summary>
    public static Crosswalk Crosswalk => Walk.Value;

    /// <summary>The folder for own frameworks.</summary>
    public string Folder => data.Folder("frameworks");

    /// <summary>Shipped ones first, then own ones by id. Read anew at each call, so that a file put there is seen without a restart.</summary>
    public IReadOnlyList<Framework> All => [.. Shipped, .. Own().Select(o => o.Framework).OfType<Framework>()];

    /// <summary>What is wrong with files of the folder, each with its place.</summary>
    public IReadOnlyList<string> Problems => [.. Own().SelectMany(o => o.Problems)];

    /// <summary>By id, such as <c>nist-csf-2.0</c>; null when there is none.</summary>
    public Framework? Find(string id) => All.FirstOrDefault(f => string.Equals(f.Id, id, StringComparison.OrdinalIgnoreCase));

    private List<(Framework? Framework, IReadOnlyList<string> Problems)> Own()
    {
        var taken = Shipped.Select(f => f.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var read = new List<(Framework?, IReadOnlyList<string>)>();
        foreach (var path in Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal))
        {
            var (framework, problems) = FrameworkFile.Read(File.ReadAllBytes(path), Path.GetFileName(path));
            if (framework is { Id: var id } && !taken.Add(id))
                read.Add((null, [$"{Path.GetFileName(path)}: id: \"{id}\" is taken by another framework"]));
            else
                read.Add((framework is null ? null : framework with { IsOwn = true }, problems));
        }

        return read;
    }

    private static List<Framework> LoadShipped()
    {
        var assembly = Assembly.GetExecutingAssembly();
        string[] first = ["nist-csf-2.0", "nist-ai-rmf-1.0"];
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            var (framework, problems) = FrameworkFile.Read(bytes.ToArray(), name);
            return framework ?? throw new InvalidOperationException(string.Join("; ", problems));
        }).OrderBy(f => Array.IndexOf(first, f.Id) is var place && place < 0 ? int.MaxValue : place).ThenBy(f => f.Id, StringComparer.Ordinal).ToList();
    }
}
