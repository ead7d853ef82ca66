using System.Text.Json;
using System.Text.Json.Nodes;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Signals;

/// <summary>
/// Tells the streams what was *observed*: an effect that was only ordered, sent or acknowledged is told to nobody. The tokens come to stand in the transaction that
/// moves the cursor, so that a kill loses none and makes none twice.
/// </summary>
public sealed class SignalFollower(IDbContextFactory<GovernanceDb> contexts, TimeProvider clock, SignalKeys keys) : AuditFollower(contexts, clock)
{
    protected override string Name => "signals";

    protected override IReadOnlyCollection<string> Actions { get; } = [AuditActions.RevocationStepDone, AuditActions.RevocationUndone];

    protected override async Task FollowAsync(GovernanceDb db, IReadOnlyList<AuditEntry> entries, DateTimeOffset now, CancellationToken ct)
    {
        var seen = entries.Select(Observed.Of).OfType<Observed>().ToList();
        if (seen.Count == 0)
            return;
        var transmitter = await db.SignalTransmitters.AsNoTracking().SingleOrDefaultAsync(t => t.Id == SignalTransmitter.TheId && t.Issuer != null, ct);
        var streams = await (from s in db.SignalStreams.AsNoTracking()
                             join r in db.SignalReceivers on s.ReceiverId equals r.Id
                             where r.Enabled && s.Status != StreamStatus.Disabled
                             select new { Stream = s, r.Audience }).ToListAsync(ct);
        if (transmitter is null || streams.Count == 0)
            return;
        var ids = seen.Select(s => s.IdentityId).ToHashSet();
        var about = await (from i in db.Identities.AsNoTracking()
                           join s in db.Sources on i.SourceId equals s.Id
                           where ids.Contains(i.Id)
                           select new { i.Id, i.ExternalId, i.DisplayName, Source = s }).ToDictionaryAsync(i => i.Id, ct);
        var orders = await OrdersAsync(db, seen, ct);
        var credentials = await CredentialsAsync(db, orders.Values, ct);
        var muted = (await db.SignalMutes.AsNoTracking().Select(m => new { m.StreamId, m.Subject }).ToListAsync(ct)).Select(m => (m.StreamId, m.Subject)).ToHashSet();
        using var signer = keys.Open(transmitter);
        foreach (var effect in seen.Where(s => about.ContainsKey(s.IdentityId)))
        {
            var identity = about[effect.IdentityId];
            var subject = new SignalSubject(SubjectIssuer.Of(identity.Source, transmitter.Issuer!), identity.ExternalId);
            foreach (var (type, values) in effect.Events(orders.GetValueOrDefault(effect.OrderId), credentials))
            {
                foreach (var to in streams.Where(s => s.Stream.Events.Split(' ').Contains(type, StringComparer.Ordinal) && !muted.Contains((s.Stream.Id, subject.Key))))
                {
                    var id = Ids.New(now);
                    var claims = SignalClaims.Of(transmitter.Issuer!, id, to.Audience, now, subject.ToJson(), type, values.DeepClone().AsObject(), effect.OrderId);
                    db.SignalEvents.Add(new SignalEvent { Id = id, StreamId = to.Stream.Id, Type = type, About = identity.DisplayName, Token = signer.Sign(claims), CreatedAt = now, NextAt = now });
                }
            }
        }

        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
    }

    /// <summary>What each order is about: the identity, or one credential or grant of it.</summary>
    private static async Task<Dictionary<string, OrderedThing>> OrdersAsync(GovernanceDb db, IReadOnlyList<Observed> seen, CancellationToken ct)
    {
        var ids = seen.Select(s => Guid.TryParse(s.OrderId, out var id) ? id : Guid.Empty).ToHashSet();
        return await db.RevocationOrders.AsNoTracking().Where(o => ids.Contains(o.Id)).Select(o => new { o.Id, o.CredentialId, o.GrantId }).ToDictionaryAsync(o => o.Id.ToString("D"), o => new OrderedThing(o.CredentialId, o.GrantId), StringComparer.Ordinal, ct);
    }

    private static async Task<Dictionary<Guid, CredentialKind>> CredentialsAsync(GovernanceDb db, IEnumerable<OrderedThing> orders, CancellationToken ct)
    {
        var ids = orders.Select(o => o.CredentialId).OfType<Guid>().ToHashSet();
        return ids.Count == 0 ? [] : await db.Credentials.AsNoTracking().Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Kind, ct);
    }
}

/// <summary>The one credential or grant that an order is about; neither for the whole identity.</summary>
internal sealed record OrderedThing(Guid? CredentialId, Guid? GrantId);

/// <summary>Who gave the id, so that a receiver that knows the same system knows whom it is about.</summary>
public static class SubjectIssuer
{
    public static string Of(Source source, string console) => source switch
    {
        { System: SourceSystem.Entra, Tenant: { Length: > 0 } tenant } => $"https://login.microsoftonline.com/{Uri.EscapeDataString(tenant)}/v2.0",
        { System: SourceSystem.Okta or SourceSystem.Keycloak, Tenant: { } tenant } when Uri.TryCreate(tenant, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps => tenant.TrimEnd('/'),
        _ => $"{console}/sources/{source.Id:D}",
    };
}

/// <summary>One effect that was seen in its source, as the audit entry tells of it.</summary>
internal sealed record Observed(RevocationVerb Verb, Guid IdentityId, string OrderId, string Evidence, string Initiator, DateTimeOffset At)
{
    public static Observed? Of(AuditEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Details);
        var details = json.RootElement;
        var undone = entry.Action == AuditActions.RevocationUndone;
        if (!Enum.TryParse<RevocationVerb>(Text(details, "verb"), ignoreCase: true, out var verb) || Text(details, "outcome") != "done" || !Guid.TryParse(Text(details, "identityId"), out var identity))
            return null;
        // Undone is said only of what was read back; of the rest, Verified is what was seen.
        if (!undone && !string.Equals(Text(details, "remediation"), nameof(RemediationState.Verified), StringComparison.OrdinalIgnoreCase))
            return null;
        return new Observed(verb, identity, entry.SubjectId, Text(details, "evidence") ?? string.Empty,
            entry.ActorKind == ActorKind.Person ? "admin" : "policy", entry.At);
    }

    /// <summary>What it means to others.</summary>
    public IEnumerable<(string Type, JsonObject Values)> Events(OrderedThing? order, IReadOnlyDictionary<Guid, CredentialKind> credentials)
    {
        // CAEP has no event for a permission that was taken: its token-claims-change speaks of claims, which are not known here.
        if (order?.GrantId is not null)
            yield break;
        if (order?.CredentialId is { } id)
        {
            var change = Verb switch { RevocationVerb.Delete => "delete", RevocationVerb.Disable => "revoke", RevocationVerb.Rotate => "update", _ => "create" };
            var values = SignalClaims.Caep(At, Initiator, Reason(change == "create" ? "A credential works again" : "A credential was taken away"));
            (values["credential_type"], values["change_type"]) = (TypeOf(credentials.GetValueOrDefault(id)), change);
            yield return (SignalTypes.CredentialChange, values);
            yield break;
        }

        switch (Verb)
        {
            case RevocationVerb.Disable:
                yield return (SignalTypes.AccountDisabled, []);
                yield return (SignalTypes.SessionRevoked, SignalClaims.Caep(At, Initiator, Reason("Access was taken away")));
                break;
            case RevocationVerb.Delete:
                yield return (SignalTypes.AccountPurged, []);
                break;
            case RevocationVerb.Restore:
                yield return (SignalTypes.AccountEnabled, []);
                break;
        }
    }

    // CAEP 1.0, 3.3.1: x509 and password are its own; the others are agreed names, as it allows.
    private static string TypeOf(CredentialKind kind) => kind switch
    {
        CredentialKind.Certificate => "x509",
        CredentialKind.Password => "password",
        CredentialKind.ClientSecret => "client-secret",
        CredentialKind.AccessKey => "access-key",
        CredentialKind.ApiKey => "api-key",
        CredentialKind.Token => "token",
        CredentialKind.FederatedTrust => "federated-trust",
        _ => "app",
    };

    private string Reason(string what) => Evidence.Length == 0 ? what + "." : $"{what}: {Evidence}";

    private static string? Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
