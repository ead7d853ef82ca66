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

    /// <summary>
    /// What a search of identities looks in, in upper case, words apart. One expression, since PostgreSQL uses its index only for that very one: see
    /// <see cref="SearchIndex"/>.
    /// </summary>
    public static string Searched(string displayName, string externalId, string? publisher, string? ownerHint) => Upper($"{displayName} {externalId} {publisher} {ownerHint}");

    /// <summary>The same as SQL over the table's columns.</summary>
    internal const string SearchedSql = """upper("DisplayName" || ' ' || "ExternalId" || ' ' || COALESCE("Publisher", '') || ' ' || COALESCE("OwnerHint", ''))""";

    /// <summary>The value, out of an index's sight: few rows are found first and sorted then, instead of walking a million in their order.</summary>
    public static string Unindexed(string value) => value;

    /// <inheritdoc cref="Unindexed(string)"/>
    public static int Unindexed(int value) => value;

    /// <inheritdoc cref="Unindexed(string)"/>
    public static DateTimeOffset? Unindexed(DateTimeOffset? value) => value;

    /// <summary>The same value a second time, where a query would fold two equal columns into one.</summary>
    public static Guid Unindexed(Guid value) => value;

    /// <summary>The first characters.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : text[..most];

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
        model.HasDbFunction(Method(nameof(Cut))).HasTranslation(a => sqlite ? Call("substr", a[0], new SqlFragmentExpression("1"), a[1]) : Call("left", a[0], a[1]));
        model.HasDbFunction(Method(nameof(Upper))).HasTranslation(a => Call("upper", a[0]));
        model.HasDbFunction(Method(nameof(Searched))).HasTranslation(a => Call("upper", Join(a[0], a[1], Call("COALESCE", a[2], Empty), Call("COALESCE", a[3], Empty))));
        foreach (var method in typeof(SqlText).GetMethods().Where(m => m.Name == nameof(Unindexed)))
            model.HasDbFunction(method).HasTranslation(a => new SqlFunctionExpression("COALESCE", [a[0], a[0]], nullable: true, [true, true], a[0].Type, a[0].TypeMapping));
    }

    private static MethodInfo Method(string name) => typeof(SqlText).GetMethod(name)!;

    private static SqlFragmentExpression Empty => new("''");

    private static SqlExpression Join(params SqlExpression[] parts) =>
        parts.Aggregate((all, next) => Add(Add(all, new SqlConstantExpression(" ", StringTypeMapping.Default)), next));

    private static SqlBinaryExpression Add(SqlExpression a, SqlExpression b) => new(System.Linq.Expressions.ExpressionType.Add, a, b, typeof(string), StringTypeMapping.Default);

    private static SqlFunctionExpression Call(string name, params SqlExpression[] arguments) =>
        new(name, arguments, nullable: true, arguments.Select(_ => true), typeof(string), StringTypeMapping.Default);
}
