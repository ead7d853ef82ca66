using Governance.Common;

namespace Governance.Inventory;

/// <summary>The formats that can be imported.</summary>
public sealed class InventoryReaders(IEnumerable<IInventoryReader> readers)
{
    /// <summary>Asks for recognition by content.</summary>
    public const string Auto = "auto";

    public IReadOnlyList<IInventoryReader> All { get; } = readers.ToList();

    public IInventoryReader? Find(string format) => All.FirstOrDefault(r => string.Equals(r.Format, format, StringComparison.OrdinalIgnoreCase));

    /// <summary>The reader for the file, or a refusal that names what would have been understood.</summary>
    public Outcome<IInventoryReader> Choose(string format, ImportFile file)
    {
        string head;
        try
        {
            head = file.Head();
        }
        catch (UnreadableFileException e)
        {
            return new Refusal("import.unreadable", e.Message, "file");
        }

        if (string.IsNullOrWhiteSpace(head))
            return new Refusal("import.empty", "The file is empty. Export it again, and look at its size before importing it.", "file");
        if (!string.Equals(format, Auto, StringComparison.OrdinalIgnoreCase))
        {
            return Find(format) is { } named
                ? Outcome<IInventoryReader>.From(named)
                : new Refusal("import.format-unknown", $"There is no format '{format}'. Use {Auto}, or one of: {string.Join(", ", All.Select(r => r.Format))}.", "format");
        }

        return All.FirstOrDefault(r => r.Recognises(head)) is { } found ? Outcome<IInventoryReader>.From(found) : NotRecognised();
    }

    public Refusal NotRecognised() => new("import.not-recognised", $"The file is not recognised: expected one of {string.Join("; ", All.Select(r => r.Description))}.", "file");
}
