namespace Governance.Audit;

/// <summary>Which entries of the log; null parts do not narrow.</summary>
/// <param name="SubjectType">Kind of record.</param>
/// <param name="SubjectId">The record's id.</param>
/// <param name="Action">What was done, one of <see cref="AuditActions"/>.</param>
/// <param name="Text">Words in the actor's name, reason or details.</param>
/// <param name="From">Not before.</param>
/// <param name="To">Before.</param>
/// <param name="ActorId">Who did it.</param>
public sealed record AuditFilter(string? SubjectType = null, string? SubjectId = null, string? Action = null, string? Text = null, DateTimeOffset? From = null, DateTimeOffset? To = null, string? ActorId = null)
{
    /// <summary>Narrows a query to it.</summary>
    public IQueryable<AuditEntry> On(IQueryable<AuditEntry> query)
    {
        if (SubjectType is { } type)
            query = query.Where(e => e.SubjectType == type);
        if (SubjectId is { } id)
            query = query.Where(e => e.SubjectId == id);
        if (Action is { } action)
            query = query.Where(e => e.Action == action);
        if (ActorId is { } actor)
            query = query.Where(e => e.ActorId == actor);
        if (From is { } from)
            query = query.Where(e => e.At >= from);
        if (To is { } to)
            query = query.Where(e => e.At < to);
        if (!string.IsNullOrWhiteSpace(Text))
            query = query.Where(e => e.ActorName.Contains(Text) || e.Reason!.Contains(Text) || e.Details.Contains(Text));
        return query;
    }
}
