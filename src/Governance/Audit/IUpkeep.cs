namespace Governance.Audit;

/// <summary>
/// What no entry of the audit log asks for: work that a newer version of the product has to do once over what is there. Done in pieces, before the
/// followers read on; killed in between, it goes on where it stood.
/// </summary>
public interface IUpkeep
{
    /// <summary>Does what is left. Returns how much; 0 for next to nothing once all is done.</summary>
    Task<int> CatchUpAsync(CancellationToken ct);
}
