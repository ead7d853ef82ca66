using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What somebody who was told, or asked, sees of an order.</summary>
public sealed record AnswerSheet(
    Guid OrderId, Guid IdentityId, string Identity, string Source, string Reason, OrderState State, DateTimeOffset? NoticeUntil, DateTimeOffset? LastUsedAt, string? HeldBy, string? Answer, string? AnsweredBy, DateTimeOffset? AnsweredAt);

/// <summary>The word of whoever was told of an order, or asked about it: it is needed, or it may go (B8, B9). Needed holds it until an administrator decides.</summary>
public sealed class AnswerService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    /// <summary>The order, for somebody who was told of it or works revocations; null for anybody else.</summary>
    public async Task<AnswerSheet?> FindAsync(Guid orderId, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (!await MayAsync(db, orderId, by, ct))
            return null;
        return await (from o in db.RevocationOrders.AsNoTracking()
                      join i in db.Identities on o.IdentityId equals i.Id
                      join s in db.Sources on o.SourceId equals s.Id
                      where o.Id == orderId
                      select new AnswerSheet(o.Id, i.Id, i.DisplayName, s.Name, o.Reason, o.State, o.NoticeUntil, i.LastUsedAt, o.HeldBy, o.Answer, o.AnsweredBy, o.AnsweredAt)).SingleOrDefaultAsync(ct);
    }

    /// <summary>Takes the answer. "Needed" stops the order where nothing was sent yet, and reopens the question where it was.</summary>
    public async Task<Outcome<Done>> AnswerAsync(Guid orderId, bool needed, string reason, Actor by, CancellationToken ct)
    {
        if (needed && string.IsNullOrWhiteSpace(reason))
            return new Refusal("answer.reason", "Say what it is needed for: an administrator decides on your word.", "reason");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            await RevocationOrders.LockAsync(db, ct);
            if (!await MayAsync(db, orderId, by, ct) || await db.RevocationOrders.AsNoTracking().SingleOrDefaultAsync(o => o.Id == orderId, ct) is not { } order)
                return new Refusal("answer.not-asked", "You were not asked about this.");
            if (order.EndedAt is not null)
                return new Refusal("answer.late", $"This has ended already: it is {order.State}. Ask an administrator.");
            var words = StorableText.Clean(reason ?? string.Empty).Trim();
            var mine = db.RevocationOrders.Where(o => o.Id == orderId);
            var answer = SqlText.Cut((needed ? "Needed: " : "May go. ") + words, 1000);
            await mine.ExecuteUpdateAsync(u => u.SetProperty(o => o.Answer, answer).SetProperty(o => o.AnsweredBy, by.Name).SetProperty(o => o.AnsweredAt, now), ct);
            var open = order.State is OrderState.Noticed or OrderState.Due or OrderState.Held && !await db.RevocationSteps.AnyAsync(s => s.OrderId == orderId && s.Attempts > 0, ct);
            if (needed && open)
                await BrakeJudge.HoldAsync(db, mine, new Brake(InUse.Id, SqlText.Cut($"{by.Name} says that it is needed: {words}", 800) + " An administrator decides: withdraw it, or approve it."), now, ct);
            else if (needed)
                await mine.ExecuteUpdateAsync(u => u.SetProperty(o => o.SignalAt, now).SetProperty(o => o.Signal, answer), ct);
            else if (order.State == OrderState.Held && order.HeldBy?.StartsWith(InUse.Id + ": Used", StringComparison.Ordinal) == true)
                await BrakeJudge.ReleaseAsync(db, mine, Notice.Until(await db.BrakeSettings.AsNoTracking().SingleAsync(b => b.Id == BrakeSettings.TheId, ct), orderedByPerson: false, now), now, ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.RevocationAnswered, Subjects.Order, orderId, words.Length == 0 ? null : words, new { needed, order.IdentityId, from = order.State }), ct);
            return Done.Value;
        }, ct);
    }

    private static async Task<bool> MayAsync(GovernanceDb db, Guid orderId, Actor by, CancellationToken ct)
    {
        if (by.Holds(Roles.Administrator) || by.Holds(Roles.SecurityEngineer))
            return true;
        if (by.PersonId is not { } person)
            return false;
        // Messages keep their ids as the database writes them, which differs in case.
        var link = SqlText.Upper("/answers/" + orderId.ToString("D"));
        return await db.Messages.AnyAsync(m => m.PersonId == person && SqlText.Upper(m.Link) == link, ct);
    }
}
