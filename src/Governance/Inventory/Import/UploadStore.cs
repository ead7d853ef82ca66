using System.Globalization;
using System.Security.Cryptography;
using Governance.Persistence;

namespace Governance.Inventory;

/// <summary>Where uploads wait to be read: readable by this account only, named by the run and never by the user, removed when the run ends.</summary>
internal sealed class UploadStore(DataDirectory data)
{
    public async Task<(string Name, string Sha256, long Size)> SaveAsync(Guid runId, Stream content, CancellationToken ct)
    {
        var name = runId.ToString("N", CultureInfo.InvariantCulture) + ".upload";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            await using var file = new FileStream(PathOf(name), options);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[128 * 1024];
            long size = 0;
            for (int read; (read = await content.ReadAsync(buffer, ct)) > 0; size += read)
            {
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }

            file.Flush(flushToDisk: true);
            return (name, Convert.ToHexStringLower(hash.GetHashAndReset()), size);
        }
        catch
        {
            Delete(name);
            throw;
        }
    }

    public string PathOf(string name) => Path.Combine(data.Folder("uploads"), name);

    /// <summary>A folder for the run's scratch files; removed when they were used, or at the next start.</summary>
    public string ScratchOf(Guid runId) => Path.Combine(data.Folder("uploads"), runId.ToString("N", CultureInfo.InvariantCulture) + ".scratch");

    public void Delete(string? name)
    {
        if (name is not null)
            File.Delete(PathOf(name));
    }

    /// <summary>Removes what no unfinished run waits for.</summary>
    public void KeepOnly(IReadOnlySet<string> names)
    {
        foreach (var path in Directory.EnumerateDirectories(data.Folder("uploads"), "*.scratch"))
            Directory.Delete(path, recursive: true);
        foreach (var path in Directory.EnumerateFiles(data.Folder("uploads"), "*.upload"))
        {
            if (!names.Contains(Path.GetFileName(path)))
                File.Delete(path);
        }
    }
}
