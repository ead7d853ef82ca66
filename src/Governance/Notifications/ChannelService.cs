using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>A channel as an administrator words it.</summary>
/// <param name="Title">Its name in the console.</param>
/// <param name="Kind">The kind of <see cref="IChannelKind"/>.</param>
/// <param name="Address">The receiver's address or where it is (<c>env:</c>, <c>file:</c>); empty keeps what is there.</param>
/// <param name="Secret">Key of the signature or where it is; empty keeps what is there.</param>
/// <param name="AllowPrivate">Whether private addresses may be called.</param>
/// <param name="Kinds">Kinds of message that go there; empty: all.</param>
/// <param name="Enabled">Whether anything is sent.</param>
public sealed record ChannelChange(string Title, string Kind, string Address, string Secret, bool AllowPrivate, IReadOnlyCollection<string> Kinds, bool Enabled);

/// <summary>Receivers beside mail: made, changed, tested and removed by administrators. Addresses and keys are sealed or named by reference.</summary>
public sealed class ChannelService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, SealedText texts, ConsoleLinks links, IEnumerable<IChannelKind> kinds)
{
    private static readonly Refusal Gone = new("channel.not-found", "This channel is not there any more. Load the page again.");

    public IReadOnlyList<IChannelKind> Kinds { get; } = [.. kinds];

    public IChannelKind? Find(string kind) => Kinds.FirstOrDefault(k => k.Kind == kind);

    /// <summary>Makes a channel, or changes the one with that id.</summary>
    public async Task<Outcome<Guid>> SaveAsync(Guid? id, ChannelChange change, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        var title = StorableText.Clean(change.Title.Trim());
        if (title.Length is 0 or > 100)
            return new Refusal("channel.title", "Give the channel a name of at most 100 characters: 'Security room'.", "title");
        if (change.Kinds.FirstOrDefault(k => MessageKinds.Find(k) is null) is { } unknown)
            return new Refusal("channel.kinds", $"There is no kind of message '{unknown}'.", "kinds");
        var before = id is { } known ? await FindAsync(known, ct) : null;
        if (id is not null && before is null)
            return Gone;
        if (Find(before?.Kind ?? change.Kind) is not { } kind)
            return new Refusal("channel.kind", $"There is no channel of the kind '{change.Kind}'.", "kind");
        var now = clock.Now();
        var channelId = before?.Id ?? Ids.New(now);
        var target = await OpenAsync(channelId, kind, change, before, ct);
        if (target.IsRefused)
            return target.Refusal;
        // Sealed before the transaction: the key ring lies in the same database, and may have to write.
        var address = Keep(change.Address, before?.Address, "The address", "address", channelId);
        var secret = Keep(change.Secret, before?.Secret, kind.SecretTitle ?? "The key", "secret", channelId);
        if ((address.Refusal ?? secret.Refusal) is { } wrong)
            return wrong;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Guid>(async () =>
        {
            var row = before is null ? null : await db.Channels.SingleOrDefaultAsync(c => c.Id == channelId && c.RemovedAt == null && c.Version == before.Version, ct);
            if (before is not null && row is null)
                return new Refusal("channel.changed", "Somebody else changed this channel meanwhile. Load the page again.");
            if (row is null)
                db.Channels.Add(row = new Channel { Id = channelId, Kind = kind.Kind, Title = title, Address = address.Value!, Since = now, CreatedAt = now, Version = Ids.New(now) });
            // What came while it was off is not sent later.
            row.Since = change.Enabled && !row.Enabled ? now : row.Since;
            (row.Title, row.Address, row.Secret, row.AllowPrivate, row.Enabled) = (title, address.Value!, secret.Value is { Length: > 0 } kept ? kept : null, change.AllowPrivate, change.Enabled);
            (row.Kinds, row.PausedUntil, row.Version) = (string.Join(',', change.Kinds.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)), null, Ids.New(now));
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ChannelChanged, Subjects.Channel, channelId, null,
                new { title, kind.Kind, target.Value.Url.Host, change.AllowPrivate, row.Kinds, change.Enabled, AddressChanged = change.Address.Length > 0, KeyChanged = change.Secret.Length > 0 }), ct);
            return channelId;
        }, ct);
    }

    /// <summary>Nothing goes there any more; its address and key are forgotten, what was sent stays in the ledger.</summary>
    public async Task<Outcome<Done>> RemoveAsync(Guid id, string? reason, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.Channels.SingleOrDefaultAsync(c => c.Id == id && c.RemovedAt == null, ct) is not { } row)
                return Gone;
            (row.RemovedAt, row.Enabled, row.Address, row.Secret, row.Version) = (now, false, string.Empty, null, Ids.New(now));
            var name = Channel.NameOf(id);
            await db.MessageDeliveries.Where(d => d.Channel == name && d.State == DeliveryState.Waiting).ExecuteUpdateAsync(s => s
                .SetProperty(d => d.State, DeliveryState.Skipped).SetProperty(d => d.LastError, "the channel was removed").SetProperty(d => d.EndedAt, (DateTimeOffset?)now), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ChannelRemoved, Subjects.Channel, id, reason, new { row.Title, row.Kind }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Sends a test message with settings that need not be kept yet, and returns what the receiver answered.</summary>
    public async Task<Outcome<string>> TestAsync(Guid? id, ChannelChange change, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        var row = id is { } known ? await FindAsync(known, ct) : null;
        if (Find(row?.Kind ?? change.Kind) is not { } kind)
            return new Refusal("channel.kind", $"There is no channel of the kind '{change.Kind}'.", "kind");
        var target = await OpenAsync(row?.Id ?? Guid.Empty, kind, change, row, ct);
        if (target.IsRefused)
            return target.Refusal;
        var now = clock.Now();
        var message = new OutgoingMessage(Ids.New(now), string.Empty, by.Name, "test", "A test from the governance console", $"{by.Name} tries this channel. Nothing is to be done.", "/settings/notifications", now);
        Outcome<string> answer;
        try
        {
            answer = DeliveryRules.Line(await kind.SendAsync(target.Value, message, links.Base, ct));
        }
        catch (DeliveryException fault)
        {
            answer = new Refusal("channel.test", DeliveryRules.Line(fault.Message), "address");
        }

        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ChannelTested, Subjects.Channel, row?.Id.ToString("D") ?? "new", null,
                new { kind.Kind, target.Value.Url.Host, Answer = answer.Refusal?.Message ?? answer.Value }), ct);
            return Done.Value;
        }, ct);
        return answer;
    }

    /// <summary>The channel opened for its use.</summary>
    internal Task<Outcome<ChannelTarget>> OpenAsync(Channel row, IChannelKind kind, CancellationToken ct) =>
        OpenAsync(row.Id, kind, new ChannelChange(row.Title, row.Kind, string.Empty, string.Empty, row.AllowPrivate, [], row.Enabled), row, ct);

    private async Task<Channel?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Channels.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id && c.RemovedAt == null, ct);
    }

    private async Task<Outcome<ChannelTarget>> OpenAsync(Guid id, IChannelKind kind, ChannelChange change, Channel? row, CancellationToken ct)
    {
        var address = await PlainAsync(change.Address, row?.Address, "The address", "address", id, ct);
        if (address.IsRefused)
            return address.Refusal with { Field = "address" };
        var secret = kind.SecretTitle is { } label ? await PlainAsync(change.Secret, row?.Secret, label, "secret", id, ct) : string.Empty;
        if (secret.IsRefused)
            return secret.Refusal with { Field = "secret" };
        return kind.Check(address.Value.Trim(), secret.Value, change.AllowPrivate) is { } wrong ? wrong : new ChannelTarget(new Uri(address.Value.Trim()), secret.Value.Length > 0 ? secret.Value : null, change.AllowPrivate);
    }

    private async Task<Outcome<string>> PlainAsync(string typed, string? kept, string title, string field, Guid id, CancellationToken ct)
    {
        if (typed.Trim() is { Length: > 0 } now)
            return SealedSecret.IsReference(now) ? await SecretReference.ResolveAsync(now, ct) : now;
        return string.IsNullOrEmpty(kept) ? string.Empty : await texts.OpenAsync(kept, title, field, ct, Purpose(id, field));
    }

    private Outcome<string> Keep(string typed, string? before, string title, string field, Guid id) =>
        typed.Trim().Length > 0 ? texts.Keep(typed, title, field, Purpose(id, field)) : before ?? string.Empty;

    private static string[] Purpose(Guid id, string field) => ["channels", id.ToString("N"), field];
}
