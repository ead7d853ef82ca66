using Governance.Common;
using Governance.Inventory;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Revocation;

/// <summary>
/// By which verb an identity, a credential or a grant is taken away: disabled where its connector can, else deleted where that can be undone, and deleted for good only after
/// another person's approval. A background job uses nothing that can't be taken back (B5).
/// </summary>
internal static class FirstVerbs
{
    private static readonly Brake Irreversible = new(SecondPerson.Id, "Its source can't disable this, only delete it, and that cannot be undone. Another administrator approves it.");

    /// <summary>Chooses for what is due and not chosen yet.</summary>
    public static async Task ChooseAsync(GovernanceDb db, Func<string, IConnectorKind?> kinds, DateTimeOffset now, CancellationToken ct)
    {
        var open = db.RevocationOrders.Where(o => o.State == OrderState.Due && o.Verb == null);
        var groups = await (from o in open
                            join i in db.Identities on o.IdentityId equals i.Id
                            join b in db.ConnectorBindings.Where(b => b.Enabled) on o.SourceId equals b.SourceId into bound
                            from b in bound.DefaultIfEmpty()
                            group o by new { o.SourceId, o.On, i.Kind, Connector = (string?)b.Kind } into g
                            select g.Key).ToListAsync(ct);
        foreach (var group in groups)
        {
            var mine = open.Where(o => o.SourceId == group.SourceId && o.On == group.On && db.Identities.Any(i => i.Id == o.IdentityId && i.Kind == group.Kind));
            var (verb, undoable) = Choose(group.Connector is { } name ? kinds(name) : null, group.On, group.Kind);
            if (!undoable)
                await BrakeJudge.HoldAsync(db, mine.Where(o => o.ApprovedAt == null), Irreversible, now, ct);
            await mine.ExecuteUpdateAsync(u => u.SetProperty(o => o.Verb, verb).SetProperty(o => o.Undoable, undoable), ct);
        }
    }

    /// <summary>Why a connector can't take away one credential or grant; null when it can, and for what a person does by hand.</summary>
    public static Refusal? Refuse(IConnectorKind? connector, TargetKind on, IdentityKind kind) =>
        connector is null || on == TargetKind.Identity || connector.Ability(on, RevocationVerb.Disable, kind) is { Reversibility.Undoable: true } || connector.Ability(on, RevocationVerb.Delete, kind) is not null
            ? null
            : new Refusal("connector.cannot", $"{connector.Title} can't take away one {(on == TargetKind.Grant ? "permission" : "credential")} of this identity. Do it in the source, where the next import will see it, or revoke the identity whole.");

    /// <summary>The verb, and whether it can be taken back. Without a connector a person does it by hand: a disable for a credential, a removal for a grant.</summary>
    public static (RevocationVerb Verb, bool Undoable) Choose(IConnectorKind? connector, TargetKind on, IdentityKind kind)
    {
        if (connector is null)
            return (on == TargetKind.Grant ? RevocationVerb.Delete : RevocationVerb.Disable, true);
        if (connector.Ability(on, RevocationVerb.Disable, kind) is { } disable && (disable.Reversibility.Undoable || on == TargetKind.Identity))
            return (RevocationVerb.Disable, disable.Reversibility.Undoable);
        return connector.Ability(on, RevocationVerb.Delete, kind) is { } delete ? (RevocationVerb.Delete, delete.Reversibility.Undoable) : (RevocationVerb.Disable, true);
    }
}
