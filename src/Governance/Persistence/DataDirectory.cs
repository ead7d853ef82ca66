using Microsoft.Extensions.Options;

namespace Governance.Persistence;

/// <summary>The folder that holds everything of one installation that isn't in a database server.</summary>
public sealed class DataDirectory
{
    public DataDirectory(IOptions<GovernanceOptions> options)
    {
        var configured = options.Value.DataDirectory;
        Root = Path.GetFullPath(string.IsNullOrWhiteSpace(configured) ? Path.Combine(HomeDirectory(), "data") : configured);
        Directory.CreateDirectory(Root);
    }

    /// <summary>Absolute path.</summary>
    public string Root { get; }

    /// <summary>A folder below it, made when it is missing.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    public string File(string name) => Path.Combine(Root, name);

    /// <summary>The checkout's root when run from one, else the folder of the program: where <c>appsettings.json</c> and <c>data</c> are looked for.</summary>
    public static string HomeDirectory()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Governance.sln")))
                return folder.FullName;
        }

        return AppContext.BaseDirectory;
    }
}
