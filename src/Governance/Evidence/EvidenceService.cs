using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>What to make.</summary>
/// <param name="Framework">Its id: <c>nist-csf-2.0</c>.</param>
/// <param name="From">Start of the period, inclusive, UTC.</param>
/// <param name="To">End of the period, exclusive, UTC.</param>
/// <param name="OutFolder">A copy goes there too, for the command line; null for none.</param>
public sealed record EvidenceRequest(string Framework, DateTimeOffset From, DateTimeOffset To, string? OutFolder = null);

/// <summary>Makes evidence packages: written beside, then moved into place, so that a kill midway leaves nothing that looks whole.</summary>
public sealed class EvidenceService(IDbContextFactory<GovernanceDb> contexts, FactsReader facts, DataDirectory data, AuditLog audit, TimeProvider clock)
{
    public async Task<Outcome<EvidencePackage>> MakeAsync(EvidenceRequest request, Actor by, IProgress<string>? progress, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (FrameworkCatalogue.Find(request.Framework) is not { } framework)
            return new Refusal("evidence.framework", $"There is no framework '{request.Framework}'. Known: {string.Join(", ", FrameworkCatalogue.All.Select(f => f.Id))}.", "framework");
        if (request.To <= request.From)
            return new Refusal("evidence.period", "The period ends before it begins. Give a day after the first one; the end itself is not included.", "to");
        var now = clock.Now();
        if (request.From >= now)
            return new Refusal("evidence.future", "The period lies in the future: there is nothing to show yet.", "from");

        var period = new Period(request.From, request.To, request.To < now ? request.To : now);
        var id = Ids.New(now);
        var name = $"evidence-{framework.Id}-{request.From:yyyyMMdd}-{request.To:yyyyMMdd}-{id.ToString("N")[^6..]}";
        var root = data.Folder("evidence");
        var unfinished = Path.Combine(root, ".unfinished-" + name);
        try
        {
            Directory.CreateDirectory(unfinished);
            var measured = await facts.ReadAsync(framework, period, by.Name, progress, ct);
            progress?.Report("Drawing the report");
            var manifest = await PackageWriter.WriteAsync(unfinished, measured, ct);
            var manifestHash = await PackageWriter.HashAsync(Path.Combine(unfinished, PackageWriter.ManifestName), ct);
            Directory.Move(unfinished, Path.Combine(root, name));
            if (request.OutFolder is { } copy)
                Copy(Path.Combine(root, name), Path.Combine(copy, name));
            var package = new EvidencePackage
            {
                Id = id,
                Framework = framework.Id,
                From = request.From,
                To = request.To,
                MadeAt = now,
                MadeBy = by.Name,
                Folder = name,
                ManifestHash = manifestHash,
                Files = manifest.Files.Count + 1,
                Exceptions = measured.Facts.Metrics.Sum(m => m.Exceptions),
            };
            await RecordAsync(package, by, now, ct);
            return package;
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>The folder of a package to read from, for whoever may; the reading goes into the log.</summary>
    public async Task<Outcome<string>> OpenAsync(Guid id, string file, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.EvidencePackages.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } package)
            return new Refusal("evidence.unknown", "There is no such package.");
        var folder = Path.Combine(data.Folder("evidence"), package.Folder);
        if (!Directory.Exists(folder))
            return new Refusal("evidence.gone", $"The folder {package.Folder} is not in the data directory any more. Restore it from a backup, or make the package anew.");
        return await db.InTransactionAsync<string>(async () =>
        {
            await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(AuditActions.EvidenceRead, Subjects.EvidencePackage, id, null, new { package.Folder, File = file }), ct);
            return folder;
        }, ct);
    }

    private async Task RecordAsync(EvidencePackage package, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.InTransactionAsync(async () =>
        {
            db.EvidencePackages.Add(package);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.EvidenceMade, Subjects.EvidencePackage, package.Id, null,
                new { package.Framework, package.From, package.To, package.Folder, package.ManifestHash }), ct);
            return Done.Value;
        }, ct);
    }

    private static void Copy(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
