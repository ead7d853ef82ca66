using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Notifications;
using Governance.People;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Lifecycle;

/// <summary>What is asked for.</summary>
public sealed record RequestDraft(Guid SourceId, string Name, string? ExternalId, string Purpose, Guid? ToolId, Guid OwnerId, IReadOnlyCollection<Guid> EntitlementIds, DateTimeOffset EndsAt);

/// <summary>A request as lists show it.</summary>
public sealed record RequestRow(
    Guid Id, string Name, string Source, string Purpose, string? Tool, Autonomy Autonomy, string Owner, string Entitlements, DateTimeOffset EndsAt, RequestState State, string RequestedBy, DateTimeOffset RequestedAt,
    string? Approver, string? DecidedBy, DateTimeOffset? DecidedAt, string? Decision, Guid? IdentityId, bool MayDecide, bool MayWithdraw);

/// <summary>What there is to choose from: sources and tools.</summary>
public sealed record RequestForm(IReadOnlyList<(Guid Id, string Name)> Sources, IReadOnlyList<(Guid Id, string Name, Autonomy Autonomy)> Tools);

/// <summary>A permission to choose.</summary>
public sealed record EntitlementChoice(Guid Id, string Name, bool Privileged);

/// <summary>
/// New identities asked for before they are made. The owner's manager approves; where there is none, an administrator; never whoever asked. An autonomous tool gets
/// no standing privilege. What was approved waits for the import that finds it.
/// </summary>
public sealed class RequestService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private static Refusal Unmatched => new("request.unknown-person", "Your account is not matched to a person of the directory. Ask an administrator to match it.");

    /// <summary>Asks. Everybody who is matched to a person may.</summary>
    public async Task<Outcome<Guid>> AskAsync(RequestDraft draft, Actor by, CancellationToken ct)
    {
        var now = clock.Now();
        if (by.PersonId is not { } requester)
            return Unmatched;
        if (Check(draft, now) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            if (!await db.Sources.AnyAsync(s => s.Id == draft.SourceId, ct))
                return new Refusal("source.not-found", "This source is not there any more.", "source");
            if (await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == draft.OwnerId && p.Status == PersonStatus.Active, ct) is not { } owner)
                return new Refusal("request.owner", "The owner has to be a person who still works here.", "owner");
            var autonomy = draft.ToolId is { } tool ? await db.Tools.Where(t => t.Id == tool).Select(t => (Autonomy?)t.Autonomy).SingleOrDefaultAsync(ct) : Autonomy.Unknown;
            if (autonomy is null)
                return new Refusal("tool.not-found", "This tool is not in the catalogue any more.", "tool");
            var terms = PolicyRules.Terms(await PolicyRules.InForceAsync(db, ct), new PolicyFacts(draft.SourceId, null, null, draft.ToolId is null ? null : autonomy, draft.ToolId is not null));
            // The end of the last day that is allowed.
            if (draft.EndsAt.UtcDateTime > now.UtcDateTime.Date.AddDays(terms.MaxLifeDays + 1))
                return new Refusal("request.end", string.Create(CultureInfo.InvariantCulture, $"{(terms.Policy is { } policy ? $"The policy {policy}" : "The console")} lets it end within the next {terms.MaxLifeDays} days; its owner can extend it then."), "end");
            var entitlements = await db.Entitlements.AsNoTracking().Where(e => draft.EntitlementIds.Contains(e.Id) && e.SourceId == draft.SourceId).Select(e => new { e.Name, e.Privileged }).ToListAsync(ct);
            if (entitlements.Count != draft.EntitlementIds.Distinct().Count())
                return new Refusal("request.entitlement", "One of the permissions is not of this source.", "entitlements");
            if (autonomy == Autonomy.Autonomous && entitlements.Find(e => e.Privileged == Reported.Yes) is { } privileged)
                return new Refusal("request.standing-privilege", $"An autonomous tool is given no standing privilege: {privileged.Name}. Ask for it per task, or choose a supervised tool.", "entitlements");
            var (name, externalId) = (StorableText.Clean(draft.Name).Trim(), string.IsNullOrWhiteSpace(draft.ExternalId) ? null : StorableText.Clean(draft.ExternalId).Trim());
            if (await db.IdentityRequests.AnyAsync(r => r.SourceId == draft.SourceId && r.Name == name && (r.State == RequestState.Asked || r.State == RequestState.Approved), ct))
                return new Refusal("request.exists", "This name has been asked for already.", "name");
            if (externalId is not null && await db.Identities.AnyAsync(i => i.SourceId == draft.SourceId && i.ExternalId == externalId, ct))
                return new Refusal("request.known", "This source has an identity of this id already. Ask for one that is yet to be made.", "externalId");
            var manager = await db.People.Where(p => p.Id == owner.ManagerId && p.Status == PersonStatus.Active && p.Id != requester).Select(p => (Guid?)p.Id).SingleOrDefaultAsync(ct);
            var request = new IdentityRequest
            {
                Id = Ids.New(now),
                SourceId = draft.SourceId,
                Name = name,
                ExternalId = externalId,
                Purpose = StorableText.Clean(draft.Purpose).Trim(),
                ToolId = draft.ToolId,
                Autonomy = autonomy.Value,
                OwnerId = owner.Id,
                Entitlements = SqlText.Cut(string.Join('\n', entitlements.Select(e => e.Name).Order(StringComparer.Ordinal)), 4000),
                EndsAt = draft.EndsAt.ToUniversalTime(),
                State = RequestState.Asked,
                RequestedBy = by.Name,
                RequestedById = by.Id,
                RequesterId = requester,
                RequestedAt = now,
                ApproverId = manager,
                Version = Ids.New(now),
            };
            db.IdentityRequests.Add(request);
            var approvers = manager is { } m ? [m] : await db.Accounts.Where(a => a.PersonId != null && a.PersonId != requester && a.DisabledAt == null && db.AccountRoles.Any(r => r.AccountId == a.Id && r.Role == Roles.Administrator)).Select(a => a.PersonId!.Value).ToListAsync(ct);
            await MessageService.AddAsync(db, approvers.ConvertAll(p => new MessageDraft(p, "request.waiting", $"request:{request.Id:N}:{p:N}", $"{by.Name} asks for {name}", request.Purpose, "/requests")), now, ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.RequestAsked, Subjects.Request, request.Id, request.Purpose, new { request.Name, request.SourceId, request.OwnerId, request.ToolId, request.EndsAt, entitlements = request.Entitlements }), ct);
            return request.Id;
        }, ct);
    }

    /// <summary>Approves or refuses: the owner's manager, or an administrator; never whoever asked.</summary>
    public Task<Outcome<Done>> DecideAsync(Guid id, bool approve, string reason, Actor by, CancellationToken ct) => OnAsync(id, by, approve ? AuditActions.RequestApproved : AuditActions.RequestRefused, reason, (request, now) =>
    {
        if (MayDecide(request, by) is { } refusal)
            return refusal;
        if (!approve && string.IsNullOrWhiteSpace(reason))
            return new Refusal("request.reason", "Say why not: whoever asked has to know.", "reason");
        if (request.EndsAt <= now)
            return new Refusal("request.over", "Its end date has passed. Whoever needs it asks again.");
        (request.State, request.DecidedBy, request.DecidedAt, request.Decision) = (approve ? RequestState.Approved : RequestState.Refused, by.Name, now, StorableText.Clean(reason ?? string.Empty));
        return null;
    }, ct);

    /// <summary>Takes a request back, while nothing was found for it.</summary>
    public Task<Outcome<Done>> WithdrawAsync(Guid id, string reason, Actor by, CancellationToken ct) => OnAsync(id, by, AuditActions.RequestWithdrawn, reason, (request, now) =>
    {
        if (!MayWithdraw(request, by))
            return request.State is RequestState.Asked or RequestState.Approved ? new Refusal("not.allowed", "Only whoever asked, or an administrator, takes it back.") : new Refusal("request.ended", $"It is {request.State} already.");
        (request.State, request.DecidedBy, request.DecidedAt, request.Decision) = (RequestState.Withdrawn, by.Name, now, StorableText.Clean(reason ?? string.Empty));
        return null;
    }, ct);

    /// <summary>Requests that the reader may see: roles all of them, anybody else what they asked, own or are to decide. Newest first, at most 200.</summary>
    public async Task<IReadOnlyList<RequestRow>> ListAsync(Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var (all, me) = (Roles.All.Any(by.Holds), by.PersonId);
        var rows = await (from r in db.IdentityRequests.AsNoTracking()
                          join s in db.Sources on r.SourceId equals s.Id
                          join p in db.People on r.OwnerId equals p.Id
                          where all || (me != null && (r.RequesterId == me || r.OwnerId == me || r.ApproverId == me))
                          orderby r.RequestedAt descending
                          select new { Request = r, Source = s.Name, Owner = p.Name, Tool = db.Tools.Where(t => t.Id == r.ToolId).Select(t => t.Name).FirstOrDefault(), Approver = db.People.Where(m => m.Id == r.ApproverId).Select(m => m.Name).FirstOrDefault() }).Take(200).ToListAsync(ct);
        return rows.ConvertAll(x => new RequestRow(
            x.Request.Id, x.Request.Name, x.Source, x.Request.Purpose, x.Tool, x.Request.Autonomy, x.Owner, x.Request.Entitlements, x.Request.EndsAt, x.Request.State, x.Request.RequestedBy, x.Request.RequestedAt, x.Approver,
            x.Request.DecidedBy, x.Request.DecidedAt, x.Request.Decision, x.Request.IdentityId, MayDecide(x.Request, by) is null, MayWithdraw(x.Request, by)));
    }

    /// <summary>Permissions of a source to choose from; for an autonomous tool without the privileged ones.</summary>
    public async Task<IReadOnlyList<EntitlementChoice>> ChoicesAsync(Guid sourceId, bool autonomous, string? text, Actor by, CancellationToken ct)
    {
        if (by.PersonId is null)
            return [];
        await using var db = await contexts.CreateDbContextAsync(ct);
        var start = (text ?? string.Empty).Trim();
        return await db.Entitlements.AsNoTracking().Where(e => e.SourceId == sourceId && e.Name.StartsWith(start) && (!autonomous || e.Privileged != Reported.Yes))
            .OrderBy(e => e.Name).Take(20).Select(e => new EntitlementChoice(e.Id, e.Name, e.Privileged == Reported.Yes)).ToListAsync(ct);
    }

    /// <summary>Sources and tools by name, for the form of those who may ask.</summary>
    public async Task<Outcome<RequestForm>> FormAsync(Actor by, CancellationToken ct)
    {
        if (by.PersonId is null)
            return Unmatched;
        await using var db = await contexts.CreateDbContextAsync(ct);
        var sources = await db.Sources.AsNoTracking().OrderBy(s => s.Name).Select(s => new { s.Id, s.Name }).Take(500).ToListAsync(ct);
        var tools = await db.Tools.AsNoTracking().OrderBy(t => t.Name).Select(t => new { t.Id, t.Name, t.Autonomy }).Take(500).ToListAsync(ct);
        return new RequestForm(sources.ConvertAll(s => (s.Id, s.Name)), tools.ConvertAll(t => (t.Id, t.Name, t.Autonomy)));
    }

    private static Refusal? Check(RequestDraft draft, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(draft.Name) || draft.Name.Length > 400)
            return new Refusal("request.name", "Give the name that it will have in its source, at most 400 characters.", "name");
        if (string.IsNullOrWhiteSpace(draft.Purpose) || draft.Purpose.Length > 2000)
            return new Refusal("request.purpose", "Say in a sentence what it is for.", "purpose");
        return draft.EndsAt <= now ? new Refusal("request.end", "Choose an end that is yet to come.", "end") : null;
    }

    private static Refusal? MayDecide(IdentityRequest request, Actor by)
    {
        if (request.State != RequestState.Asked)
            return new Refusal("request.decided", $"It is {request.State} already.");
        if (string.Equals(request.RequestedById, by.Id, StringComparison.Ordinal) || (by.PersonId is { } me && me == request.RequesterId))
            return new Refusal("request.same-person", "You asked for it, so somebody else decides.");
        return (by.PersonId is { } person && person == request.ApproverId) || by.Holds(Roles.Administrator)
            ? null
            : new Refusal("not.allowed", "The owner's manager decides, or an administrator.");
    }

    private static bool MayWithdraw(IdentityRequest request, Actor by) => request.State is RequestState.Asked or RequestState.Approved
        && (by.Holds(Roles.Administrator) || string.Equals(request.RequestedById, by.Id, StringComparison.Ordinal) || (by.PersonId is { } me && me == request.RequesterId));

    private async Task<Outcome<Done>> OnAsync(Guid id, Actor by, string action, string? reason, Func<IdentityRequest, DateTimeOffset, Refusal?> change, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.IdentityRequests.SingleOrDefaultAsync(r => r.Id == id, ct) is not { } request)
                return new Refusal("request.not-found", "This request is not there.");
            if (change(request, now) is { } refusal)
                return refusal;
            request.Version = Ids.New(now);
            await db.SaveChangesAsync(ct);
            if (request.RequesterId is { } requester && by.PersonId != requester)
                await MessageService.AddAsync(db, [new MessageDraft(requester, "request.decided", $"request-decided:{id:N}", $"{request.Name}: {request.State}", string.IsNullOrWhiteSpace(reason) ? $"By {by.Name}." : reason, "/requests")], now, ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(action, Subjects.Request, id, reason, new { request.Name, request.SourceId, request.State }), ct);
            return Done.Value;
        }, ct);
    }
}
