using System.Globalization;
using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>What to make evidence of.</summary>
/// <param name="Framework">The framework's id.</param>
/// <param name="From">Start of the period, inclusive.</param>
/// <param name="To">End of the period, exclusive; not in the future.</param>
/// <param name="OutFolder">The folder to make; null for one in the data directory.</param>
public sealed record EvidenceRequest(string Framework, DateTimeOffset From, DateTimeOffset To, string? OutFolder = null);

/// <summary>Makes evidence packages.</summary>
public sealed class EvidenceService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, FactsReader reader, DataDirectory data, TimeProvider clock)
{
    public async Task<Outcome<EvidencePackage>> MakeAsync(EvidenceRequest request, Actor by, IProgress<string>? progress, CancellationToken ct)
    {
        var now = clock.Now();
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (Framework.Find(request.Framework) is not { } framework)
            return new Refusal("evidence.framework", $"There is no framework {request.Framework}. Known: {Framework.NistCsf}.", "framework");
        if (request.From >= request.To)
            return new Refusal("evidence.period", "The period ends before it starts. Its end is exclusive: 2026-07-01 to 2026-10-01 is the third quarter.", "to");
        if (request.From > now)
            return new Refusal("evidence.future", "The period lies in the future: there is nothing to show of it yet.", "from");
        var id = Ids.New(now);
        var name = string.Create(CultureInfo.InvariantCulture, $"evidence-{framework.Id}-{request.From.UtcDateTime:yyyyMMdd}-{request.To.UtcDateTime:yyyyMMdd}-{id.ToString("N")[^8..]}");
        var folder = Path.GetFullPath(request.OutFolder ?? Path.Combine(data.Folder("evidence"), name));
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            return new Refusal("evidence.not-empty", $"{folder} holds something already. Name a folder that is empty or not there.", "out");
        var reading = await reader.ReadAsync(id, framework, new MetricPeriod(request.From.ToUniversalTime(), request.To.ToUniversalTime(), now), by.Name, progress, ct);
        progress?.Report("Writing the package");
        var (hash, files) = await PackageWriter.WriteAsync(reading, folder, ct);
        var package = new EvidencePackage
        {
            Id = id, Framework = framework.Id, From = reading.Facts.From, To = reading.Facts.To, MadeAt = now, MadeBy = by.Name, Folder = request.OutFolder is null ? name : folder, ManifestHash = hash, Files = files,
            Exceptions = reading.Facts.Metrics.Sum(m => m.Denominator - m.Numerator),
        };
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<EvidencePackage>(async () =>
        {
            db.EvidencePackages.Add(package);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.EvidenceMade, Subjects.EvidencePackage, id, null, new { package.Framework, package.From, package.To, package.ManifestHash }), ct);
            return Outcome<EvidencePackage>.From(package);
        }, ct);
    }
}
