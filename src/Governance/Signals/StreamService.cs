using System.Text.Json.Nodes;
using Governance.Common;
using Governance.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Governance.Signals;

/// <summary>The stream management API of SSF 1.0, for a receiver that has signed in: it sees and changes its own streams only.</summary>
public sealed class StreamService(IDbContextFactory<GovernanceDb> contexts, SignalKeys keys, ISignalSender sender, TimeProvider clock)
{
    public const string Push = "urn:ietf:rfc:8935";
    public const string Poll = "urn:ietf:rfc:8936";
    public const int MinVerificationSeconds = 60;
    private const int MostStreams = 10;
    private const int MostPolled = 100;

    /// <summary>Creates one; without <c>delivery</c> it is polled.</summary>
    public async Task<Outcome<JsonObject>> CreateAsync(SignalReceiver receiver, JsonObject asked, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.SignalStreams.CountAsync(s => s.ReceiverId == receiver.Id, ct) >= MostStreams)
            return new Refusal("ssf.conflict", $"A receiver has at most {MostStreams} streams.");
        var now = clock.Now();
        var stream = new SignalStream { Id = Ids.New(now), ReceiverId = receiver.Id, Events = string.Empty, CreatedAt = now };
        if (Apply(stream, receiver, asked, whole: true) is { } wrong)
            return wrong;
        db.SignalStreams.Add(stream);
        await db.SaveChangesAsync(ct);
        return await WordAsync(stream, receiver, ct);
    }

    /// <summary>One stream; all of the receiver's when none is named.</summary>
    public async Task<Outcome<JsonNode>> ReadAsync(SignalReceiver receiver, string? streamId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (streamId is not null)
            return await FindAsync(db, receiver, streamId, ct) is { } one ? await WordAsync(one, receiver, ct) : NotFound;
        var all = new JsonArray();
        foreach (var stream in await db.SignalStreams.AsNoTracking().Where(s => s.ReceiverId == receiver.Id).OrderBy(s => s.CreatedAt).ToListAsync(ct))
            all.Add((JsonNode)await WordAsync(stream, receiver, ct));
        return all;
    }

    /// <summary>Changes what is named (PATCH), or sets everything that the receiver may set (PUT).</summary>
    public async Task<Outcome<JsonObject>> UpdateAsync(SignalReceiver receiver, JsonObject asked, bool whole, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await FindAsync(db, receiver, asked["stream_id"]?.ToString(), ct, track: true) is not { } stream)
            return NotFound;
        if (Apply(stream, receiver, asked, whole) is { } wrong)
            return wrong;
        await db.SaveChangesAsync(ct);
        return await WordAsync(stream, receiver, ct);
    }

    public async Task<Outcome<Done>> DeleteAsync(SignalReceiver receiver, string? streamId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await FindAsync(db, receiver, streamId, ct) is not { } stream)
            return NotFound;
        return await db.InTransactionAsync<Done>(async () =>
        {
            await db.SignalEvents.Where(e => e.StreamId == stream.Id).ExecuteDeleteAsync(ct);
            await db.SignalMutes.Where(m => m.StreamId == stream.Id).ExecuteDeleteAsync(ct);
            await db.SignalStreams.Where(s => s.Id == stream.Id).ExecuteDeleteAsync(ct);
            return Done.Value;
        }, ct);
    }

    public async Task<Outcome<JsonObject>> StatusAsync(SignalReceiver receiver, string? streamId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await FindAsync(db, receiver, streamId, ct) is { } stream ? StatusOf(stream) : NotFound;
    }

    public async Task<Outcome<JsonObject>> SetStatusAsync(SignalReceiver receiver, JsonObject asked, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await FindAsync(db, receiver, asked["stream_id"]?.ToString(), ct, track: true) is not { } stream)
            return NotFound;
        if (asked["status"]?.ToString() is not ("enabled" or "paused" or "disabled") and var status)
            return new Refusal("ssf.invalid", $"status is enabled, paused or disabled, and not '{status}'.", "status");
        (stream.Status, stream.StatusReason) = (Enum.Parse<StreamStatus>(asked["status"]!.ToString(), ignoreCase: true), Cut(asked["reason"]?.ToString(), 400));
        await db.SaveChangesAsync(ct);
        return StatusOf(stream);
    }

    /// <summary>Every subject is in a stream by itself: removing one mutes it, adding it lets it speak again.</summary>
    public async Task<Outcome<Done>> SetSubjectAsync(SignalReceiver receiver, JsonObject asked, bool add, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await FindAsync(db, receiver, asked["stream_id"]?.ToString(), ct) is not { } stream)
            return NotFound;
        if (SignalSubject.KeyOf(asked["subject"] as JsonObject) is not { Length: < 700 } subject)
            return new Refusal("ssf.invalid", "subject has to be of the format iss_sub, with iss and sub as they are in the events of this transmitter.", "subject");
        if (add)
        {
            await db.SignalMutes.Where(m => m.StreamId == stream.Id && m.Subject == subject).ExecuteDeleteAsync(ct);
        }
        else if (!await db.SignalMutes.AnyAsync(m => m.StreamId == stream.Id && m.Subject == subject, ct))
        {
            db.SignalMutes.Add(new SignalMute { Id = Ids.New(clock.Now()), StreamId = stream.Id, Subject = subject });
            await db.SaveChangesAsync(ct);
        }

        return Done.Value;
    }

    /// <summary>Puts a verification event into the stream.</summary>
    public async Task<Outcome<Done>> VerifyAsync(SignalReceiver receiver, JsonObject asked, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await FindAsync(db, receiver, asked["stream_id"]?.ToString(), ct) is not { } stream)
            return NotFound;
        if (asked["state"]?.ToString() is { Length: > 2000 })
            return new Refusal("ssf.invalid", "state has at most 2,000 characters.", "state");
        var (now, transmitter) = (clock.Now(), await keys.GetAsync(ct));
        var since = now.AddSeconds(-MinVerificationSeconds);
        if (await db.SignalStreams.Where(s => s.Id == stream.Id && (s.VerificationAskedAt == null || s.VerificationAskedAt <= since)).ExecuteUpdateAsync(u => u.SetProperty(s => s.VerificationAskedAt, now), ct) == 0)
            return new Refusal("ssf.too-many", $"Verification may be asked for every {MinVerificationSeconds} seconds.");
        var values = new JsonObject();
        if (asked["state"]?.ToString() is { } state)
            values["state"] = state;
        var id = Ids.New(now);
        var subject = new JsonObject { ["format"] = "opaque", ["id"] = stream.Id.ToString("N") };
        using var signer = keys.Open(transmitter);
        var token = signer.Sign(SignalClaims.Of(transmitter.Issuer!, id, receiver.Audience, now, subject, SignalTypes.Verification, values, null));
        db.SignalEvents.Add(new SignalEvent { Id = id, StreamId = stream.Id, Type = SignalTypes.Verification, About = "the stream itself", Token = token, CreatedAt = now, NextAt = now });
        await db.SaveChangesAsync(ct);
        return Done.Value;
    }

    /// <summary>RFC 8936: takes acknowledgements and errors, and hands out what waits. Answers at once.</summary>
    public async Task<Outcome<JsonObject>> PollAsync(SignalReceiver receiver, string? streamId, JsonObject asked, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await FindAsync(db, receiver, streamId, ct) is not { PushUrl: null } stream)
            return NotFound;
        var now = clock.Now();
        var taken = ((asked["ack"] as JsonArray) ?? []).Select(a => Guid.TryParse(a?.ToString(), out var id) ? id : Guid.Empty).ToHashSet();
        if (taken.Count > 0)
        {
            await db.SignalEvents.Where(e => e.StreamId == stream.Id && e.State == SignalState.Waiting && taken.Contains(e.Id)).ExecuteUpdateAsync(
                u => u.SetProperty(e => e.State, SignalState.Delivered).SetProperty(e => e.EndedAt, now).SetProperty(e => e.LastError, (string?)null), ct);
        }

        foreach (var (jti, error) in (asked["setErrs"] as JsonObject)?.ToList() ?? [])
        {
            if (Guid.TryParse(jti, out var id))
            {
                var words = Cut($"The receiver says {error?["err"]}: {error?["description"]}", 1000);
                await db.SignalEvents.Where(e => e.StreamId == stream.Id && e.State == SignalState.Waiting && e.Id == id).ExecuteUpdateAsync(
                    u => u.SetProperty(e => e.State, SignalState.Dead).SetProperty(e => e.EndedAt, now).SetProperty(e => e.LastError, words), ct);
            }
        }

        var most = asked["maxEvents"] is JsonValue value && value.TryGetValue<int>(out var n) ? Math.Clamp(n, 0, MostPolled) : MostPolled;
        var waiting = stream.Status == StreamStatus.Enabled
            ? await db.SignalEvents.AsNoTracking().Where(e => e.StreamId == stream.Id && e.State == SignalState.Waiting).OrderBy(e => e.CreatedAt).ThenBy(e => e.Id).Take(most + 1).ToListAsync(ct) : [];
        var sets = new JsonObject();
        foreach (var e in waiting.Take(most))
            sets[e.Id.ToString("N")] = e.Token;
        return new JsonObject { ["sets"] = sets, ["moreAvailable"] = waiting.Count > most };
    }

    private static Refusal NotFound => new("ssf.not-found", "This receiver has no such stream.");

    private static async Task<SignalStream?> FindAsync(GovernanceDb db, SignalReceiver receiver, string? streamId, CancellationToken ct, bool track = false)
    {
        if (!Guid.TryParse(streamId, out var id))
            return null;
        var streams = track ? db.SignalStreams : db.SignalStreams.AsNoTracking();
        return await streams.SingleOrDefaultAsync(s => s.Id == id && s.ReceiverId == receiver.Id, ct);
    }

    private Refusal? Apply(SignalStream stream, SignalReceiver receiver, JsonObject asked, bool whole)
    {
        if (whole || asked.ContainsKey("events_requested"))
        {
            var wanted = ((asked["events_requested"] as JsonArray) ?? []).Select(e => e?.ToString()).OfType<string>().Where(e => !e.Contains(' ', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Take(40).ToList();
            stream.Requested = Cut(string.Join(' ', wanted), 4000);
            stream.Events = string.Join(' ', SignalTypes.Supported.Where(t => wanted.Count == 0 || wanted.Contains(t, StringComparer.Ordinal)));
        }

        if (whole || asked.ContainsKey("description"))
            stream.Description = Cut(asked["description"]?.ToString(), 400);
        if (!whole && !asked.ContainsKey("delivery"))
            return null;
        var delivery = asked["delivery"] as JsonObject;
        switch (delivery?["method"]?.ToString() ?? Poll)
        {
            case Poll:
                (stream.PushUrl, stream.SealedAuthorization) = (null, null);
                return null;
            case Push:
                var url = delivery?["endpoint_url"]?.ToString();
                if (sender.Check(url, receiver.AllowPrivate) is { } wrong)
                    return new Refusal("ssf.invalid", wrong, "delivery");
                stream.PushUrl = url;
                if (delivery?["authorization_header"]?.ToString() is { Length: > 0 } header)
                    stream.SealedAuthorization = header.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0 ? null : keys.Protector("push", stream.Id.ToString("N")).Protect(header);
                return null;
            case var other:
                return new Refusal("ssf.invalid", $"The delivery method {other} is neither {Push} nor {Poll}.", "delivery");
        }
    }

    private async Task<JsonObject> WordAsync(SignalStream stream, SignalReceiver receiver, CancellationToken ct)
    {
        var issuer = (await keys.GetAsync(ct)).Issuer;
        var words = new JsonObject
        {
            ["stream_id"] = stream.Id.ToString("N"),
            ["iss"] = issuer,
            ["aud"] = receiver.Audience,
            ["events_supported"] = List(SignalTypes.Supported),
            ["events_requested"] = List(stream.Requested?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? []),
            ["events_delivered"] = List(stream.Events.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
            ["delivery"] = new JsonObject { ["method"] = stream.PushUrl is null ? Poll : Push, ["endpoint_url"] = stream.PushUrl ?? $"{issuer}/ssf/poll/{stream.Id:N}" },
            ["min_verification_interval"] = MinVerificationSeconds,
        };
        if (stream.Description is not null)
            words["description"] = stream.Description;
        return words;
    }

    private static JsonObject StatusOf(SignalStream stream)
    {
        var words = new JsonObject { ["stream_id"] = stream.Id.ToString("N"), ["status"] = stream.Status.ToString().ToLowerInvariant() };
        if (stream.StatusReason is not null)
            words["reason"] = stream.StatusReason;
        return words;
    }

    private static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(t => JsonValue.Create(t))];

    private static string? Cut(string? text, int most) => text is null || text.Length <= most ? text : text[..most];
}
