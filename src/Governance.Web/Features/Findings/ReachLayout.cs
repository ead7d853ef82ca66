using Governance.Common;
using Governance.Findings;

namespace Governance.Web.Features.Findings;

/// <summary>A node of the blast radius.</summary>
/// <param name="Kind">in, start, identity, source, place or more: the look.</param>
public sealed record ReachNode(string Key, string Kind, string Title, string Note, string? Href, int X, int Y, bool Privileged);

/// <summary>An edge from one node to another.</summary>
public sealed record ReachEdge(string Path, string Label, bool Confirmed);

/// <summary>
/// Where everything stands: ways in at the left, what is taken over, what that can become, and what can be reached at the right. Pure; each column shows a few and says how many more.
/// </summary>
public sealed record ReachLayout(int Width, int Height, IReadOnlyList<(string Title, int X)> Columns, IReadOnlyList<ReachNode> Nodes, IReadOnlyList<ReachEdge> Edges)
{
    /// <summary>Four columns fit beside an identity's facts on a screen of 1440.</summary>
    public const int NodeWidth = 164;
    public const int NodeHeight = 40;

    /// <summary>So many nodes stand in a column before the rest is one.</summary>
    public const int Most = 8;

    private const int Gap = 27;
    private const int Row = 48;
    private const int Head = 30;

    public static ReachLayout Of(BlastRadius reach)
    {
        var (nodes, edges) = (new List<ReachNode>(), new List<ReachEdge>());
        var tops = new int[4];
        Array.Fill(tops, Head);
        var starts = reach.Starts.Take(Most).ToList();
        foreach (var start in starts)
            Add(1, Key(start.Id), "start", start.Name, $"{start.Source}, risk {start.Risk}", $"/identities/{start.Id}", start.Privileged == Reported.Yes);
        More(1, reach.Starts.Count - starts.Count + reach.MoreStarts, "more of its identities");

        var ways = reach.WaysIn.Take(Most).ToList();
        foreach (var (n, way) in ways.Index())
        {
            var key = $"in-{n}";
            Add(0, key, "in", way.Title, way.Note, $"/identities/{way.Of}", way.Exposed);
            Edge(key, starts.Exists(s => s.Id == way.Of) ? Key(way.Of) : starts.Count == 1 ? Key(starts[0].Id) : "more-1", "is a way in", confirmed: true);
        }

        More(0, reach.WayInCount - ways.Count, "more credentials");

        var identities = reach.Identities.Take(Most).ToList();
        foreach (var one in identities)
            Add(2, Key(one.Id), "identity", one.Name, $"{one.Source}{(one.Step > 1 ? $", {one.Step} steps away" : null)}", $"/identities/{one.Id}", one.Privileged == Reported.Yes);
        foreach (var source in reach.Sources.Take(3))
            Add(2, $"source-{source.SourceId:N}", "source", source.Name, source.Identities == 1 ? "its 1 identity" : $"all its {source.Identities:N0} identities", $"/identities?source={source.SourceId}", privileged: true);
        More(2, reach.Identities.Count - identities.Count, reach.Unfollowed ? "more, and others not followed" : "more identities");
        if (reach.Identities.Count + reach.Sources.Count == 0)
            Add(2, "none", "more", "No other identity", "no way to one is known", null, privileged: false);
        foreach (var one in identities)
            Edge(Key(one.FromId), Key(one.Id), one.How, one.Confirmed);
        foreach (var source in reach.Sources.Take(3))
            Edge(Key(source.FromId), $"source-{source.SourceId:N}", source.How, confirmed: true);

        var places = reach.Resources.Take(Most).ToList();
        foreach (var (n, place) in places.Index())
            Add(3, $"place-{n}", "place", place.Resource ?? place.Source, $"{place.Example}{(place.Permissions > 1 ? $" and {place.Permissions - 1} more" : null)}", null, place.Privileged > 0);
        More(3, reach.ResourceCount - places.Count, "more places");
        if (places.Count > 0)
            Edge(starts.Count > 0 ? Key(starts[0].Id) : null, "place-0", "may reach", confirmed: true);

        return new ReachLayout((4 * (NodeWidth + Gap)) - Gap, Math.Max(Head + Row, tops.Max()),
            [("Ways in", X(0)), ("Taken over", X(1)), ("Can act as", X(2)), ("Can reach", X(3))], nodes, edges);

        void Add(int column, string key, string kind, string title, string note, string? href, bool privileged)
        {
            nodes.Add(new ReachNode(key, kind, title, note, href, X(column), tops[column], privileged));
            tops[column] += Row;
        }

        void More(int column, int count, string what)
        {
            if (count > 0)
                Add(column, $"more-{column}", "more", $"And {count:N0} {what}", "in the table below", null, privileged: false);
        }

        void Edge(string? from, string? to, string label, bool confirmed)
        {
            if (nodes.Find(n => n.Key == from) is { } a && nodes.Find(n => n.Key == to) is { } b && a != b)
                edges.Add(new ReachEdge(Curve(a, b), label, confirmed));
        }
    }

    private static string Key(Guid id) => id.ToString("N");

    private static int X(int column) => column * (NodeWidth + Gap);

    private static string Curve(ReachNode a, ReachNode b)
    {
        var (ay, by) = (a.Y + (NodeHeight / 2), b.Y + (NodeHeight / 2));
        if (a.X == b.X)
        {
            var x = a.X + NodeWidth;
            return FormattableString.Invariant($"M{x} {ay} C{x + 22} {ay} {x + 22} {by} {x} {by}");
        }

        var (from, to) = a.X < b.X ? (a.X + NodeWidth, b.X) : (a.X, b.X + NodeWidth);
        var middle = (from + to) / 2;
        return FormattableString.Invariant($"M{from} {ay} C{middle} {ay} {middle} {by} {to} {by}");
    }
}
