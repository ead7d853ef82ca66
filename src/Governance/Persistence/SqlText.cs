using System.Globalization;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage;

namespace Governance.Persistence;

/// <summary>Text that the database makes, for queries: each function has one meaning and a translation for each provider.</summary>
public static class SqlText
{
    /// <summary>The day in UTC, <c>2026-11-24</c>.</summary>
    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A number in decimal digits.</summary>
    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Upper case, to compare without regard to case. SQLite folds ASCII letters only.</summary>
    public static string Upper(string? text) => text?.ToUpperInvariant() ?? string.Empty;

    internal static void MapTo(ModelBuilder model, GovernanceDb db)
    {
        var (sqlite, postgres) = (db.Database.IsSqlite(), db.Database.IsNpgsql());
        model.HasDbFunction(Method(nameof(Day))).HasTranslation(a => (sqlite, postgres) switch
        {
            // Ticks since year 1 become seconds since 1970.
            (true, _) => Call("date", new SqlBinaryExpression(System.Linq.Expressions.ExpressionType.Divide,
                new SqlBinaryExpression(System.Linq.Expressions.ExpressionType.Subtract, a[0], new SqlFragmentExpression("621355968000000000"), typeof(long), LongTypeMapping.Default),
                new SqlFragmentExpression("10000000"), typeof(long), LongTypeMapping.Default), new SqlFragmentExpression("'unixepoch'")),
            (_, true) => Call("to_char", Call("timezone", new SqlFragmentExpression("'UTC'"), a[0]), new SqlFragmentExpression("'YYYY-MM-DD'")),
            _ => Call("CONVERT", new SqlFragmentExpression("char(10)"), a[0], new SqlFragmentExpression("23")),
        });
        model.HasDbFunction(Method(nameof(Number))).HasTranslation(a => (sqlite, postgres) switch
        {
            (true, _) => Call("printf", new SqlFragmentExpression("'%d'"), a[0]),
            (_, true) => Call("to_char", a[0], new SqlFragmentExpression("'FM9999999990'")),
            _ => Call("CONVERT", new SqlFragmentExpression("varchar(11)"), a[0]),
        });
        model.HasDbFunction(Method(nameof(Upper))).HasTranslation(a => Call("upper", a[0]));
    }

    private static MethodInfo Method(string name) => typeof(SqlText).GetMethod(name)!;

    private static SqlFunctionExpression Call(string name, params SqlExpression[] arguments) =>
        new(name, arguments, nullable: true, arguments.Select(_ => true), typeof(string), StringTypeMapping.Default);
}
