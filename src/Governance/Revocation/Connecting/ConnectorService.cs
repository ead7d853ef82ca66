using System.Text.Json;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What is bound to a source, for the form: of its secret only where it is, or that it is kept.</summary>
public sealed record BindingView(Guid SourceId, string Kind, IReadOnlyDictionary<string, string> Settings, string? SecretReference, bool Enabled);

/// <summary>Binds connectors to sources, tests them, and opens them for the steps.</summary>
public sealed class ConnectorService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, IDataProtectionProvider protection, IEnumerable<IConnectorKind> kinds)
{
    /// <summary>What can be bound.</summary>
    public IReadOnlyList<IConnectorKind> Kinds { get; } = [.. kinds.OrderBy(k => k.Title, StringComparer.Ordinal)];

    public IConnectorKind? Find(string kind) => Kinds.FirstOrDefault(k => k.Kind == kind);

    /// <summary>The binding of a source; null when none.</summary>
    public async Task<BindingView?> FindAsync(Guid sourceId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var binding = await db.ConnectorBindings.AsNoTracking().SingleOrDefaultAsync(b => b.SourceId == sourceId, ct);
        return binding is null ? null : ViewOf(binding);
    }

    /// <summary>All bindings by source, for the list of sources.</summary>
    public async Task<IReadOnlyDictionary<Guid, BindingView>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var bindings = await db.ConnectorBindings.AsNoTracking().ToListAsync(ct);
        return bindings.ToDictionary(b => b.SourceId, ViewOf);
    }

    /// <summary>Binds, or changes what is bound. Settings that the kind does not know are refused, so that no secret slips in under another name.</summary>
    /// <param name="sourceId">The source.</param>
    /// <param name="kind">The kind of connector.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="secret">The secret, which is sealed; or where it is (<c>env:NAME</c>, <c>file:/path</c>); <see cref="SealedSecret.Kept"/> leaves the sealed one as it is.</param>
    /// <param name="enabled">Whether orders use it.</param>
    /// <param name="by">Who.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<Outcome<Done>> BindAsync(Guid sourceId, string kind, IReadOnlyDictionary<string, string> settings, string? secret, bool enabled, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        if (Find(kind) is not { } found)
            return new Refusal("connector.kind", $"There is no connector '{kind}'. Choose one of {string.Join(", ", Kinds.Select(k => k.Kind))}.", "kind");
        if (Check(found, settings) is { } wrong)
            return wrong;
        var kept = settings.Where(s => !string.IsNullOrWhiteSpace(s.Value)).ToDictionary(s => s.Key, s => s.Value.Trim(), StringComparer.Ordinal);
        var json = JsonSerializer.Serialize(kept);
        var given = string.IsNullOrWhiteSpace(secret) ? null : secret.Trim();
        var stays = given == SealedSecret.Kept;
        string? keep = null;
        if (given is not null && !stays)
        {
            var outcome = SealedSecret.Keep(Protector(kind), given);
            if (outcome.IsRefused)
                return outcome.Refusal;
            keep = outcome.Value;
        }

        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.Sources.AsNoTracking().SingleOrDefaultAsync(s => s.Id == sourceId, ct) is not { } source)
                return new Refusal("source.not-found", "This source is not there any more.");
            var binding = await db.ConnectorBindings.SingleOrDefaultAsync(b => b.SourceId == sourceId, ct);
            if (stays && binding?.Kind != kind)
                return new Refusal("connector.secret", "The secret that is kept belongs to another kind of connector. Enter this one's.", "secretReference");
            if (stays)
                keep = binding!.SecretReference;
            if (binding is null)
                db.ConnectorBindings.Add(binding = new ConnectorBinding { Id = Ids.New(now), SourceId = sourceId, Kind = kind, Settings = json, CreatedAt = now });
            (binding.Kind, binding.Settings, binding.SecretReference, binding.Enabled, binding.Version) = (kind, json, keep, enabled, Ids.New(now));
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ConnectorChanged, Subjects.Connector, binding.Id, null,
                new { sourceId, source = source.Name, kind, settings = kept, secretReference = SealedSecret.Describe(keep), enabled }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Switches a bound connector on or off. Off: orders on the source wait for a person.</summary>
    public async Task<Outcome<Done>> EnableAsync(Guid sourceId, bool enabled, Actor by, CancellationToken ct) =>
        await FindAsync(sourceId, ct) is { } bound
            ? await BindAsync(sourceId, bound.Kind, bound.Settings, bound.SecretReference, enabled, by, ct)
            : new Refusal("connector.none", "This source has no connector yet. Bind one first.");

    /// <summary>Tries it now, and says in words what works and what is missing. Changes nothing in the source.</summary>
    public async Task<Outcome<string>> TestAsync(Guid sourceId, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.ConnectorBindings.AsNoTracking().SingleOrDefaultAsync(b => b.SourceId == sourceId, ct) is not { } bound)
            return new Refusal("connector.none", "This source has no connector yet. Bind one first.");
        var opened = await OpenAsync(bound.Kind, bound.Settings, bound.SecretReference, ct);
        if (opened.IsRefused)
            return opened.Refusal;
        await using var connector = opened.Value;
        try
        {
            return await connector.TestAsync(ct);
        }
        catch (ConnectorException fault)
        {
            return new Refusal("connector.failed", fault.Message);
        }
    }

    internal async Task<Outcome<IConnector>> OpenAsync(string kind, string settings, string? secretReference, CancellationToken ct)
    {
        if (Find(kind) is not { } found)
            return new Refusal("connector.kind", $"This installation has no connector '{kind}'.");
        var secret = await SealedSecret.OpenAsync(Protector(kind), secretReference, ct);
        if (secret.IsRefused)
            return secret.Refusal;
        using var json = JsonDocument.Parse(settings);
        return found.Open(json.RootElement.Clone(), secret.Value.Length == 0 ? null : secret.Value);
    }

    private static BindingView ViewOf(ConnectorBinding binding) => new(binding.SourceId, binding.Kind, Read(binding.Settings), SealedSecret.Describe(binding.SecretReference), binding.Enabled);

    private IDataProtector Protector(string kind) => protection.CreateProtector("connectors", kind);

    private static Dictionary<string, string> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    private static Refusal? Check(IConnectorKind kind, IReadOnlyDictionary<string, string> settings)
    {
        foreach (var name in settings.Keys)
        {
            if (kind.Settings.All(s => s.Name != name))
                return new Refusal("connector.setting", $"{kind.Title} has no setting '{name}'. It has {string.Join(", ", kind.Settings.Select(s => s.Name))}.", name);
        }

        var missing = kind.Settings.FirstOrDefault(s => s.Required && s.Default is null && string.IsNullOrWhiteSpace(settings.GetValueOrDefault(s.Name)));
        return missing is null ? null : new Refusal("connector.setting", $"{missing.Title} is missing.", missing.Name);
    }
}
