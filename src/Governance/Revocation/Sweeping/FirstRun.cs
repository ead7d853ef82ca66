using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Governance.Lifecycle;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// B3: what has never run under these limits, policies, connectors and version is simulated; a person then runs the plan that was shown, and from there on the
/// hourly job may. A plan is named by its hash: if it would now do anything else, it is shown again instead.
/// </summary>
public static class FirstRun
{
    public const string Id = "B3";

    public static Brake NeverSeen { get; } = new(Id, "Limits, policies, connectors or version have changed since a person last let a sweep run: this one was only simulated. Look at the dry run and run it.");

    public static Brake PlanChanged { get; } = new(Id, "The plan is not the one that was shown any more, so it was not run. Look at it as it is now, and run that.");

    /// <summary>SHA-256 over what decides whom a sweep orders and who carries it out.</summary>
    public static async Task<string> PolicyHashAsync(GovernanceDb db, BrakeSettings settings, CancellationToken ct)
    {
        var text = new StringBuilder(JsonSerializer.Serialize(BrakeChange.Of(settings))).Append('\n').Append(typeof(FirstRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]).Append('\n');
        foreach (var b in await db.ConnectorBindings.AsNoTracking().OrderBy(b => b.SourceId).Select(b => new { b.SourceId, b.Kind, b.Settings, b.Enabled }).ToListAsync(ct))
            text.Append(JsonSerializer.Serialize(b)).Append('\n');
        foreach (var p in await PolicyRules.InForceAsync(db, ct))
            text.Append(JsonSerializer.Serialize(new { p.Id, p.GraceDays })).Append('\n');
        return Hex(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>SHA-256 over the identities and causes that a run has just ordered, in the order of ids; streamed, since they may be many.</summary>
    public static async Task<string> PlanHashAsync(GovernanceDb db, Guid sweepId, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var o in db.RevocationOrders.AsNoTracking().Where(o => o.SweepId == sweepId).OrderBy(o => o.IdentityId).Select(o => new { o.IdentityId, o.Cause }).AsAsyncEnumerable().WithCancellation(ct))
            hash.AppendData(Encoding.ASCII.GetBytes($"{o.IdentityId:N}{o.Cause}\n"));
        return Hex(hash.GetHashAndReset());
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}
