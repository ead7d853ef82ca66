using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Governance.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Tests.Audit;

/// <summary>A log with entries, and somebody who may alter the schema.</summary>
internal static class LogDesk
{
    public static readonly Actor Ada = new(ActorKind.Person, "ada", "Ada Lovelace", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Auditor, Roles.Administrator });

    public static async Task AppendAsync(this TestDatabase test, int count, string action = "test.done")
    {
        await using var db = test.Open();
        await db.InTransactionAsync(
            async () =>
            {
                var drafts = Enumerable.Range(1, count).Select(n => new AuditDraft(action, "test", n.ToString(CultureInfo.InvariantCulture), "why\r\nnot", new { Text = "=cmd|<script>é 日本語" })).ToList();
                await test.Get<AuditLog>().AppendAsync(db, Ada, test.Now, drafts, CancellationToken.None);
                return Done.Value;
            },
            CancellationToken.None);
    }

    /// <summary>What whoever owns the database can do: the guards go, the statement runs.</summary>
    public static async Task TamperAsync(this TestDatabase test, params string[] statements)
    {
        await using var db = test.Open();
        if (db.Database.IsSqlite())
        {
            foreach (var trigger in await db.Database.SqlQuery<string>($"SELECT name AS \"Value\" FROM sqlite_master WHERE type='trigger' AND name LIKE 'Audit%'").ToListAsync())
            {
                var drop = $"DROP TRIGGER \"{trigger}\"";
                await db.Database.ExecuteSqlRawAsync(drop);
            }
        }
        else
        {
            await db.Database.ExecuteSqlRawAsync(
                "ALTER TABLE \"AuditEntries\" DISABLE TRIGGER USER; ALTER TABLE \"AuditCheckpoints\" DISABLE TRIGGER USER; ALTER TABLE \"AuditNodes\" DISABLE TRIGGER USER; ALTER TABLE \"AuditSeals\" DISABLE TRIGGER USER");
        }

        foreach (var statement in statements)
            (await db.Database.ExecuteSqlRawAsync(statement)).ShouldBeGreaterThan(0);
    }

    /// <summary>Rewrites the chain from an entry on so that it is intact in itself, as a forger would.</summary>
    public static async Task ForgeAsync(this TestDatabase test, long from, string reason)
    {
        await test.TamperAsync();
        await using var db = test.Open();
        var entries = await db.AuditEntries.AsNoTracking().OrderBy(e => e.Sequence).ToListAsync();
        var previous = entries[(int)from - 2].Hash;
        foreach (var entry in entries.Skip((int)from - 1))
        {
            var forged = Copy(entry, entry.Sequence == from ? reason : entry.Reason, previous, string.Empty);
            forged = Copy(forged, forged.Reason, previous, AuditCanonicalForm.HashOf(forged));
            previous = forged.Hash;
            await db.Database.ExecuteSqlAsync($"UPDATE \"AuditEntries\" SET \"Reason\"={forged.Reason},\"PreviousHash\"={forged.PreviousHash},\"Hash\"={forged.Hash} WHERE \"Sequence\"={forged.Sequence}");
        }

        await db.Database.ExecuteSqlAsync($"UPDATE \"AuditHeads\" SET \"Hash\"={previous}");
    }

    private static AuditEntry Copy(AuditEntry e, string? reason, string previous, string hash) => new()
    {
        Sequence = e.Sequence,
        At = e.At,
        ActorKind = e.ActorKind,
        ActorId = e.ActorId,
        ActorName = e.ActorName,
        Origin = e.Origin,
        Action = e.Action,
        SubjectType = e.SubjectType,
        SubjectId = e.SubjectId,
        Reason = reason,
        Details = e.Details,
        PreviousHash = previous,
        Hash = hash,
    };
}
