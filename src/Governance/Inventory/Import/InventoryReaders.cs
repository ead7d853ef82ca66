using Governance.Common;

namespace Governance.Inventory;

/// <summary>Which reader takes which documents of a file.</summary>
/// <param name="Parts">Each reader with its documents.</param>
/// <param name="LeftOut">Documents that no reader takes, and why.</param>
public sealed record ImportPlan(IReadOnlyList<(IInventoryReader Reader, ImportFile File)> Parts, IReadOnlyList<ReadItem> LeftOut)
{
    /// <summary>The formats in it, as a run shows them.</summary>
    public string Format => string.Join(" + ", Parts.Select(p => p.Reader.Format));

    public ImportSubject Subject => Parts[0].Reader.Subject;

    public SourceSystem System => Parts[0].Reader.System;
}

/// <summary>The formats that can be imported.</summary>
public sealed class InventoryReaders(IEnumerable<IInventoryReader> readers)
{
    /// <summary>Asks for recognition by content.</summary>
    public const string Auto = "auto";

    public IReadOnlyList<IInventoryReader> All { get; } = readers.OrderBy(r => r.LastResort).ToList();

    public IInventoryReader? Find(string format) => All.FirstOrDefault(r => string.Equals(r.Format, format, StringComparison.OrdinalIgnoreCase));

    /// <summary>Which reader takes which document, or a refusal that names what would have been understood.</summary>
    public Outcome<ImportPlan> Plan(string format, ImportFile file)
    {
        var auto = string.Equals(format, Auto, StringComparison.OrdinalIgnoreCase);
        var map = format.StartsWith(ColumnMap.Prefix, StringComparison.OrdinalIgnoreCase) ? ColumnMap.Parse(format[ColumnMap.Prefix.Length..]) : (Outcome<ColumnMap>?)null;
        if (map is { IsRefused: true } wrong)
            return wrong.Refusal;
        var named = map is { Value: { } columns } ? new MappedReader(columns) : auto ? null : Find(format);
        if (!auto && named is null)
            return new Refusal("import.format-unknown", $"There is no format '{format}'. Use {Auto}, or one of: {string.Join(", ", All.Select(r => r.Format))}.", "format");
        var chosen = new List<(IInventoryReader Reader, ImportDocument Document)>();
        var leftOut = file.LeftOut.ToList();
        Refusal? first = null;
        foreach (var document in file.Documents)
        {
            var found = Choose(named, document);
            if (!found.IsRefused)
            {
                chosen.Add((found.Value, document));
                continue;
            }

            first ??= found.Refusal;
            leftOut.Add(ReadItem.Rejected(document.Place(string.Empty), null, document.Head.Text.Length == 0 ? "it is empty" : "it is of no format that is read"));
        }

        if (chosen.Count == 0)
            return first!;
        var subject = chosen[0].Reader.Subject;
        leftOut.AddRange(chosen.Where(c => c.Reader.Subject != subject).Select(c => ReadItem.Skipped(c.Document.Place(string.Empty), c.Reader.Subject == ImportSubject.People ? "files of people (import them by themselves)" : "files of identities (import them by themselves)")));
        return new ImportPlan(
            chosen.Where(c => c.Reader.Subject == subject).GroupBy(c => c.Reader, c => c.Document).Select(g => (g.Key, file.With([.. g]))).ToList(), leftOut);
    }

    public Refusal NotRecognised() => new("import.not-recognised", $"The file is not recognised: expected one of {string.Join("; ", All.Select(r => r.Description))}.", "file");

    private Outcome<IInventoryReader> Choose(IInventoryReader? named, ImportDocument document)
    {
        try
        {
            if (string.IsNullOrWhiteSpace(document.Head.Text))
                return new Refusal("import.empty", "The file is empty. Export it again, and look at its size before importing it.", "file");
        }
        catch (UnreadableFileException e)
        {
            return new Refusal("import.unreadable", e.Message, "file");
        }

        return (named ?? All.FirstOrDefault(r => r.Recognises(document.Head))) is { } found ? Outcome<IInventoryReader>.From(found) : NotRecognised();
    }
}
