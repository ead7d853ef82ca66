using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Inventory;

/// <summary>Someone asked the run to stop.</summary>
internal sealed class ImportCancelledException : Exception;

/// <summary>Reads a file into the staging tables, batch by batch; counts, rejects and progress are saved with each.</summary>
internal sealed class Stager(GovernanceDb db, Guid runId, Guid? sourceId, SecretFilter secrets, string scratch, TimeProvider clock)
{
    private const int BatchSize = 2000;

    /// <summary>Rejects beyond this many are counted and no longer kept one by one.</summary>
    public const int MaximumRejects = 10_000;

    private readonly IdentityStaging identities = new(db, runId, sourceId ?? Guid.Empty, clock);
    private readonly Dictionary<string, string> places = new(StringComparer.Ordinal);
    private readonly List<StagedPerson> people = [];
    private readonly List<ImportReject> rejects = [];
    private int batch;

    public int Read { get; private set; }

    public int Rejected { get; private set; }

    /// <summary>Records joined to another of the same identity; they are not in <see cref="Read"/>.</summary>
    public int Attached { get; private set; }

    /// <summary>Records of kinds that are not inventoried, by kind; they are not in <see cref="Read"/> either.</summary>
    public SortedDictionary<string, int> NotInventoried { get; } = new(StringComparer.Ordinal);

    /// <summary>Identities that are surely unchanged, and so not staged.</summary>
    public int Unchanged => identities.Unchanged;

    /// <summary>Whether any record describes an identity itself, and not only its grants.</summary>
    public bool DescribesIdentities { get; private set; }

    public async Task RunAsync(ImportPlan plan, CancellationToken ct)
    {
        foreach (var item in plan.LeftOut)
            await TakeAsync(item, 0, ct);
        foreach (var (reader, file) in plan.Parts)
        {
            if (reader.Joins)
                await JoinAsync(reader, file, ct);
            else
                await ReadAsync(reader.Read(file), file, ct);
        }

        await FlushAsync(plan.Parts[^1].File.BytesRead, ct);
    }

    private async Task ReadAsync(IEnumerable<ReadItem> items, ImportFile file, CancellationToken ct)
    {
        foreach (var item in items.Select(Cleaned).Ahead())
            await TakeAsync(item, file.BytesRead, ct);
    }

    private ReadItem Cleaned(ReadItem item) => item.Identity is not { } raw ? item
        : Clean(raw, out var problem) is { } clean ? item with { Identity = clean } : ReadItem.Rejected(item.Place, item.Key, problem!);

    /// <summary>What tells of an identity waits until all of it is read; the rest goes on at once.</summary>
    private async Task JoinAsync(IInventoryReader reader, ImportFile file, CancellationToken ct)
    {
        using var joiner = new RecordJoiner(scratch);
        var seen = 0;
        foreach (var item in reader.Read(file).Select(Cleaned).Ahead())
        {
            if (++seen % BatchSize == 0)
                await FlushAsync(file.BytesRead, ct);
            if (item.Identity is null)
                await TakeAsync(item, file.BytesRead, ct);
            else
                joiner.Add(item);
        }

        // What broke off may have held more of any identity: then nothing of one that the file does not name is called missing.
        var whole = !file.Documents.Any(d => d.BrokeOff);
        foreach (var item in joiner.Joined())
            await TakeAsync(whole || item.Identity is null ? item : item with { Identity = item.Identity with { CredentialsComplete = false, GrantCoverage = GrantCoverage.None } }, file.BytesRead, ct);
        Attached += joiner.Attached;
    }

    private async Task TakeAsync(ReadItem item, long bytes, CancellationToken ct)
    {
        if (item.NotInventoried is { } kind)
        {
            NotInventoried[Short(kind, 100)] = NotInventoried.GetValueOrDefault(Short(kind, 100)) + 1;
            return;
        }

        Read++;
        if (item.Reason is { } reason)
            Reject(item, reason);
        else if (item.Identity is { } identity)
            Stage(item, identity);
        else if (item.Person is { } person)
            Stage(item, person);
        if (++batch >= BatchSize || identities.Weight >= BatchSize)
            await FlushAsync(bytes, ct);
    }

    private IdentityRecord? Clean(IdentityRecord raw, out string? problem) => (problem = RecordRules.Problem(raw)) is null ? RecordRules.Clean(raw, secrets) : null;

    private void Stage(ReadItem item, IdentityRecord r)
    {
        if (RecordRules.TooMany(r) is { } problem)
        {
            Reject(item, problem);
            return;
        }

        DescribesIdentities |= r.Part != RecordPart.Detail;
        if (identities.Add(item with { Identity = r }, Read) is { } before)
            Reject(item, $"the external id stands in the file before, at {before}; that record was taken");
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
        var clean = StorableText.Clean(secrets.Clean(text.Length > 4000 ? text[..4000] : text));
        return clean.Length <= most ? clean : StorableText.Clean(clean[..(most - 1)]) + "…";
    }

    private async Task FlushAsync(long bytes, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        foreach (var (item, before) in await identities.FlushAsync(ct))
            Reject(item, before is null ? "the external id stands in the file before; that record was taken" : $"the external id stands in the file before, at {before}; that record was taken");
        await db.InTransactionAsync(async () =>
        {
            await db.InsertManyAsync(people, ct);
            await db.InsertManyAsync(rejects, ct);
            return await db.ImportRuns.Where(r => r.Id == runId).ExecuteUpdateAsync(s => s.SetProperty(r => r.Read, Read).SetProperty(r => r.Rejected, Rejected).SetProperty(r => r.BytesRead, bytes), ct);
        }, ct);
        people.Clear();
        rejects.Clear();
        batch = 0;
        if (await db.ImportRuns.AnyAsync(r => r.Id == runId && r.CancelAsked, ct))
            throw new ImportCancelledException();
    }
}
