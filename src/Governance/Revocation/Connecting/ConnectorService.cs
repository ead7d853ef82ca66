using System.Text.Json;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What is bound to a source, for the form: no secrets.</summary>
public sealed record BindingView(Guid SourceId, string Kind, IReadOnlyDictionary<string, string> Settings, string? SecretReference, bool Enabled);

/// <summary>Binds connectors to sources, tests them, and opens them for the steps.</summary>
public sealed class ConnectorService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, IEnumerable<IConnectorKind> kinds)
{
    /// <summary>What can be bound.</summary>
    public IReadOnlyList<IConnectorKind> Kinds { get; } = [.. kinds.OrderBy(k => k.Title, StringComparer.Ordinal)];

    public IConnectorKind? Find(string kind) => Kinds.FirstOrDefault(k => k.Kind == kind);

    /// <summary>The binding of a source; null when none.</summary>
    public async Task<BindingView?> FindAsync(Guid sourceId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var binding = await db.ConnectorBindings.AsNoTracking().SingleOrDefaultAsync(b => b.SourceId == sourceId, ct);
        return binding is null ? null : new BindingView(sourceId, binding.Kind, Read(binding.Settings), binding.SecretReference, binding.Enabled);
    }

    /// <summary>All bindings by source, for the list of sources.</summary>
    public async Task<IReadOnlyDictionary<Guid, BindingView>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var bindings = await db.ConnectorBindings.AsNoTracking().ToListAsync(ct);
        return bindings.ToDictionary(b => b.SourceId, b => new BindingView(b.SourceId, b.Kind, Read(b.Settings), b.SecretReference, b.Enabled));
    }

    /// <summary>Binds, or changes what is bound. Settings that the kind does not know are refused, so that no secret slips in under another name.</summary>
    public async Task<Outcome<Done>> BindAsync(Guid sourceId, string kind, IReadOnlyDictionary<string, string> settings, string? secretReference, bool enabled, Actor by, CancellationToken ct)
    {
        if ((Roles.Require(by, Roles.Administrator) ?? SecretReference.Check(secretReference)) is { } refusal)
            return refusal;
        if (Find(kind) is not { } found)
            return new Refusal("connector.kind", $"There is no connector '{kind}'. Choose one of {string.Join(", ", Kinds.Select(k => k.Kind))}.", "kind");
        if (Check(found, settings) is { } wrong)
            return wrong;
        var kept = settings.Where(s => !string.IsNullOrWhiteSpace(s.Value)).ToDictionary(s => s.Key, s => s.Value.Trim(), StringComparer.Ordinal);
        var json = JsonSerializer.Serialize(kept);
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            if (await db.Sources.AsNoTracking().SingleOrDefaultAsync(s => s.Id == sourceId, ct) is not { } source)
                return new Refusal("source.not-found", "This source is not there any more.");
            var binding = await db.ConnectorBindings.SingleOrDefaultAsync(b => b.SourceId == sourceId, ct);
            if (binding is null)
                db.ConnectorBindings.Add(binding = new ConnectorBinding { Id = Ids.New(now), SourceId = sourceId, Kind = kind, Settings = json, CreatedAt = now });
            (binding.Kind, binding.Settings, binding.SecretReference, binding.Enabled, binding.Version) = (kind, json, string.IsNullOrWhiteSpace(secretReference) ? null : secretReference, enabled, Ids.New(now));
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.ConnectorChanged, Subjects.Connector, binding.Id, null,
                new { sourceId, source = source.Name, kind, settings = kept, secretReference, enabled }), ct);
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
        if (await FindAsync(sourceId, ct) is not { } bound)
            return new Refusal("connector.none", "This source has no connector yet. Bind one first.");
        var opened = await OpenAsync(bound.Kind, JsonSerializer.Serialize(bound.Settings), bound.SecretReference, ct);
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
        var secret = await SecretReference.ResolveAsync(secretReference, ct);
        if (secret.IsRefused)
            return secret.Refusal;
        using var json = JsonDocument.Parse(settings);
        return found.Open(json.RootElement.Clone(), secret.Value.Length == 0 ? null : secret.Value);
    }

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
