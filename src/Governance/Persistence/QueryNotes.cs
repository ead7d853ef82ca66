using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Governance.Persistence;

/// <summary>
/// Notes the text of the queries that run while somebody asks for it: evidence states the exact query behind a figure. Idle otherwise. Parameters are noted by
/// name and never by value.
/// </summary>
public sealed class QueryNotes : DbCommandInterceptor
{
    private static readonly AsyncLocal<List<string>?> Open = new();

    public static QueryNotes Instance { get; } = new();

    /// <summary>Notes what runs from here on in this flow, until the next call.</summary>
    public static List<string> Begin() => Open.Value = [];

    public static void End() => Open.Value = null;

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Open.Value?.Add(command.CommandText);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Open.Value?.Add(command.CommandText);
        return ValueTask.FromResult(result);
    }
}
