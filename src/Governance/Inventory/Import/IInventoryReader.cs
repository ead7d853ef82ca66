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

    /// <summary>Whether several records, also of several documents, can tell of one identity: they are then joined by external id (see <see cref="RecordPart"/>).</summary>
    bool Joins => false;

    /// <summary>Whether it takes what no other reader knows, because its objects can't be told by a beginning: asked last, whatever the order of registration.</summary>
    bool LastResort => false;

    /// <summary>Whether the document is of this format, by its beginning. Its name plays no part.</summary>
    bool Recognises(FileHead head);

    /// <summary>The records of all documents, in order. A reader may go through the documents twice, to look up in the first what the second refers to.</summary>
    /// <exception cref="UnreadableFileException">The file as a whole can't be read on.</exception>
    IEnumerable<ReadItem> Read(ImportFile file);
}
