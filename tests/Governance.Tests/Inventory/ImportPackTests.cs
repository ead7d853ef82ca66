using System.IO.Compression;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Inventory;

public sealed class ImportPackTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("governance-pack-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_folder_goes_in_with_the_places_of_its_files_and_links_are_not_followed()
    {
        var outside = Directory.CreateDirectory(Path.Combine(folder, "outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "secret.json"), "{}");
        var root = Directory.CreateDirectory(Path.Combine(folder, "exports")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "laptop", ".cursor"));
        Directory.CreateDirectory(Path.Combine(root, ".git"));
        await File.WriteAllTextAsync(Path.Combine(root, ".git", "config"), "x");
        await File.WriteAllTextAsync(Path.Combine(root, "laptop", ".cursor", "mcp.json"), """{"mcpServers":{"a":{"command":"x"}}}""");
        await File.WriteAllTextAsync(Path.Combine(root, ".mcp.json"), """{"mcpServers":{"b":{"command":"y"}}}""");
        File.CreateSymbolicLink(Path.Combine(root, "link.json"), Path.Combine(outside, "secret.json"));
        Directory.CreateSymbolicLink(Path.Combine(root, "linked"), outside);
        string archive;
        await using (var packed = (await ImportPack.FolderAsync(root, CancellationToken.None)).OrThrow())
        {
            archive = ((FileStream)packed).Name;
            using (var zip = new ZipArchive(packed, ZipArchiveMode.Read, leaveOpen: true))
                zip.Entries.Select(e => e.FullName).ShouldBe([".mcp.json", "laptop/.cursor/mcp.json"]);
            if (!OperatingSystem.IsWindows())
                File.GetUnixFileMode(archive).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            packed.Position = 0;
            await using var test = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
            var run = await test.Get<ImportService>().QueueAsync(new ImportRequest("exports", "Laptops", "auto", false), packed, Importing.Admin, CancellationToken.None);
            (await test.Get<ImportService>().RunAsync(run.OrThrow(), Importing.Admin, CancellationToken.None)).Created.ShouldBe(2);
        }

        File.Exists(archive).ShouldBeFalse();
    }

    [Fact]
    public async Task An_empty_folder_is_refused() => (await ImportPack.FolderAsync(folder, CancellationToken.None)).Refusal!.Code.ShouldBe("import.folder-empty");
}
