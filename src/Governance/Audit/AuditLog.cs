using System.Text.Encodings.Web;
using System.Text.Json;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Audit;

/// <summary>What an entry is to say; the log adds number and hashes.</summary>
/// <param name="Action">One of <see cref="AuditActions"/>.</param>
/// <param name="SubjectType">Kind of record, one of <see cref="Subjects"/>.</param>
/// <param name="SubjectId">The record's id.</param>
/// <param name="Reason">The reason given, if any.</param>
/// <param name="Details">Anything that serialises to JSON; never a secret.</param>
public sealed record AuditDraft(string Action, string SubjectType, string SubjectId, string? Reason = null, object? Details = null)
{
    public AuditDraft(string action, string subjectType, Guid subjectId, string? reason = null, object? details = null)
        : this(action, subjectType, subjectId.ToString("D"), reason, details)
    {
    }
}

/// <summary>Appends to the chain inside the caller's transaction: a change and its entry commit together or not at all (I-02).</summary>
public sealed class AuditLog(FollowerSignal signal)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
    };

    /// <summary>
    /// Saves what is pending in <paramref name="db"/> and the entries with it. Call it last in the transaction: it takes the chain's lock until commit.
    /// </summary>
    /// <exception cref="InvalidOperationException">No transaction is open.</exception>
    public async Task AppendAsync(GovernanceDb db, Actor by, DateTimeOffset now, IReadOnlyCollection<AuditDraft> drafts, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("An audit entry is appended in the transaction of the change that it tells of.");
        // The caller's rows are locked before the chain, as in every statement that came before: one order, so that two writers can't wait for each other.
        await db.SaveChangesAsync(ct);
        if (drafts.Count > 0)
        {
            var (sequence, previous) = await LockHeadAsync(db, ct);
            foreach (var draft in drafts)
            {
                var entry = Chain(draft, by, now, ++sequence, previous);
                previous = entry.Hash;
                db.AuditEntries.Add(entry);
            }

            await db.SaveChangesAsync(ct);
            await db.AuditHeads.Where(h => h.Id == AuditHead.TheId)
                .ExecuteUpdateAsync(s => s.SetProperty(h => h.Sequence, sequence).SetProperty(h => h.Hash, previous), ct);
            signal.Raise();
        }
    }

    /// <inheritdoc cref="AppendAsync(GovernanceDb, Actor, DateTimeOffset, IReadOnlyCollection{AuditDraft}, CancellationToken)"/>
    public Task AppendAsync(GovernanceDb db, Actor by, DateTimeOffset now, AuditDraft draft, CancellationToken ct) =>
        AppendAsync(db, by, now, [draft], ct);

    /// <summary>A no-op update takes the row's lock on every database; what it gives back is the last committed head.</summary>
    private static async Task<(long Sequence, string Hash)> LockHeadAsync(GovernanceDb db, CancellationToken ct)
    {
        var head = (await db.Database.SqlQueryRaw<HeadRow>(
            db.Database.IsSqlServer()
                ? "UPDATE [AuditHeads] SET [Id]=[Id] OUTPUT inserted.[Sequence], inserted.[Hash] WHERE [Id]=1"
                : "UPDATE \"AuditHeads\" SET \"Id\"=\"Id\" WHERE \"Id\"=1 RETURNING \"Sequence\",\"Hash\"").ToListAsync(ct)).Single();
        return (head.Sequence, head.Hash);
    }

    private static AuditEntry Chain(AuditDraft draft, Actor by, DateTimeOffset now, long sequence, string previous)
    {
        var unhashed = Make(string.Empty);
        return Make(AuditCanonicalForm.HashOf(unhashed));

        AuditEntry Make(string hash) => new()
        {
            Sequence = sequence,
            At = now,
            ActorKind = by.Kind,
            ActorId = Storable(by.Id)!,
            ActorName = Storable(by.Name)!,
            Origin = Storable(by.Origin),
            Action = draft.Action,
            SubjectType = draft.SubjectType,
            SubjectId = draft.SubjectId,
            Reason = Storable(draft.Reason),
            Details = draft.Details is null ? "{}" : JsonSerializer.Serialize(draft.Details, Json),
            PreviousHash = previous,
            Hash = hash,
        };
    }

    // PostgreSQL text can't hold NUL, and a lone surrogate has no UTF-8: either would make the stored text differ from the hashed one.
    private static string? Storable(string? text) => text is null ? null : StorableText.Clean(text);

    private sealed record HeadRow(long Sequence, string Hash);
}
