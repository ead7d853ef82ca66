namespace Governance.Inventory;

/// <summary>A stored upload as its documents: one, or the members of a zip archive.</summary>
public sealed class ImportFile
{
    /// <summary>The longest single record or line that is read; a longer one is rejected, so that memory stays bounded.</summary>
    public const int MaximumRecord = 4 * 1024 * 1024;

    private readonly ReadProgress progress;

    private ImportFile(IReadOnlyList<ImportDocument> documents, IReadOnlyList<ReadItem> leftOut, ReadProgress progress)
    {
        Documents = documents;
        LeftOut = leftOut;
        this.progress = progress;
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<ImportDocument> Documents { get; }

    /// <summary>Members of the archive that can't be read as a document, and why.</summary>
    public IReadOnlyList<ReadItem> LeftOut { get; }

    /// <summary>Bytes of the stored file that the last opened reading has consumed.</summary>
    public long BytesRead => progress.Bytes;

    /// <summary>Whether the run claims that the file holds the whole source.</summary>
    public bool Full { get; init; }

    public required SecretFilter Secrets { get; init; }

    public required ToolCatalogue Catalogue { get; init; }

    /// <exception cref="UnreadableFileException">It is an archive that can't be read as a whole.</exception>
    internal static ImportFile Open(string path, bool full, SecretFilter secrets, ToolCatalogue catalogue)
    {
        var progress = new ReadProgress();
        var (documents, leftOut) = Archive.DocumentsOf(path, progress);
        return new ImportFile(documents, leftOut, progress) { Full = full, Secrets = secrets, Catalogue = catalogue };
    }

    /// <summary>The same import, with some of its documents.</summary>
    internal ImportFile With(IReadOnlyList<ImportDocument> documents) => new(documents, [], progress) { Full = Full, Secrets = Secrets, Catalogue = Catalogue };
}

/// <summary>How far the reading of a stored file is.</summary>
internal sealed class ReadProgress
{
    public long Bytes { get; set; }
}
