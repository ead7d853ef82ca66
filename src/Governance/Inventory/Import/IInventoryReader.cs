namespace Governance.Inventory;

/// <summary>Reads one format. A stream of records; never the whole file in memory.</summary>
public interface IInventoryReader
{
    /// <summary>Stable name, as <c>--format</c> takes it.</summary>
    string Format { get; }

    /// <summary>For people: what it is and what it is recognised by.</summary>
    string Description { get; }

    ImportSubject Subject { get; }

    SourceSystem System { get; }

    /// <summary>Whether the beginning of the file is of this format. The file's name plays no part.</summary>
    bool Recognises(string head);

    /// <summary>The records in the order of the file.</summary>
    /// <exception cref="UnreadableFileException">The file as a whole can't be read on.</exception>
    IEnumerable<ReadItem> Read(ImportFile file);
}
