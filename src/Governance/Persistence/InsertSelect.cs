using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Governance.Persistence;

/// <summary>
/// <c>INSERT INTO … SELECT … FROM (query)</c>, which EF Core has no operator for: one statement, however many rows. The query's SQL and
/// parameters come from EF itself (<c>CreateDbCommand</c>), so the translation of a filter stays the one that grids use, and no value is ever part of the text.
/// </summary>
/// <remarks>
/// A row's members are named as the entity's properties. Don't order the query (SQL Server allows it in no subquery), don't name one column twice (EF folds
/// equal columns into one), and give constants apart (EF would keep them out of the SQL). Each of these mistakes is an error of the database, not wrong rows.
/// </remarks>
public static class InsertSelect
{
    /// <summary>Inserts a row for each row of the query. Returns how many.</summary>
    /// <param name="db">With a transaction open.</param>
    /// <param name="into">Where to.</param>
    /// <param name="rows">What differs from row to row.</param>
    /// <param name="constants">What is the same in each, as an anonymous object.</param>
    /// <param name="now">For the ids: version 7 where the database can make them so.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<int> InsertSelectAsync<TEntity, TRow>(this GovernanceDb db, DbSet<TEntity> into, IQueryable<TRow> rows, object constants, DateTimeOffset now, CancellationToken ct)
        where TEntity : class
    {
        var transaction = db.Database.CurrentTransaction ?? throw new InvalidOperationException("Rows are inserted in the transaction of the change that they belong to.");
        var sql = db.GetService<ISqlGenerationHelper>();
        var entity = into.EntityType;
        await using var command = rows.CreateDbCommand();
        command.Transaction = transaction.GetDbTransaction();
        var columns = new List<string>();
        var values = new List<string>();
        foreach (var member in typeof(TRow).GetProperties())
        {
            columns.Add(ColumnOf(entity, member.Name));
            values.Add("q." + sql.DelimitIdentifier(member.Name));
        }

        foreach (var member in constants.GetType().GetProperties())
        {
            columns.Add(ColumnOf(entity, member.Name));
            values.Add(Parameter(command, entity.FindProperty(member.Name)!, "@insert" + values.Count.ToString(CultureInfo.InvariantCulture), member.GetValue(constants)));
        }

        if (!columns.Contains("Id", StringComparer.Ordinal) && entity.FindProperty("Id")?.ClrType == typeof(Guid))
        {
            columns.Add("Id");
            values.Add(NewId(db.Database, now));
        }

        command.CommandText =
            $"INSERT INTO {sql.DelimitIdentifier(entity.GetTableName()!)} ({string.Join(", ", columns.Select(sql.DelimitIdentifier))})\n" +
            $"SELECT {string.Join(", ", values)}\nFROM (\n{command.CommandText}\n) AS q";
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static string ColumnOf(IEntityType entity, string member) =>
        entity.FindProperty(member)?.GetColumnName() ?? throw new ArgumentException($"{entity.DisplayName()} has no property '{member}'.");

    private static string Parameter(DbCommand command, IProperty property, string name, object? value)
    {
        if (value is null)
            return "NULL";
        command.Parameters.Add(property.GetRelationalTypeMapping().CreateParameter(command, name, value));
        return name;
    }

    // A version 7 UUID: 48 bits of time, the rest random. SQL Server orders its type by the last bytes, so there time in front buys nothing.
    private static string NewId(DatabaseFacade database, DateTimeOffset now)
    {
        var front = Guid.CreateVersion7(now).ToString("D")[..15];
        return database.ProviderName switch
        {
            "Microsoft.EntityFrameworkCore.Sqlite" =>
                $"'{front.ToUpperInvariant()}' || substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + abs(random() % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))",
            "Npgsql.EntityFrameworkCore.PostgreSQL" => $"overlay(gen_random_uuid()::text placing '{front}' from 1 for 15)::uuid",
            _ => "NEWID()",
        };
    }
}
