using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Ownership;

/// <summary>The policy of questions, and the owners that repositories name.</summary>
public sealed class PolicyService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock)
{
    private const int MostText = 512 * 1024;

    public async Task<OwnershipPolicy> GetAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OwnershipPolicies.AsNoTracking().SingleAsync(p => p.Id == OwnershipPolicy.TheId, ct);
    }

    /// <summary>Changes the policy; questions that are open already keep the day they were asked on, and follow the new days.</summary>
    public async Task<Outcome<Done>> ChangeAsync(OwnershipPolicy to, string? reason, Actor by, CancellationToken ct)
    {
        if ((Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) ?? to.Problem()) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            var policy = await db.OwnershipPolicies.SingleAsync(p => p.Id == OwnershipPolicy.TheId, ct);
            var before = Values(policy);
            (policy.AskByItself, policy.MinimumConfidence, policy.ConfirmClaims, policy.ConfirmDays) = (to.AskByItself, to.MinimumConfidence, to.ConfirmClaims, to.ConfirmDays);
            (policy.RemindDays, policy.ManagerDays, policy.SecurityDays, policy.SuccessionDays) = (to.RemindDays, to.ManagerDays, to.SecurityDays, to.SuccessionDays);
            policy.Version = Ids.New(now);
            await db.SaveChangesAsync(ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.OwnerPolicyChanged, Subjects.OwnershipPolicy, "1", reason, new { before, after = Values(policy) }), ct);
            return Done.Value;
        }, ct);
    }

    /// <summary>Takes a repository's CODEOWNERS file in place of the one before. Returns how many lines it has.</summary>
    public async Task<Outcome<int>> ImportCodeOwnersAsync(string repository, string text, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator, Roles.SecurityEngineer) is { } notAllowed)
            return notAllowed;
        var name = CodeOwnersFile.Repository(repository);
        if (name.Length is 0 or > 200 || !name.Contains('/', StringComparison.Ordinal))
            return new Refusal("code-owners.repository", "Say which repository it is of, as owner/name.", "repository");
        if (text.Length > MostText)
            return new Refusal("code-owners.large", "The file is larger than 512 KiB; GitHub reads no CODEOWNERS beyond 3 MB, and most are far smaller. Shorten it.", "text");
        var lines = CodeOwnersFile.Parse(StorableText.Clean(text));
        if (lines.Count == 0)
            return new Refusal("code-owners.empty", "No line names a path and its owners. Expected lines such as 'src/ml/ @acme/ml ada@example.com'.", "text");
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<int>(async () =>
        {
            var now = clock.Now();
            await db.CodeOwners.Where(c => c.Repository == name).ExecuteDeleteAsync(ct);
            await db.InsertManyAsync(lines.Select(l => new CodeOwner { Id = Ids.New(now), Repository = StorableText.Clean(name), Line = l.Line, Pattern = l.Pattern, Owners = l.Owners }).ToList(), ct);
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.CodeOwnersImported, Subjects.Repository, StorableText.Clean(name), null, new { Lines = lines.Count }), ct);
            return lines.Count;
        }, ct);
    }

    /// <summary>The repositories whose file is known, with the number of its lines.</summary>
    public async Task<IReadOnlyDictionary<string, int>> RepositoriesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.CodeOwners.GroupBy(c => c.Repository).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, StringComparer.Ordinal, ct);
    }

    private static object Values(OwnershipPolicy p) => new { p.AskByItself, p.MinimumConfidence, p.RemindDays, p.ManagerDays, p.SecurityDays, p.SuccessionDays, p.ConfirmDays, p.ConfirmClaims };
}
