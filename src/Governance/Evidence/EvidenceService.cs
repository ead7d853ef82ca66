using Governance.Audit;
using Governance.Audit.Signing;
using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>What to make.</summary>
/// <param name="Framework">Its id: <c>nist-csf-2.0</c>.</param>
/// <param name="From">Start of the period, inclusive, UTC.</param>
/// <param name="To">End of the period, exclusive, UTC.</param>
/// <param name="OutFolder">A copy goes there too, for the command line; null for none.</param>
public sealed record EvidenceRequest(string Framework, DateTimeOffset From, DateTimeOffset To, string? OutFolder = null)
{
    /// <summary>Which identities; all when it narrows nothing.</summary>
    public IdentityFilter Scope { get; init; } = new();

    /// <summary>The scope as the cover says it.</summary>
    public string ScopeWords { get; init; } = "All sources registered in this console";

    public PaperSize Paper { get; init; }

    /// <summary>So many records of each population are drawn.</summary>
    public int SampleSize { get; init; } = 10;

    /// <summary>An auditor's own seed; null for one made of framework and period.</summary>
    public string? Seed { get; init; }

    /// <summary>The schedule that asks: its next period is moved in the same transaction.</summary>
    internal Guid? ScheduleId { get; init; }
}

/// <summary>Makes evidence packages: written beside, then moved into place, so that a kill midway leaves nothing that looks whole.</summary>
public sealed class EvidenceService(IDbContextFactory<GovernanceDb> contexts, FrameworkLibrary frameworks, FactsReader facts, DataDirectory data, SigningKeys keys, AuditLog audit, TimeProvider clock)
{
    public async Task<Outcome<EvidencePackage>> MakeAsync(EvidenceRequest request, Actor by, IProgress<string>? progress, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        if (frameworks.Find(request.Framework) is not { } framework)
            return new Refusal("evidence.framework", $"There is no framework '{request.Framework}'. Known: {string.Join(", ", frameworks.All.Select(f => f.Id))}.", "framework");
        var now = clock.Now();
        if (Check(request, now) is { } refusal)
            return refusal;

        var period = new Period(request.From, request.To, request.To < now ? request.To : now);
        var id = Ids.New(now);
        var name = $"evidence-{framework.Id}-{request.From:yyyyMMdd}-{request.To:yyyyMMdd}-{id.ToString("N")[^6..]}";
        var root = data.Folder("evidence");
        var unfinished = Path.Combine(root, ".unfinished-" + name);
        try
        {
            Directory.CreateDirectory(unfinished);
            var measured = await facts.ReadAsync(new FactsQuestion(framework, period, request.Scope, request.ScopeWords, by.Name, request.SampleSize, Text(request.Seed), request.Paper), unfinished, progress, ct);
            progress?.Report("Drawing the report");
            await PackageWriter.WriteFactsAsync(unfinished, measured, ct);
            var manifest = await PackageWriter.WriteReportsAsync(unfinished, measured, new ReportStatus(PackageState.Draft, by.Name), keys, ct);
            var manifestHash = await PackageWriter.HashAsync(Path.Combine(unfinished, PackageWriter.ManifestName), ct);
            Directory.Move(unfinished, Path.Combine(root, name));
            var package = new EvidencePackage
            {
                Id = id,
                Framework = framework.Id,
                FrameworkTitle = framework.Title,
                From = request.From,
                To = request.To,
                Scope = request.Scope.ToJson(),
                ScopeWords = request.ScopeWords,
                MadeAt = now,
                MadeBy = by.Name,
                MadeById = by.Id,
                MadeByPersonId = by.PersonId,
                Folder = name,
                ManifestHash = manifestHash,
                DataHash = manifest.DataHash,
                Files = manifest.Files.Count + 2,
                Exceptions = measured.Metrics.Sum(m => m.Exceptions),
                Metrics = measured.Metrics.Count(m => m.Unmeasured is null),
                MetricsWithExceptions = measured.Metrics.Count(m => m.Status == MetricStatus.Exceptions),
                NotEvidenced = framework.Subcategories.Count(s => s.Metrics.All(m => measured.Metric(m).Status == MetricStatus.NotEvidenced)),
                Version = Ids.New(now),
            };
            var recorded = await RecordAsync(package, request, by, now, ct);
            if (recorded.IsRefused)
                Directory.Delete(Path.Combine(root, name), recursive: true);
            else if (request.OutFolder is { } copy)
                Folders.Copy(Path.Combine(root, name), Path.Combine(copy, name));
            return recorded;
        }
        catch (InvalidDataException fault)
        {
            return new Refusal("evidence.frozen", fault.Message);
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
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await EvidenceRules.ReadableAsync(db, id, by, clock.Now(), ct) is not { } package)
            return Roles.Require(by, Roles.Auditor, Roles.Administrator) ?? EvidenceRules.Unknown;
        var folder = Path.Combine(data.Folder("evidence"), package.Folder);
        if (!Directory.Exists(folder))
            return new Refusal("evidence.gone", $"The folder {package.Folder} is not in the data directory any more. Restore it from a backup, or make the package anew.");
        return await db.InTransactionAsync<string>(async () =>
        {
            await audit.AppendAsync(db, by, clock.Now(), new AuditDraft(AuditActions.EvidenceRead, Subjects.EvidencePackage, id, null, new { package.Folder, File = file }), ct);
            return folder;
        }, ct);
    }

    private static Refusal? Check(EvidenceRequest request, DateTimeOffset now)
    {
        if (request.To <= request.From)
            return new Refusal("evidence.period", "The period ends before it begins. Give a day after the first one; the end itself is not included.", "to");
        if (request.From >= now)
            return new Refusal("evidence.future", "The period lies in the future: there is nothing to show yet.", "from");
        if (request.To - request.From > TimeSpan.FromDays(800))
            return new Refusal("evidence.long", "A period of more than two years is no period of an audit. Make one package a year.", "to");
        return request.SampleSize is < 0 or > 100 ? new Refusal("evidence.sample", "Between 0 and 100 records can be drawn of each population.", "sample") : null;
    }

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : StorableText.Clean(text.Trim());

    private async Task<Outcome<EvidencePackage>> RecordAsync(EvidencePackage package, EvidenceRequest request, Actor by, DateTimeOffset now, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<EvidencePackage>(async () =>
        {
            if (request.ScheduleId is { } schedule)
            {
                // Two nodes that make the same one: the first moves the schedule, the other finds it moved.
                var (from, to) = (request.From, request.To);
                if (await db.EvidenceSchedules.Where(s => s.Id == schedule && s.NextFrom == from && s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.NextFrom, to).SetProperty(x => x.LastProblem, (string?)null), ct) == 0)
                    return new Refusal("evidence.made", "This package was made already.");
            }

            db.EvidencePackages.Add(package);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.EvidenceMade, Subjects.EvidencePackage, package.Id, null,
                new { package.Framework, package.From, package.To, package.ScopeWords, package.Folder, package.DataHash, package.ManifestHash }), ct);
            return package;
        }, ct);
    }
}

/// <summary>Whole folders.</summary>
internal static class Folders
{
    public static void Copy(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
