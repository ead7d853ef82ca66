using System.Data;
using Governance.Common;
using Microsoft.EntityFrameworkCore;

namespace Governance.Persistence;

public static class Transactions
{
    /// <summary>
    /// Runs the work in one transaction and commits. SQLite begins it as IMMEDIATE, so that read-then-write can't be overtaken.
    /// Joins the transaction that is already open, if one is.
    /// </summary>
    public static async Task<T> InTransactionAsync<T>(this GovernanceDb db, Func<Task<T>> work, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is not null)
            return await work();
        await using var transaction = await db.Database.BeginTransactionAsync(
            db.Database.IsSqlite() ? IsolationLevel.Serializable : IsolationLevel.ReadCommitted, ct);
        var result = await work();
        FaultPoint.Pass("before-commit");
        await transaction.CommitAsync(ct);
        FaultPoint.Pass("after-commit");
        return result;
    }

    /// <summary>The same, where the work can be refused: a refusal rolls back.</summary>
    public static async Task<Outcome<T>> InTransactionAsync<T>(this GovernanceDb db, Func<Task<Outcome<T>>> work, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is not null)
            return await work();
        await using var transaction = await db.Database.BeginTransactionAsync(
            db.Database.IsSqlite() ? IsolationLevel.Serializable : IsolationLevel.ReadCommitted, ct);
        var result = await work();
        if (result.IsRefused)
            return result;
        FaultPoint.Pass("before-commit");
        await transaction.CommitAsync(ct);
        FaultPoint.Pass("after-commit");
        return result;
    }
}
