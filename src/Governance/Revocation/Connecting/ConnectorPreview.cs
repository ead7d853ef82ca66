using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What a step would do now: what is in the source, and the very calls that would go out.</summary>
/// <param name="Seen">The target as it was found, in words.</param>
/// <param name="Calls">What would be sent; none when it is so already.</param>
/// <param name="Undo">How long it can be taken back.</param>
public sealed record SendPreview(string Seen, IReadOnlyList<string> Calls, string Undo);

/// <summary>Dry run of one order's next step: asks the source, sends nothing that changes anything.</summary>
public sealed class ConnectorPreview(IDbContextFactory<GovernanceDb> contexts, ConnectorService connectors)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    public async Task<Outcome<SendPreview>> OfAsync(Guid orderId, RevocationVerb verb, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.SecurityEngineer, Roles.Administrator) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.RevocationOrders.AsNoTracking().SingleOrDefaultAsync(o => o.Id == orderId, ct) is not { } order)
            return new Refusal("revocation.not-found", "This order is not there any more.");
        if (await db.ConnectorBindings.AsNoTracking().SingleOrDefaultAsync(b => b.SourceId == order.SourceId, ct) is not { } binding || connectors.Find(binding.Kind) is not { } kind)
            return new Refusal("connector.none", "The source has no connector: a person does it by hand, and nothing is sent.");
        if (await StepTargets.FindAsync(db, orderId, ct) is not { } target)
            return new Refusal("revocation.target-gone", "The inventory does not know the credential or grant any more that the order is about.");
        if (kind.Ability(target, verb) is not { } ability)
            return new Refusal("connector.cannot", $"{kind.Title} cannot {verb.ToString().ToLowerInvariant()} this. Do it in the source, and confirm it here by hand.");
        var opened = await connectors.OpenAsync(binding.Kind, binding.Settings, binding.SecretReference, ct);
        if (opened.IsRefused)
            return opened.Refusal;
        await using var connector = opened.Value;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Longest);
        try
        {
            var seen = await connector.ObserveAsync(target, deadline.Token);
            var before = await db.RevocationSteps.AsNoTracking().Where(s => s.OrderId == orderId && s.PreState != null).OrderBy(s => s.DueAt).Select(s => s.PreState).FirstOrDefaultAsync(ct) ?? seen.PreState;
            var calls = StepRules.IsReached(verb, seen, before) || seen.State == TargetState.Gone
                ? [] : await connector.DescribeAsync(new ConnectorCommand(verb, target, orderId.ToString("D"), before, order.Reason), deadline.Token);
            return new SendPreview(seen.Description, calls, ability.Reversibility.ToString());
        }
        catch (ConnectorException fault)
        {
            return new Refusal("connector.failed", fault.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new Refusal("connector.failed", $"The source gave no answer within {Longest.TotalSeconds:0} s.");
        }
    }
}
