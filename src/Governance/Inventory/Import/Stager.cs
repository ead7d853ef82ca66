using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>Someone asked the run to stop.</summary>
internal sealed class ImportCancelledException : Exception;

/// <summary>Reads a file into the staging tables, batch by batch; counts, rejects and progress are saved with each.</summary>
internal sealed class Stager(GovernanceDb db, Guid runId, ImportFile file, TimeProvider clock)
{
    private const int BatchSize = 2000;

    /// <summary>Rejects beyond this many are counted and no longer kept one by one.</summary>
    public const int MaximumRejects = 10_000;

    private readonly Dictionary<string, string> places = new(StringComparer.Ordinal);
    private readonly List<StagedIdentity> identities = [];
    private readonly List<StagedCredential> credentials = [];
    private readonly List<StagedGrant> grants = [];
    private readonly List<StagedPerson> people = [];
    private readonly List<ImportReject> rejects = [];
    private int batch;

    public int Read { get; private set; }

    public int Rejected { get; private set; }

    /// <summary>Whether any record describes an identity itself, and not only its grants.</summary>
    public bool DescribesIdentities { get; private set; }

    public async Task RunAsync(IInventoryReader reader, CancellationToken ct)
    {
        foreach (var item in reader.Read(file))
        {
            Read++;
            if (item.Reason is { } reason)
                Reject(item, reason);
            else if (item.Identity is { } identity)
                Stage(item, identity);
            else if (item.Person is { } person)
                Stage(item, person);
            if (++batch >= BatchSize)
                await FlushAsync(ct);
        }

        await FlushAsync(ct);
    }

    private void Stage(ReadItem item, IdentityRecord raw)
    {
        if (RecordRules.Problem(raw) is { } problem)
        {
            Reject(item, problem);
            return;
        }

        var r = RecordRules.Clean(raw, file.Secrets);
        if (!places.TryAdd(r.ExternalId, item.Place))
        {
            Reject(item, $"the external id stands in the file before, at {places[r.ExternalId]}; that record was taken");
            return;
        }

        var now = clock.Now();
        DescribesIdentities |= !r.GrantsOnly;
        identities.Add(new StagedIdentity
        {
            RunId = runId,
            Ordinal = Read,
            NewId = Ids.New(now),
            Place = item.Place,
            ExternalId = r.ExternalId,
            ContentHash = r.GrantsOnly ? string.Empty : RecordRules.Hash(r),
            GrantCoverage = r.GrantCoverage,
            Kind = r.Kind,
            DisplayName = r.DisplayName,
            Description = r.Description,
            Enabled = r.Enabled,
            Environment = r.Environment,
            Publisher = r.Publisher,
            ParentExternalId = r.ParentExternalId,
            OwnerHint = r.OwnerHint,
            CreatorHint = r.CreatorHint,
            Purpose = r.Purpose,
            CreatedInSourceAt = r.CreatedAt,
            LastUsedAt = r.LastUsedAt,
            Usage = r.Usage,
            ExpiresAt = r.ExpiresAt,
            Attributes = r.Attributes,
            ToolName = r.Tool?.Name,
            ToolVendor = r.Tool?.Vendor,
            ToolAutonomy = r.Tool?.Autonomy ?? Autonomy.Unknown,
            ToolEvidence = r.Tool?.Evidence,
            ToolCatalogue = r.Tool?.Catalogue,
        });
        foreach (var c in r.Credentials)
        {
            credentials.Add(new StagedCredential
            {
                RunId = runId,
                IdentityExternalId = r.ExternalId,
                ExternalId = c.ExternalId,
                NewId = Ids.New(now),
                Kind = c.Kind,
                DisplayName = c.DisplayName,
                CreatedAt = c.CreatedAt,
                ExpiresAt = c.ExpiresAt,
                Expiry = c.Expiry,
                LastUsedAt = c.LastUsedAt,
                Usage = c.Usage,
                Enabled = c.Enabled,
                Fingerprint = c.Fingerprint,
            });
        }

        foreach (var g in r.Grants)
        {
            grants.Add(new StagedGrant
            {
                RunId = runId,
                IdentityExternalId = r.ExternalId,
                EntitlementKey = g.Key,
                Path = g.Path,
                NewId = Ids.New(now),
                Name = g.Name,
                Resource = g.Resource,
                Description = g.Description,
                Privileged = g.Privileged,
                Consent = g.Consent,
                GrantedAt = g.GrantedAt,
            });
        }

        batch += (r.Credentials.Count + r.Grants.Count) / 8;
    }

    private void Stage(ReadItem item, PersonRecord raw)
    {
        if (RecordRules.Problem(raw) is { } problem)
        {
            Reject(item, problem);
            return;
        }

        var r = RecordRules.Clean(raw);
        if (!places.TryAdd(r.ExternalId, item.Place))
        {
            Reject(item, $"the id stands in the file before, at {places[r.ExternalId]}; that record was taken");
            return;
        }

        people.Add(new StagedPerson
        {
            RunId = runId,
            Ordinal = Read,
            NewId = Ids.New(clock.Now()),
            ExternalId = r.ExternalId,
            ContentHash = RecordRules.Hash(r),
            Name = r.Name,
            Mail = r.Mail,
            Title = r.Title,
            Department = r.Department,
            ManagerExternalId = r.ManagerExternalId,
            Status = r.Status,
            LeftOn = r.LeftOn,
        });
    }

    private void Reject(ReadItem item, string reason)
    {
        if (++Rejected > MaximumRejects)
            return;
        rejects.Add(new ImportReject
        {
            Id = Ids.New(clock.Now()),
            RunId = runId,
            Ordinal = Rejected,
            Place = Short(item.Place, 390),
            Key = item.Key is null ? null : Short(item.Key, 390),
            Reason = Short(reason, 990),
        });
    }

    private string Short(string text, int most)
    {
        var clean = StorableText.Clean(file.Secrets.Clean(text.Length > 4000 ? text[..4000] : text));
        return clean.Length <= most ? clean : StorableText.Clean(clean[..(most - 1)]) + "…";
    }

    private async Task FlushAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await db.InTransactionAsync(async () =>
        {
            await db.InsertManyAsync(identities, ct);
            await db.InsertManyAsync(credentials, ct);
            await db.InsertManyAsync(grants, ct);
            await db.InsertManyAsync(people, ct);
            await db.InsertManyAsync(rejects, ct);
            return await db.ImportRuns.Where(r => r.Id == runId).ExecuteUpdateAsync(s => s.SetProperty(r => r.Read, Read).SetProperty(r => r.Rejected, Rejected).SetProperty(r => r.BytesRead, file.BytesRead), ct);
        }, ct);
        identities.Clear();
        credentials.Clear();
        grants.Clear();
        people.Clear();
        rejects.Clear();
        batch = 0;
        if (await db.ImportRuns.AnyAsync(r => r.Id == runId && r.CancelAsked, ct))
            throw new ImportCancelledException();
    }
}
