using System.Text.Json;
using Governance.Audit;
using Governance.Audit.Signing;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Evidence;

/// <summary>Draft, approved by a second person, issued, superseded.</summary>
public sealed class EvidenceIssuing(IDbContextFactory<GovernanceDb> contexts, DataDirectory data, SigningKeys keys, AuditLog audit, TimeProvider clock)
{
    /// <summary>The second person's yes, to a draft that is still what was made.</summary>
    public async Task<Outcome<Done>> ApproveAsync(Guid id, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.EvidencePackages.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } seen)
            return EvidenceRules.Unknown;
        if (EvidenceRules.CheckApprove(seen, by) is { } refusal)
            return refusal;
        if (await CheckFilesAsync(seen, ct) is { } changed)
            return changed;
        return await db.InTransactionAsync<Done>(async () =>
        {
            var package = await db.EvidencePackages.SingleAsync(p => p.Id == id, ct);
            if (EvidenceRules.CheckApprove(package, by) is { } late)
                return late;
            var now = clock.Now();
            (package.State, package.ApprovedBy, package.ApprovedById, package.ApprovedAt, package.Version) = (PackageState.Approved, by.Name, by.Id, now, Ids.New(now));
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.EvidenceApproved, Subjects.EvidencePackage, id, null, new { package.Folder, package.DataHash, package.ManifestHash, package.MadeBy }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>
    /// Draws the reports anew without DRAFT over the very same facts and populations, signs the manifest, and supersedes what was issued before for the same
    /// framework, period and scope. The draft's folder stays as it was approved.
    /// </summary>
    public async Task<Outcome<Done>> IssueAsync(Guid id, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Auditor, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.EvidencePackages.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } seen)
            return EvidenceRules.Unknown;
        if (EvidenceRules.CheckIssue(seen) is { } refusal)
            return refusal;
        if (await CheckFilesAsync(seen, ct) is { } changed)
            return changed;
        var now = clock.Now();
        var root = data.Folder("evidence");
        var name = seen.Folder + "-issued";
        var (unfinished, final) = (Path.Combine(root, ".unfinished-" + name), Path.Combine(root, name));
        try
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
            Folders.Copy(Path.Combine(root, seen.Folder), unfinished);
            foreach (var own in new[] { PackageWriter.ManifestName, PackageWriter.SignatureName })
                File.Delete(Path.Combine(unfinished, own));
            var facts = JsonSerializer.Deserialize<Facts>(await File.ReadAllTextAsync(Path.Combine(unfinished, PackageWriter.FactsName), ct), PackageWriter.Json)!;
            var manifest = await PackageWriter.WriteReportsAsync(unfinished, facts, new ReportStatus(PackageState.Issued, seen.MadeBy, seen.ApprovedBy, seen.ApprovedAt, by.Name, now), keys, ct);
            if (manifest.DataHash != seen.DataHash)
                return new Refusal("evidence.changed", "The facts or populations are not those that were approved. Make the package anew.");
            var manifestHash = await PackageWriter.HashAsync(Path.Combine(unfinished, PackageWriter.ManifestName), ct);

            return await db.InTransactionAsync<Done>(async () =>
            {
                var package = await db.EvidencePackages.SingleAsync(p => p.Id == id, ct);
                if (EvidenceRules.CheckIssue(package) is { } late)
                    return late;
                // A folder of an attempt that was killed before its commit is nobody's.
                if (Directory.Exists(final))
                    Directory.Delete(final, recursive: true);
                Directory.Move(unfinished, final);
                (package.State, package.IssuedBy, package.IssuedAt, package.Folder, package.ManifestHash, package.Files, package.Version) = (PackageState.Issued, by.Name, now, name, manifestHash, manifest.Files.Count + 2, Ids.New(now));
                var drafts = new List<AuditDraft> { new(AuditActions.EvidenceIssued, Subjects.EvidencePackage, id, null, new { package.Folder, package.DataHash, package.ManifestHash, package.ApprovedBy }) };
                var before = await db.EvidencePackages.Where(p => p.Id != id && p.State == PackageState.Issued && p.Framework == package.Framework && p.From == package.From && p.To == package.To && p.Scope == package.Scope).ToListAsync(ct);
                foreach (var old in before)
                {
                    (old.State, old.SupersededById, old.Version) = (PackageState.Superseded, id, Ids.New(now));
                    drafts.Add(new AuditDraft(AuditActions.EvidenceSuperseded, Subjects.EvidencePackage, old.Id, null, new { old.Folder, By = id }));
                }

                await audit.AppendAsync(db, by, now, drafts, ct);
                return Done.Value;
            }, ct);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    private async Task<Refusal?> CheckFilesAsync(EvidencePackage package, CancellationToken ct)
    {
        var folder = Path.Combine(data.Folder("evidence"), package.Folder);
        var report = await EvidenceVerifier.VerifyAsync(folder, null, ct);
        if (!report.Intact)
            return new Refusal("evidence.changed", $"The files are not what was made: {report.Problem}. Make the package anew.");
        return await PackageWriter.HashAsync(Path.Combine(folder, PackageWriter.ManifestName), ct) == package.ManifestHash ? null
            : new Refusal("evidence.changed", "The manifest is not the one that was made. Make the package anew.");
    }
}
