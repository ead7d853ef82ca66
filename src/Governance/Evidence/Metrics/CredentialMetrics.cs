using System.Runtime.CompilerServices;
using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>M09: a secret that ends by itself within a quarter.</summary>
public sealed class ShortLivedCredentials : Metric
{
    public override string Id => "M09";

    public override string Title => "Credentials that expire soon enough by themselves";

    public override string Population => "Enabled credentials of live identities.";

    public override string Criterion(FindingPolicy policy) =>
        $"The source reports an expiry at most {Days(policy.SecretAge)} after the credential's creation (or after the as-of time where the creation isn't reported); a federated trust holds no secret and counts as met.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (limit, asOf) = (context.Policy.SecretAge, context.Period.AsOf);
        var rows = from c in context.Credentials()
                   join i in context.Live() on c.IdentityId equals i.Id
                   join s in context.Db.Sources on i.SourceId equals s.Id
                   orderby c.Id
                   select new { c.Id, i.DisplayName, c.ExternalId, c.Kind, c.Expiry, c.CreatedAt, c.ExpiresAt, Source = s.Name };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var verdict = r switch
            {
                { Kind: CredentialKind.FederatedTrust } => Verdicts.Met,
                { Expiry: ExpiryState.NotReported } => Verdicts.CannotTell,
                { Expiry: ExpiryState.Known, ExpiresAt: { } end } when end - (r.CreatedAt ?? asOf) <= limit => Verdicts.Met,
                _ => Verdicts.Exception,
            };
            var detail = r.Kind == CredentialKind.FederatedTrust ? "holds no secret" : r.Expiry switch
            {
                ExpiryState.Known => $"made {Day(r.CreatedAt)}, expires {Day(r.ExpiresAt)}",
                ExpiryState.Never => $"made {Day(r.CreatedAt)}, never expires",
                ExpiryState.Sliding => "slides on with each use",
                _ => "the source does not report an expiry",
            };
            yield return new PopulationRow(Key(r.Id), $"{r.DisplayName} / {r.ExternalId}", r.Source, verdict, $"{r.Kind}; {detail}", null, r.CreatedAt);
        }
    }
}

/// <summary>M10: a secret is replaced when its time has come, and the old one goes.</summary>
public sealed class SecretsRotated : Metric
{
    public override string Id => "M10";

    public override string Title => "Secrets rotated within policy";

    public override string Population => "Secrets that reached the rotation age in the period while they worked; those whose creation no source reports can't be told.";

    public override string Criterion(FindingPolicy policy) => $"The secret was gone or expired {Days(policy.RotationWindow)} after it reached {Days(policy.SecretAge)}; what is still within those {Days(policy.RotationWindow)} can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, until, age, window) = (context.Db, context.Until, context.Policy.SecretAge, context.Policy.RotationWindow);
        var (first, last) = (context.Period.From - age, until - age);
        var working = context.Secrets();
        var rows = from c in db.Credentials.AsNoTracking().Where(c => c.Kind != CredentialKind.FederatedTrust && c.Kind != CredentialKind.Certificate
                       && ((c.CreatedAt >= first && c.CreatedAt < last) || (c.CreatedAt == null && working.Any(w => w.Id == c.Id))))
                   join i in context.LiveDuring() on c.IdentityId equals i.Id
                   join s in db.Sources on i.SourceId equals s.Id
                   orderby c.Id
                   select new
                   {
                       c.Id,
                       i.DisplayName,
                       c.ExternalId,
                       c.CreatedAt,
                       c.ExpiresAt,
                       c.MissingSince,
                       Source = s.Name,
                       Next = db.Credentials.Where(o => o.IdentityId == c.IdentityId && o.Id != c.Id && o.CreatedAt > c.CreatedAt && o.CreatedAt < until).Min(o => o.CreatedAt),
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (r.CreatedAt is not { } made)
            {
                yield return new PopulationRow(Key(r.Id), $"{r.DisplayName} / {r.ExternalId}", r.Source, Verdicts.CannotTell, "the source does not report when it was made");
                continue;
            }

            var due = made + age;
            var gone = new[] { r.MissingSince, r.ExpiresAt }.Where(t => t < until).Min();
            if (gone < due)
                continue;
            yield return new PopulationRow(Key(r.Id), $"{r.DisplayName} / {r.ExternalId}", r.Source, Within(due, gone, window, until),
                $"made {Day(made)}, due {Day(due)}, {(gone is null ? "still works" : $"gone {Day(gone)}")}{(r.Next is null ? "; no newer secret" : $"; newer one of {Day(r.Next)}")}", null, due);
        }
    }
}

/// <summary>M11: what acts by itself holds nothing that outlives a task.</summary>
public sealed class EphemeralAgents : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(24);

    public override string Id => "M11";

    public override string Title => "Autonomous agents with end-of-task credentials only";

    public override string Population => "Live identities whose AI tool acts autonomously.";

    public override string Caution => "Which tool an identity acts for is as known when this was measured.";

    public override string Criterion(FindingPolicy policy) => "Every credential is a federated trust or ends within 24 hours of being made; without a reported credential or expiry it can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var credentials = context.Credentials();
        var rows = from i in context.Live()
                   join t in context.Db.Tools.Where(t => t.Autonomy == Autonomy.Autonomous) on i.ToolId equals t.Id
                   join s in context.Db.Sources on i.SourceId equals s.Id
                   join c in credentials on i.Id equals c.IdentityId into held
                   from c in held.DefaultIfEmpty()
                   orderby i.Id, c.Id
                   select new { i.Id, i.DisplayName, Tool = t.Name, Source = s.Name, Held = c != null, Kind = (CredentialKind?)c.Kind, Expiry = (ExpiryState?)c.Expiry, c.CreatedAt, c.ExpiresAt };
        var open = default((Guid Id, string Name, string Source, string Tool, int Held, int Standing, int Silent)?);
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (open is { } done && done.Id != r.Id)
            {
                yield return Row(done);
                open = null;
            }

            var now = open ?? (r.Id, r.DisplayName, r.Source, r.Tool, 0, 0, 0);
            var ephemeral = r.Kind == CredentialKind.FederatedTrust || (r.Expiry == ExpiryState.Known && r.ExpiresAt - r.CreatedAt <= Limit);
            var silent = r.Held && !ephemeral && (r.Expiry == ExpiryState.NotReported || (r.Expiry == ExpiryState.Known && r.CreatedAt is null));
            open = now with { Held = now.Held + (r.Held ? 1 : 0), Standing = now.Standing + (r.Held && !ephemeral && !silent ? 1 : 0), Silent = now.Silent + (silent ? 1 : 0) };
        }

        if (open is { } last)
            yield return Row(last);

        static PopulationRow Row((Guid Id, string Name, string Source, string Tool, int Held, int Standing, int Silent) a) =>
            new(Key(a.Id), a.Name, a.Source, a.Standing > 0 ? Verdicts.Exception : a.Held == 0 || a.Silent > 0 ? Verdicts.CannotTell : Verdicts.Met,
                a.Held == 0 ? $"{a.Tool}; no credential reported" : $"{a.Tool}; credentials {a.Held}: standing {a.Standing}, not reported {a.Silent}");
    }
}

/// <summary>M12: what two tools share is nobody's.</summary>
public sealed class UnsharedIdentities : Metric
{
    public override string Id => "M12";

    public override string Title => "AI-tool identities that one tool alone uses";

    public override string Population => "Live identities that act for an AI tool.";

    public override string Caution => "Which tool an identity acts for is as known when this was measured.";

    public override string Criterion(FindingPolicy policy) => "No finding F04 (several tools act with it) stood, and none of its secrets has the fingerprint of another identity's; where a secret has no fingerprint it can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (secrets, several) = (context.Secrets(), context.Standing("F04"));
        var rows = from i in context.Live()
                   join t in context.Db.Tools on i.ToolId equals t.Id
                   join s in context.Db.Sources on i.SourceId equals s.Id
                   orderby i.Id
                   select new
                   {
                       i.Id,
                       i.DisplayName,
                       Tool = t.Name,
                       Source = s.Name,
                       Several = several.Any(f => f.IdentityId == i.Id),
                       Blind = secrets.Any(c => c.IdentityId == i.Id && c.Fingerprint == null),
                       Shared = secrets.Any(c => c.IdentityId == i.Id && c.Fingerprint != null && secrets.Any(o => o.Fingerprint == c.Fingerprint && o.IdentityId != i.Id)),
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, r.Several || r.Shared ? Verdicts.Exception : r.Blind ? Verdicts.CannotTell : Verdicts.Met,
                $"{r.Tool}; {(r.Several ? "several tools act with it" : r.Shared ? "shares a secret with another identity" : r.Blind ? "the source gives no fingerprint" : "its own")}");
        }
    }
}

/// <summary>M13: how it proves itself is not known to be weak.</summary>
public sealed class StrongAuthentication : Metric
{
    public override string Id => "M13";

    public override string Title => "Identities on strong authentication";

    public override string Population => "Live identities.";

    public override string Caution => "That a source reports strong authentication is as known when this was measured; weak authentication is read from the history of findings.";

    public override string Criterion(FindingPolicy policy) => "No finding F29 (weak authentication) stood, and every credential is of a kind that isn't known to be weak; where the source does not tell how it proves itself, it can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (credentials, weak, told) = (context.Credentials(), context.Standing("F29"), context.Db.IdentitySigns.Where(s => s.Kind == SignKind.WeakAuthentication && s.Answer == Reported.No));
        var rows = from i in context.Live()
                   join s in context.Db.Sources on i.SourceId equals s.Id
                   orderby i.Id
                   select new
                   {
                       i.Id,
                       i.DisplayName,
                       Source = s.Name,
                       Weak = weak.Where(f => f.IdentityId == i.Id).Select(f => f.Evidence).FirstOrDefault(),
                       Told = told.Any(x => x.IdentityId == i.Id),
                       Password = credentials.Any(c => c.IdentityId == i.Id && c.Kind == CredentialKind.Password),
                       Held = credentials.Any(c => c.IdentityId == i.Id),
                       Vague = credentials.Any(c => c.IdentityId == i.Id && (c.Kind == CredentialKind.Other || c.Kind == CredentialKind.Token || c.Kind == CredentialKind.Certificate)),
                   };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var bad = r.Weak is not null || r.Password;
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, bad ? Verdicts.Exception : r.Told || (r.Held && !r.Vague) ? Verdicts.Met : Verdicts.CannotTell,
                r.Weak ?? (r.Password ? "proves itself with a password" : r.Told ? "reported as strong" : !r.Held ? "no credential reported" : r.Vague ? "the source does not tell how strong it is" : "no weak kind of credential"));
        }
    }
}

/// <summary>M25: a secret that was found in the open is dead within a day.</summary>
public sealed class EmbeddedSecretsRevoked : Metric
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(24);

    public override string Id => "M25";

    public override string Title => "Embedded secrets revoked within 24 hours";

    public override string Population => "Findings F18 (embedded secret) first seen in the period.";

    public override string ValueUnit => "days";

    public override string Criterion(FindingPolicy policy) => "The finding was fixed, which needs the secret gone in its source, within 24 hours of being seen; what is still open within the 24 hours can't be told.";

    public override async IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        var (db, begin, until) = (context.Db, context.Period.From, context.Until);
        var rows = from f in db.Findings.AsNoTracking().Where(f => f.RuleId == "F18" && f.FirstSeenAt >= begin && f.FirstSeenAt < until)
                   join i in context.Scoped on f.IdentityId equals i.Id
                   join s in db.Sources on i.SourceId equals s.Id
                   orderby f.Id
                   select new { f.Id, i.DisplayName, Source = s.Name, f.Evidence, f.FirstSeenAt, f.FixedAt };
        await foreach (var r in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var done = r.FixedAt < until ? r.FixedAt : null;
            yield return new PopulationRow(Key(r.Id), r.DisplayName, r.Source, Within(r.FirstSeenAt, done, Limit, until), $"{r.Evidence} {(done is null ? "Still there." : $"Fixed {Day(done)}.")}", null, r.FirstSeenAt, null, (done - r.FirstSeenAt)?.TotalDays);
        }
    }
}
