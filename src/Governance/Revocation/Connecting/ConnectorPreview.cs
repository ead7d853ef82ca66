using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>What a step would do now: what is in the source, and the very calls that would go out.</summary>
/// <param name="Seen">The target as it was found, in words.</param>
/// <param name="Calls">What would be sent; none when it is so already.</param>
/// <param name="Undo">How long it can be taken back.</param>
public sealed record SendPreview(string Seen, IReadOnlyList<string> Calls, string Undo);

/// <summary>What an order would do if it were made now.</summary>
/// <param name="Verb">What is done first.</param>
/// <param name="Undoable">Whether that can be taken back.</param>
/// <param name="Connector">What would do it; null where a person does it by hand.</param>
/// <param name="Send">What would go out; null where the source could not be asked, or there is nothing to ask.</param>
/// <param name="Unseen">Why the source could not be asked.</param>
public sealed record OrderPreview(RevocationVerb Verb, bool Undoable, string? Connector, SendPreview? Send = null, Refusal? Unseen = null);

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
        if (kind.Ability(target, verb) is null)
            return new Refusal("connector.cannot", $"{kind.Title} cannot {verb.ToString().ToLowerInvariant()} this. Do it in the source, and confirm it here by hand.");
        var before = await db.RevocationSteps.AsNoTracking().Where(s => s.OrderId == orderId && s.PreState != null).OrderBy(s => s.DueAt).Select(s => s.PreState).FirstOrDefaultAsync(ct);
        return await AskAsync(binding, kind, target, new Planned(verb, orderId, before, order.Reason), ct);
    }

    /// <summary>What an order for one credential, one grant or the identity would do now. Refused where its connector can't.</summary>
    public async Task<Outcome<OrderPreview>> OfAsync(RevocationTarget wanted, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.SecurityEngineer, Roles.Administrator) is { } refusal)
            return refusal;
        await using var db = await contexts.CreateDbContextAsync(ct);
        if (await db.Identities.AsNoTracking().Where(i => i.Id == wanted.IdentityId).Select(i => new { i.SourceId, i.Kind }).SingleOrDefaultAsync(ct) is not { } identity)
            return new Refusal("identity.not-found", "This identity is not in the inventory.");
        if (await StepTargets.FindAsync(db, wanted, ct) is not { } target)
            return new Refusal("revocation.target-gone", "The inventory does not know this credential or permission any more.");
        var binding = await db.ConnectorBindings.AsNoTracking().SingleOrDefaultAsync(b => b.SourceId == identity.SourceId && b.Enabled, ct);
        var kind = binding is null ? null : connectors.Find(binding.Kind);
        if (FirstVerbs.Refuse(kind, wanted.On, identity.Kind) is { } cannot)
            return cannot;
        var (verb, undoable) = wanted.On == TargetKind.Identity ? (RevocationVerb.Disable, true) : FirstVerbs.Choose(kind, wanted.On, identity.Kind);
        if (binding is null || kind is null)
            return new OrderPreview(verb, undoable, null);
        var asked = await AskAsync(binding, kind, target, new Planned(verb, wanted.GrantId ?? wanted.CredentialId ?? wanted.IdentityId, null, string.Empty), ct);
        return asked.IsRefused ? new OrderPreview(verb, undoable, kind.Title, Unseen: asked.Refusal) : new OrderPreview(verb, undoable, kind.Title, asked.Value);
    }

    private sealed record Planned(RevocationVerb Verb, Guid Key, string? PreState, string Reason);

    private async Task<Outcome<SendPreview>> AskAsync(ConnectorBinding binding, IConnectorKind kind, ConnectorTarget target, Planned planned, CancellationToken ct)
    {
        var verb = planned.Verb;
        var opened = await connectors.OpenAsync(binding.Kind, binding.Settings, binding.SecretReference, ct);
        if (opened.IsRefused)
            return opened.Refusal;
        await using var connector = opened.Value;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Longest);
        try
        {
            var seen = await connector.ObserveAsync(target, deadline.Token);
            var before = planned.PreState ?? seen.PreState;
            var calls = StepRules.IsReached(verb, seen, before) || seen.State == TargetState.Gone
                ? [] : await connector.DescribeAsync(new ConnectorCommand(verb, target, planned.Key.ToString("D"), before, planned.Reason), deadline.Token);
            return new SendPreview(seen.Description, calls, kind.Ability(target, verb)!.Reversibility.ToString());
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
