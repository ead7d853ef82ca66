using System.IO.Compression;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// Several files as one import: packed into an archive, since what belongs to one source tells of one another (accounts and their keys, pages of a list),
/// and a whole source is only whole together.
/// </summary>
public static class ImportPack
{
    /// <summary>Packs files one after another; two of one name are told apart by a number.</summary>
    /// <param name="next">The next file, or null at the end; its stream is disposed here.</param>
    public static async Task<int> WriteAsync(Stream archive, Func<CancellationToken, Task<(string Name, Stream Content)?>> next, CancellationToken ct)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await using var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true);
        while (await next(ct) is var (name, content))
        {
            await using (content)
            {
                var unique = name;
                for (var n = 2; !names.Add(unique); n++)
                    unique = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} ({n})");
                await using var entry = await zip.CreateEntry(unique, CompressionLevel.Fastest).OpenAsync(ct);
                await content.CopyToAsync(entry, ct);
            }
        }

        return names.Count;
    }

    /// <summary>
    /// The files of a folder and the folders in it, in an archive among the system's temporary files, readable by this account only, which is gone when the stream is closed.
    /// Symbolic links are not followed, neither to files nor to folders; Git's own folders are left out.
    /// </summary>
    public static async Task<Outcome<Stream>> FolderAsync(string folder, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var archive = new FileStream(Path.Combine(Path.GetTempPath(), $"governance-import-{Path.GetRandomFileName()}.zip"), options);
        var kept = false;
        try
        {
            var root = Path.GetFullPath(folder);
            using var files = Files(root).GetEnumerator();
            var count = await WriteAsync(archive, _ => Task.FromResult<(string, Stream)?>(files.MoveNext() ? (Path.GetRelativePath(root, files.Current).Replace('\\', '/'), File.OpenRead(files.Current)) : null), ct);
            if (count == 0)
                return new Refusal("import.folder-empty", $"The folder {folder} holds no files. Symbolic links in it are not followed.", "file");
            archive.Position = 0;
            kept = true;
            return archive;
        }
        finally
        {
            if (!kept)
                await archive.DisposeAsync();
        }
    }

    private static IEnumerable<string> Files(string root)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        return Directory.EnumerateFiles(root, "*", options).Where(p => !Path.GetRelativePath(root, p).Replace('\\', '/').Split('/').Contains(".git", StringComparer.Ordinal)).Order(StringComparer.Ordinal);
    }
}
