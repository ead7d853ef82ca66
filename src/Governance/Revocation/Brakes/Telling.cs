using System.Globalization;
using Governance.Common;
using Governance.People;
using Governance.Persistence;

namespace Governance.Revocation;

/// <summary>
/// Who is told of an order, or asked: the active owner; where there is none, the manager of the one who was; where there is none, every administrator who is
/// matched to a person. Messages are made in the transaction that lets the order go, and the inbox has them when it commits: that is the recorded delivery.
/// </summary>
internal static class Telling
{
    private const string Notices = "revocation.notice";
    private const string Questions = "revocation.question";
    private const string Signalled = "revocation.signal";

    private sealed class Line
    {
        public required Guid OrderId { get; init; }

        public required Guid PersonId { get; init; }
    }

    /// <summary>Those of the orders of which somebody can be told.</summary>
    public static IQueryable<Guid> Reachable(GovernanceDb db, IQueryable<RevocationOrder> orders) => orders.Where(o => Owners(db).Any(l => l.OrderId == o.Id) || Managers(db).Any(l => l.OrderId == o.Id) || Administrators(db).Any()).Select(o => o.Id);

    /// <summary>Tells when it will be disabled.</summary>
    public static Task NoticeAsync(GovernanceDb db, IQueryable<RevocationOrder> orders, DateTimeOffset until, DateTimeOffset now, CancellationToken ct)
    {
        var day = until.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return SendAsync(db, orders, Notices, "notice:", " will be disabled on " + day, now, ct);
    }

    /// <summary>Reminds of it again when the end of the notice comes near: 7 days and 1 day before.</summary>
    public static async Task RemindAsync(GovernanceDb db, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var days in new[] { 1, 7 })
        {
            // Whoever was told only just now needs no reminder.
            var (until, told) = (now.AddDays(days), now.AddDays(-1));
            var near = db.RevocationOrders.Where(o => o.State == OrderState.Noticed && o.NoticeUntil > now && o.NoticeUntil <= until && o.ToldAt < told);
            await SendAsync(db, near, Notices, $"notice-{days.ToString(CultureInfo.InvariantCulture)}:", days == 1 ? " will be disabled within a day" : " will be disabled within a week", now, ct);
        }
    }

    /// <summary>Asks whether what is in use may go: the owner and their manager.</summary>
    public static async Task QuestionAsync(GovernanceDb db, IQueryable<RevocationOrder> orders, DateTimeOffset now, CancellationToken ct)
    {
        const string Title = " is in use: may it be disabled?";
        await SendAsync(db, orders, Questions, "question:", Title, now, ct);
        await InsertAsync(db, orders, Managers(db), Questions, "question:", Title, now, ct);
    }

    /// <summary>Tells of a sign of use, or that something was changed back.</summary>
    public static Task SignalAsync(GovernanceDb db, IQueryable<RevocationOrder> orders, DateTimeOffset now, CancellationToken ct) =>
        SendAsync(db, orders, Signalled, $"signal-{now.UtcTicks.ToString(CultureInfo.InvariantCulture)}:", ": something was seen after its revocation", now, ct);

    private static async Task SendAsync(GovernanceDb db, IQueryable<RevocationOrder> orders, string kind, string key, string title, DateTimeOffset now, CancellationToken ct)
    {
        await InsertAsync(db, orders, Owners(db), kind, key, title, now, ct);
        var ownerless = orders.Where(o => !Owners(db).Any(l => l.OrderId == o.Id));
        await InsertAsync(db, ownerless, Managers(db), kind, key, title, now, ct);
        var nobody = ownerless.Where(o => !Managers(db).Any(l => l.OrderId == o.Id));
        var toAdministrators = from o in nobody from a in Administrators(db) select new Line { OrderId = o.Id, PersonId = a };
        await InsertAsync(db, nobody, toAdministrators, kind, key, title, now, ct);
    }

    private static Task<int> InsertAsync(GovernanceDb db, IQueryable<RevocationOrder> orders, IQueryable<Line> lines, string kind, string key, string title, DateTimeOffset now, CancellationToken ct)
    {
        var rows = from o in orders
                   join l in lines on o.Id equals l.OrderId
                   join i in db.Identities on o.IdentityId equals i.Id
                   where !db.Messages.Any(m => m.Key == key + o.Id.ToString() + ":" + l.PersonId.ToString())
                   select new { l.PersonId, Title = SqlText.Cut(i.DisplayName, 300) + title, Body = o.Signal ?? o.Reason, Link = "/answers/" + o.Id.ToString(), Key = key + o.Id.ToString() + ":" + l.PersonId.ToString() };
        return db.InsertSelectAsync(db.Messages, rows, new { Kind = kind, CreatedAt = now, DeliveredAt = (DateTimeOffset?)now }, now, ct);
    }

    private static IQueryable<Line> Owners(GovernanceDb db) =>
        from o in db.RevocationOrders
        join i in db.Identities on o.IdentityId equals i.Id
        join p in db.People on i.OwnerId equals p.Id
        where p.Status == PersonStatus.Active
        select new Line { OrderId = o.Id, PersonId = p.Id };

    private static IQueryable<Line> Managers(GovernanceDb db) =>
        from o in db.RevocationOrders
        join i in db.Identities on o.IdentityId equals i.Id
        join p in db.People on i.OwnerId equals p.Id
        join m in db.People on p.ManagerId equals m.Id
        where m.Status == PersonStatus.Active
        select new Line { OrderId = o.Id, PersonId = m.Id };

    private static IQueryable<Guid> Administrators(GovernanceDb db) => db.Accounts
        .Where(a => a.PersonId != null && a.DisabledAt == null && db.AccountRoles.Any(r => r.AccountId == a.Id && r.Role == Roles.Administrator)).Select(a => a.PersonId!.Value);
}
