using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Governance.Audit;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Revocation;
using Governance.Signals;
using Governance.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Tests.Signals;

/// <summary>The transmitter over HTTP, with a receiver that verifies signature, issuer, audience, type and that no jti comes twice.</summary>
public sealed class SharedSignalsTests : IAsyncLifetime
{
    private const string Issuer = "http://localhost";
    private const string Audience = "https://receiver.example";
    private static readonly Actor Admin = new(ActorKind.Person, "ada", "Ada Lovelace", Roles: new HashSet<string>(StringComparer.Ordinal) { Roles.Administrator });
    private readonly ConsoleUnderTest console = new();
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private HttpClient api = null!;
    private string secret = string.Empty;

    public async ValueTask InitializeAsync()
    {
        api = console.Browser();
        (await console.Get<ReceiverService>().SetIssuerAsync(Issuer, Admin, default)).Refusal.ShouldBeNull();
        secret = (await console.Get<ReceiverService>().AddAsync("gateway", Audience, true, Admin, default)).OrThrow();
        await console.AddAccountAsync("root", Roles.Administrator);
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await console.DisposeAsync();
    }

    [Fact]
    public async Task Discovery_names_what_the_interoperability_profile_wants()
    {
        using var anyone = console.Browser();
        var found = JsonNode.Parse(await anyone.GetStringAsync("/.well-known/ssf-configuration"))!.AsObject();
        (found["spec_version"]!.ToString(), found["issuer"]!.ToString(), found["default_subjects"]!.ToString()).ShouldBe(("1_0", Issuer, "ALL"));
        found["delivery_methods_supported"]!.AsArray().Select(m => m!.ToString()).ShouldBe(["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"]);
        found["authorization_schemes"]!.AsArray().Select(m => m!["spec_urn"]!.ToString()).ShouldContain("urn:ietf:rfc:6749");
        foreach (var endpoint in (string[])["jwks_uri", "configuration_endpoint", "status_endpoint", "add_subject_endpoint", "remove_subject_endpoint", "verification_endpoint"])
            found[endpoint]!.ToString().ShouldStartWith(Issuer + "/ssf/");
        var key = JsonNode.Parse(await anyone.GetStringAsync("/ssf/jwks.json"))!["keys"]!.AsArray().ShouldHaveSingleItem()!;
        (key["kty"]!.ToString(), key["alg"]!.ToString(), key["d"]).ShouldBe(("RSA", "RS256", null));
        (Base64Url.DecodeFromChars(key["n"]!.ToString()).Length * 8).ShouldBeGreaterThanOrEqualTo(2048);
    }

    [Fact]
    public async Task A_stream_is_made_read_changed_paused_and_removed_by_its_receiver_only()
    {
        var made = await SendAsync(HttpMethod.Post, "/ssf/streams", new JsonObject { ["events_requested"] = new JsonArray(SignalTypes.SessionRevoked, "https://example.com/unknown"), ["description"] = "ours" }, HttpStatusCode.Created);
        var id = made["stream_id"]!.ToString();
        (made["iss"]!.ToString(), made["aud"]!.ToString()).ShouldBe((Issuer, Audience));
        made["delivery"]!["method"]!.ToString().ShouldBe("urn:ietf:rfc:8936");
        made["delivery"]!["endpoint_url"]!.ToString().ShouldBe($"{Issuer}/ssf/poll/{id}");
        made["events_delivered"]!.AsArray().Select(e => e!.ToString()).ShouldBe([SignalTypes.SessionRevoked]);
        (await SendAsync(HttpMethod.Get, "/ssf/streams?stream_id=" + id))["description"]!.ToString().ShouldBe("ours");
        using (var all = await api.GetAsync("/ssf/streams"))
            JsonNode.Parse(await all.Content.ReadAsStringAsync())!.AsArray().Count.ShouldBe(1);
        (await SendAsync(HttpMethod.Patch, "/ssf/streams", new JsonObject { ["stream_id"] = id, ["events_requested"] = new JsonArray(SignalTypes.AccountDisabled) }))["description"]!.ToString().ShouldBe("ours");
        var put = await SendAsync(HttpMethod.Put, "/ssf/streams", new JsonObject { ["stream_id"] = id });
        (put.ContainsKey("description"), put["events_delivered"]!.AsArray().Count).ShouldBe((false, SignalTypes.Supported.Count));
        foreach (var status in (string[])["paused", "disabled", "enabled"])
            (await SendAsync(HttpMethod.Post, "/ssf/status", new JsonObject { ["stream_id"] = id, ["status"] = status }))["status"]!.ToString().ShouldBe(status);
        await SendAsync(HttpMethod.Post, "/ssf/status", new JsonObject { ["stream_id"] = id, ["status"] = "gone" }, HttpStatusCode.BadRequest);
        using (var other = console.Browser())
        {
            other.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await console.Get<ReceiverService>().AddAsync("another", "https://another.example", false, Admin, default)).OrThrow());
            foreach (var path in (string[])["/ssf/streams?stream_id=", "/ssf/status?stream_id="])
                (await other.GetAsync(path + id)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await other.PostAsync("/ssf/poll/" + id, null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await other.DeleteAsync("/ssf/streams?stream_id=" + id)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            foreach (var url in (string[])["http://10.0.0.1/x", "https://127.0.0.1/x", "https://169.254.169.254/x", "nonsense"])
            {
                using var body = Json(new JsonObject { ["delivery"] = new JsonObject { ["method"] = "urn:ietf:rfc:8935", ["endpoint_url"] = url } });
                (await other.PostAsync("/ssf/streams", body)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, url);
            }
        }

        (await api.DeleteAsync("/ssf/streams?stream_id=" + id)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await SendAsync(HttpMethod.Get, "/ssf/streams?stream_id=" + id, status: HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Only_a_bearer_token_counts_and_an_access_token_ends_with_its_secret()
    {
        using var anyone = console.Browser();
        foreach (var header in (string?[])[null, "Bearer wrong", "Bearer gsr_wrong", "Bearer gsa_wrong", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("a:" + secret))])
        {
            anyone.DefaultRequestHeaders.Remove("Authorization");
            if (header is not null)
                anyone.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
            using var refused = await anyone.GetAsync("/ssf/streams?access_token=" + secret);
            (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString().StartsWith("Bearer", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.Unauthorized, true), header);
        }

        using var signedIn = await console.SignedInAsync("root");
        (await signedIn.GetAsync("/ssf/streams")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "a person's session is no receiver");
        var id = (await console.Get<ReceiverService>().ListAsync(default)).Single().Id;
        anyone.DefaultRequestHeaders.Remove("Authorization");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["grant_type"] = "client_credentials", ["client_id"] = id.ToString("D"), ["client_secret"] = secret });
        using var granted = await anyone.PostAsync("/ssf/token", form);
        var token = JsonNode.Parse(await granted.Content.ReadAsStringAsync())!;
        token["expires_in"]!.GetValue<int>().ShouldBeLessThanOrEqualTo(3600);
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token["access_token"]!.ToString());
        (await api.GetAsync("/ssf/streams")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await console.Get<ReceiverService>().RenewAsync(id, Admin, default)).Refusal.ShouldBeNull();
        (await api.GetAsync("/ssf/streams")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await using var db = await console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        (await db.SignalReceivers.SingleAsync()).SecretHash.ShouldNotContain(secret);
        (await db.SignalTransmitters.SingleAsync()).SealedKey.ShouldNotContain("PRIVATE");
    }

    [Fact]
    public async Task What_was_observed_is_told_once_and_what_was_only_ordered_is_not()
    {
        var id = (await SendAsync(HttpMethod.Post, "/ssf/streams", [], HttpStatusCode.Created))["stream_id"]!.ToString();
        var (source, identity) = await IdentityAsync();
        var order = Guid.CreateVersion7();
        await AppendAsync(AuditActions.RevocationOrdered, order, new { identityId = identity.Id });
        await AppendAsync(AuditActions.RevocationStepDone, order, new { verb = RevocationVerb.Disable, outcome = "stuck", identityId = identity.Id });
        await AppendAsync(AuditActions.RevocationStepDone, order, new { verb = RevocationVerb.Disable, outcome = "done", remediation = RemediationState.Succeeded, evidence = "acknowledged", identityId = identity.Id });
        await CatchUpAsync();
        (await PollAsync(id)).ShouldBeEmpty("neither ordered, stuck nor acknowledged is observed");
        await AppendAsync(AuditActions.RevocationStepDone, order, new { verb = RevocationVerb.Disable, outcome = "done", remediation = RemediationState.Verified, evidence = "accountEnabled = false", identityId = identity.Id });
        await CatchUpAsync();
        await CatchUpAsync();
        var events = await PollAsync(id);
        events.Select(e => Type(e)).Order(StringComparer.Ordinal).ShouldBe([SignalTypes.SessionRevoked, SignalTypes.AccountDisabled]);
        events.ShouldAllBe(e => e["txn"]!.ToString() == order.ToString("D"));
        events[0]["sub_id"]!.ToJsonString().ShouldBe(new JsonObject { ["format"] = "iss_sub", ["iss"] = $"{Issuer}/sources/{source.Id:D}", ["sub"] = identity.ExternalId }.ToJsonString());
        var session = events.Single(e => Type(e) == SignalTypes.SessionRevoked)["events"]![SignalTypes.SessionRevoked]!;
        session["reason_admin"]!["en"]!.ToString().ShouldContain("accountEnabled = false");
        session["event_timestamp"]!.GetValue<long>().ShouldBeGreaterThan(1_600_000_000);
        session["initiating_entity"]!.ToString().ShouldBe("policy");
        // Not acknowledged yet: handed out again, the same ones.
        seen.Clear();
        var again = await PollAsync(id, new JsonObject { ["ack"] = new JsonArray(events[0]["jti"]!.ToString()) });
        again.ShouldHaveSingleItem()["jti"]!.ToString().ShouldBe(events[1]["jti"]!.ToString());
        (await PollAsync(id, new JsonObject { ["setErrs"] = new JsonObject { [events[1]["jti"]!.ToString()] = new JsonObject { ["err"] = "invalid_state", ["description"] = "no" } } })).ShouldBeEmpty();
        (await console.Get<ReceiverService>().DeadAsync(default)).ShouldHaveSingleItem().LastError!.ShouldContain("invalid_state");
        await AppendAsync(AuditActions.RevocationUndone, order, new { verb = RevocationVerb.Restore, outcome = "done", remediation = RemediationState.Undone, evidence = "accountEnabled = true", identityId = identity.Id });
        await CatchUpAsync();
        Type((await PollAsync(id)).ShouldHaveSingleItem()).ShouldBe(SignalTypes.AccountEnabled);
    }

    [Fact]
    public async Task A_credential_that_was_taken_away_is_a_credential_change()
    {
        var id = (await SendAsync(HttpMethod.Post, "/ssf/streams", [], HttpStatusCode.Created))["stream_id"]!.ToString();
        var (_, identity) = await IdentityAsync();
        var now = TimeProvider.System.GetUtcNow();
        var credential = new Credential { Id = Guid.CreateVersion7(), IdentityId = identity.Id, ExternalId = "k1", Kind = CredentialKind.ClientSecret };
        var orders = new[] { TargetKind.Credential, TargetKind.Grant }.Select(on => new RevocationOrder
        {
            Id = Guid.CreateVersion7(),
            IdentityId = identity.Id,
            SourceId = identity.SourceId,
            On = on,
            CredentialId = on == TargetKind.Credential ? credential.Id : null,
            GrantId = on == TargetKind.Grant ? Guid.CreateVersion7() : null,
            TargetKey = on.ToString(),
            Reason = "r",
            OrderedAt = now,
            OrderedBy = "Eve",
        }).ToList();
        await using (var db = await console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync())
        {
            db.Add(credential);
            db.AddRange(orders);
            await db.SaveChangesAsync();
        }

        foreach (var order in orders)
            await AppendAsync(AuditActions.RevocationStepDone, order.Id, new { verb = RevocationVerb.Delete, outcome = "done", remediation = RemediationState.Verified, evidence = "gone", identityId = identity.Id });
        await CatchUpAsync();
        var change = (await PollAsync(id)).ShouldHaveSingleItem()["events"]![SignalTypes.CredentialChange]!;
        (change["change_type"]!.ToString(), change["credential_type"]!.ToString(), change["reason_admin"]!["en"]!.ToString().Length > 0).ShouldBe(("delete", "client-secret", true));
    }

    [Fact]
    public async Task A_removed_subject_is_silent_until_it_is_added_again_and_a_paused_stream_keeps_its_events()
    {
        var id = (await SendAsync(HttpMethod.Post, "/ssf/streams", new JsonObject { ["events_requested"] = new JsonArray(SignalTypes.AccountDisabled) }, HttpStatusCode.Created))["stream_id"]!.ToString();
        var (source, identity) = await IdentityAsync();
        JsonObject Subject() => new() { ["stream_id"] = id, ["subject"] = new JsonObject { ["format"] = "iss_sub", ["iss"] = $"{Issuer}/sources/{source.Id:D}", ["sub"] = identity.ExternalId } };
        await SendAsync(HttpMethod.Post, "/ssf/subjects:remove", Subject(), HttpStatusCode.NoContent);
        await SendAsync(HttpMethod.Post, "/ssf/subjects:remove", Subject(), HttpStatusCode.NoContent);
        await DisabledAsync(identity);
        (await PollAsync(id)).ShouldBeEmpty();
        await SendAsync(HttpMethod.Post, "/ssf/subjects:add", Subject());
        await SendAsync(HttpMethod.Post, "/ssf/subjects:add", new JsonObject { ["stream_id"] = id, ["subject"] = new JsonObject { ["format"] = "email", ["email"] = "a@example.com" } }, HttpStatusCode.BadRequest);
        await SendAsync(HttpMethod.Post, "/ssf/status", new JsonObject { ["stream_id"] = id, ["status"] = "paused" });
        await DisabledAsync(identity);
        (await PollAsync(id)).ShouldBeEmpty();
        await SendAsync(HttpMethod.Post, "/ssf/status", new JsonObject { ["stream_id"] = id, ["status"] = "enabled" });
        (await PollAsync(id)).Count.ShouldBe(1);
        await SendAsync(HttpMethod.Post, "/ssf/status", new JsonObject { ["stream_id"] = id, ["status"] = "disabled" });
        await DisabledAsync(identity);
        await SendAsync(HttpMethod.Post, "/ssf/status", new JsonObject { ["stream_id"] = id, ["status"] = "enabled" });
        seen.Clear();
        (await PollAsync(id)).Count.ShouldBe(1, "what happened while it was disabled was not kept");
    }

    [Fact]
    public async Task Verification_echoes_the_state_and_may_not_be_asked_for_all_the_time()
    {
        var id = (await SendAsync(HttpMethod.Post, "/ssf/streams", [], HttpStatusCode.Created))["stream_id"]!.ToString();
        await SendAsync(HttpMethod.Post, "/ssf/verify", new JsonObject { ["stream_id"] = id, ["state"] = "opaque state" }, HttpStatusCode.NoContent);
        await SendAsync(HttpMethod.Post, "/ssf/verify", new JsonObject { ["stream_id"] = id }, HttpStatusCode.TooManyRequests);
        var set = (await PollAsync(id)).ShouldHaveSingleItem();
        set["events"]![SignalTypes.Verification]!["state"]!.ToString().ShouldBe("opaque state");
        (set["sub_id"]!["format"]!.ToString(), set["sub_id"]!["id"]!.ToString()).ShouldBe(("opaque", id));
        await SendAsync(HttpMethod.Post, "/ssf/verify", new JsonObject { ["stream_id"] = Guid.CreateVersion7().ToString("N") }, HttpStatusCode.NotFound);
        foreach (var body in (string[])["", "[]", "{", "{\"a\":1,\"a\":2}"])
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            (await api.PostAsync("/ssf/verify", content)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, body);
        }
    }

    private static string Type(JsonObject set) => set["events"]!.AsObject().Single().Key;

    private static StringContent Json(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonObject? body = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = Json(body);
        using var answer = await api.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        return text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject();
    }

    private async Task<List<JsonObject>> PollAsync(string stream, JsonObject? body = null)
    {
        var answer = await SendAsync(HttpMethod.Post, "/ssf/poll/" + stream, body ?? []);
        var sets = new List<JsonObject>();
        foreach (var (jti, token) in answer["sets"]!.AsObject())
        {
            var claims = await VerifiedAsync(token!.ToString());
            claims["jti"]!.ToString().ShouldBe(jti);
            sets.Add(claims);
        }

        return sets;
    }

    /// <summary>As a receiver has to: signature by the published key, type, issuer, audience, one event, no sub and no exp, and a jti that was never seen.</summary>
    private async Task<JsonObject> VerifiedAsync(string token)
    {
        var parts = token.Split('.');
        parts.Length.ShouldBe(3);
        var head = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        (head["alg"]!.ToString(), head["typ"]!.ToString()).ShouldBe(("RS256", "secevent+jwt"));
        var key = JsonNode.Parse(await api.GetStringAsync("/ssf/jwks.json"))!["keys"]!.AsArray().Single(k => k!["kid"]!.ToString() == head["kid"]!.ToString())!;
        using var rsa = RSA.Create(new RSAParameters { Modulus = Base64Url.DecodeFromChars(key["n"]!.ToString()), Exponent = Base64Url.DecodeFromChars(key["e"]!.ToString()) });
        rsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue("the signature");
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        (claims["iss"]!.ToString(), claims["aud"]!.ToString()).ShouldBe((Issuer, Audience));
        (claims.ContainsKey("sub"), claims.ContainsKey("exp"), claims["events"]!.AsObject().Count).ShouldBe((false, false, 1));
        seen.Add(claims["jti"]!.ToString()).ShouldBeTrue("a jti came twice");
        return claims;
    }

    private async Task<(Source Source, Identity Identity)> IdentityAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        var source = new Source { Id = Guid.CreateVersion7(), Name = "Source " + seen.Count, CreatedAt = now };
        var identity = new Identity { Id = Guid.CreateVersion7(), SourceId = source.Id, ExternalId = "svc-1", DisplayName = "svc-1", Attributes = "{}", ContentHash = "x", FirstSeenAt = now, LastSeenAt = now };
        await using var db = await console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        db.AddRange(source, identity);
        await db.SaveChangesAsync();
        return (source, identity);
    }

    private async Task DisabledAsync(Identity identity)
    {
        await AppendAsync(AuditActions.RevocationStepDone, Guid.CreateVersion7(), new { verb = RevocationVerb.Disable, outcome = "done", remediation = RemediationState.Verified, evidence = "seen", identityId = identity.Id });
        await CatchUpAsync();
    }

    private async Task AppendAsync(string action, Guid order, object details)
    {
        await using var db = await console.Get<IDbContextFactory<GovernanceDb>>().CreateDbContextAsync();
        await db.InTransactionAsync(async () =>
        {
            await console.Get<AuditLog>().AppendAsync(db, Actor.Job("revocation"), TimeProvider.System.GetUtcNow(), new AuditDraft(action, Subjects.Order, order, null, details), default);
            return Done.Value;
        }, default);
    }

    private Task CatchUpAsync() => console.Get<Followers>().CatchUpAsync(default);
}
