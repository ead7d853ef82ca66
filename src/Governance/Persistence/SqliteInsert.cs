using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Governance.Persistence;

/// <summary>
/// One INSERT, prepared once and run for many rows, below ADO.NET: there each value of each row is looked up by its parameter's name again, which
/// costs more than the insert. Values are kept as Microsoft.Data.Sqlite keeps them: a Guid as upper-case text, truth as 0 or 1.
/// </summary>
internal sealed class SqliteInsert : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly byte[] guid = new byte[36];
    private byte[] text = new byte[1024];

    /// <param name="connection">An open connection; its transaction, if any, is joined.</param>
    /// <param name="sql">An INSERT with a parameter for each column, in their order.</param>
    public SqliteInsert(SqliteConnection connection, string sql)
    {
        database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(database, sql, out statement));
    }

    public void Bind(int index, object? value)
    {
        var result = value switch
        {
            null => raw.sqlite3_bind_null(statement, index),
            string s => BindText(index, s),
            long n => raw.sqlite3_bind_int64(statement, index, n),
            int n => raw.sqlite3_bind_int64(statement, index, n),
            bool b => raw.sqlite3_bind_int64(statement, index, b ? 1 : 0),
            Guid id => BindGuid(index, id),
            _ => throw new NotSupportedException($"Bulk writing of {value.GetType().Name} is not known."),
        };
        if (result != raw.SQLITE_OK)
            Check(result);
    }

    public void Run()
    {
        var result = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (result != raw.SQLITE_DONE)
            Check(result);
    }

    public void Dispose() => statement.Dispose();

    private int BindText(int index, string value)
    {
        if (text.Length < Encoding.UTF8.GetMaxByteCount(value.Length))
            text = new byte[Encoding.UTF8.GetMaxByteCount(value.Length)];
        return raw.sqlite3_bind_text(statement, index, text.AsSpan(0, Encoding.UTF8.GetBytes(value, text)));
    }

    private int BindGuid(int index, Guid value)
    {
        value.TryFormat(guid, out _, "D");
        Ascii.ToUpperInPlace(guid, out _);
        return raw.sqlite3_bind_text(statement, index, guid);
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            throw new SqliteException(raw.sqlite3_errmsg(database).utf8_to_string(), result, raw.sqlite3_extended_errcode(database));
    }
}
