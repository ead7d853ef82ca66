using System.Globalization;
using System.Text;
using Governance.Common;
using Microsoft.Extensions.Options;

namespace Governance.Persistence;

/// <summary>
/// One process per SQLite file (I-38): a second one would not see the first one's kill switch in time, nor share its caps. Held by an
/// operating-system lock that ends with the process, however it ends. Other databases take several nodes and need none.
/// </summary>
public sealed class InstallationLock(DataDirectory data, IOptions<GovernanceOptions> options) : IDisposable
{
    private FileStream? file;

    /// <summary>Takes the lock, or says who holds it.</summary>
    public Refusal? Take()
    {
        if (options.Value.Database.Provider != DatabaseProvider.Sqlite || file is not null)
            return null;
        var path = data.File("governance.lock");
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return null;
        }
        catch (IOException)
        {
            return new Refusal("database.in-use",
                $"Another process already uses the data folder {data.Root}. Stop it first, or give this one another folder (Governance__DataDirectory). "
                + "For the console and the command line at the same time, use PostgreSQL or SQL Server.");
        }
    }

    public void Dispose() => file?.Dispose();
}
