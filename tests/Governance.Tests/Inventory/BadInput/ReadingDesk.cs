using System.Text;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Governance.Tests.Inventory.BadInput;

/// <summary>All readers without a database: bytes in, records and rejections out.</summary>
internal sealed class ReadingDesk : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("governance-reading-").FullName;
    private readonly SecretFilter secrets;
    private readonly ToolCatalogue catalogue;

    public ReadingDesk()
    {
        using var services = new ServiceCollection().AddInventory().BuildServiceProvider();
        secrets = new SecretFilter(new DataDirectory(Options.Create(new GovernanceOptions { DataDirectory = folder })));
        catalogue = new ToolCatalogue();
        Readers = new InventoryReaders(services.GetServices<IInventoryReader>());
    }

    public InventoryReaders Readers { get; }

    /// <summary>Files of tests/data that readers can be given: no standards, no parser's own suite.</summary>
    public static IReadOnlyList<string> Samples { get; } = Directory.GetFiles(Repository.File("tests", "data"), "*", SearchOption.AllDirectories)
        .Where(p => new FileInfo(p).Length > 10 && !p.Contains("json-test-suite", StringComparison.Ordinal) && !p.Contains("standards", StringComparison.Ordinal) && Path.GetExtension(p) is ".json" or ".jsonl" or ".csv" or ".yaml" or ".sarif" or ".ldif")
        .Order(StringComparer.Ordinal).ToList();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public ImportFile Open(byte[] content, bool full = false)
    {
        var path = Path.Combine(folder, "upload");
        File.WriteAllBytes(path, content);
        return ImportFile.Open(path, full, secrets, catalogue);
    }

    public ImportFile Open(string path) => ImportFile.Open(path, false, secrets, catalogue);

    /// <summary>What the reader of that format, or the one that recognises it, makes of the content; a refusal of the whole is an item without a place.</summary>
    public List<ReadItem> Read(byte[] content, string format = InventoryReaders.Auto)
    {
        try
        {
            var plan = Readers.Plan(format, Open(content));
            return plan.IsRefused ? [ReadItem.Rejected("the file", null, plan.Refusal.Message)] : [.. plan.Value.LeftOut, .. plan.Value.Parts.SelectMany(p => p.Reader.Read(p.File))];
        }
        catch (UnreadableFileException e)
        {
            return [ReadItem.Rejected("the file", null, e.Message)];
        }
    }

    public List<ReadItem> Read(string text, string format = InventoryReaders.Auto) => Read(Encoding.UTF8.GetBytes(text), format);
}
