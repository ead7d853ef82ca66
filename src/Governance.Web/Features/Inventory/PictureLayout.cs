using Governance.Common;
using Governance.Inventory;

namespace Governance.Web.Features.Inventory;

/// <summary>A box of the picture: a source.</summary>
public sealed record PictureBox(string Name, string System, int X, int Y, int Width, int Height, int Count);

/// <summary>A node: one identity, or all further ones of a kind in a source.</summary>
public sealed record PictureNode(string Key, string Title, string Note, string Href, int X, int Y, int Width, int Height, Reported Privileged, bool Many);

/// <summary>An edge; several between the same two are one, with their number.</summary>
public sealed record PictureEdge(string FromKey, string ToKey, string Path, LinkKind Kind, bool Confirmed, int Count, string Label);

/// <summary>
/// Where everything of a tool's picture stands. Pure. Few identities stand each by itself; of many in one source the most privileged and the linked ones
/// stand alone and the rest is one node for each kind, so that 300 read as well as 3.
/// </summary>
public sealed record PictureLayout(int Width, int Height, IReadOnlyList<PictureBox> Boxes, IReadOnlyList<PictureNode> Nodes, IReadOnlyList<PictureEdge> Edges)
{
    private const int BoxWidth = 300;
    private const int Gap = 84;
    private const int Row = 46;
    private const int NodeHeight = 40;
    private const int Head = 50;
    private const int Pad = 12;

    /// <summary>A source with at most this many shows each.</summary>
    public const int Alone = 7;

    /// <summary>Of more, this many of the most privileged.</summary>
    public const int First = 4;

    public static PictureLayout Of(ToolPicture picture, int columns)
    {
        var nodeOf = new Dictionary<Guid, string>();
        var boxes = new List<PictureBox>();
        var nodes = new List<PictureNode>();
        var linked = picture.Links.Where(l => l.Kind != LinkKind.ParentOf || picture.Totals.Identities <= 60).SelectMany(l => new[] { l.FromId, l.ToId }).ToHashSet();
        var heights = new int[Math.Max(1, Math.Min(columns, picture.Groups.Select(g => g.SourceId).Distinct().Count()))];
        foreach (var source in picture.Groups.GroupBy(g => g.SourceId).OrderByDescending(s => s.Sum(g => g.Privileged)).ThenByDescending(s => s.Sum(g => g.Count)))
        {
            var total = source.Sum(g => g.Count);
            var known = picture.Identities.Where(i => i.SourceId == source.Key).ToList();
            var shown = total <= Alone && known.Count == total ? known : known.Take(First).Concat(known.Skip(First).Where(i => linked.Contains(i.Id)).Take(3)).ToList();
            var column = Array.IndexOf(heights, heights.Min());
            var (x, y) = (column * (BoxWidth + Gap), heights[column]);
            var top = y + Head;
            foreach (var i in shown)
            {
                nodeOf[i.Id] = i.Id.ToString("N");
                nodes.Add(new PictureNode(i.Id.ToString("N"), i.Name, $"{InventoryWords.Of(i.Kind)}{(i.OwnerName is null ? ", nobody answers for it" : $", {i.OwnerName}")}", $"/identities/{i.Id}", x + Pad, top, BoxWidth - (2 * Pad), NodeHeight, i.Privileged, Many: false));
                top += Row;
            }

            foreach (var group in source.OrderByDescending(g => g.Privileged).ThenByDescending(g => g.Count))
            {
                var rest = group.Count - shown.Count(i => i.Kind == group.Kind);
                if (rest <= 0)
                    continue;
                var key = $"{source.Key:N}-{group.Kind}";
                foreach (var i in known.Where(i => i.Kind == group.Kind && !nodeOf.ContainsKey(i.Id)))
                    nodeOf[i.Id] = key;
                var privileged = group.Privileged - shown.Count(i => i.Kind == group.Kind && i.Privileged == Reported.Yes);
                nodes.Add(new PictureNode(key, $"{rest:N0} more: {InventoryWords.Of(group.Kind)}", privileged > 0 ? $"{privileged:N0} privileged" : "none known to be privileged",
                    $"/identities?tool={picture.Tool.Id}&source={source.Key}&kind={group.Kind}", x + Pad, top, BoxWidth - (2 * Pad), NodeHeight, privileged > 0 ? Reported.Yes : Reported.Unknown, Many: true));
                top += Row;
            }

            boxes.Add(new PictureBox(source.First().SourceName, InventoryWords.Of(source.First().System), x, y, BoxWidth, top - y + 6, total));
            heights[column] = top + 6 + 28;
        }

        var at = nodes.ToDictionary(n => n.Key, StringComparer.Ordinal);
        var edges = picture.Links.Where(l => nodeOf.ContainsKey(l.FromId) && nodeOf.ContainsKey(l.ToId) && nodeOf[l.FromId] != nodeOf[l.ToId])
            .GroupBy(l => (From: nodeOf[l.FromId], To: nodeOf[l.ToId], l.Kind))
            .Select(g => new PictureEdge(g.Key.From, g.Key.To, Curve(at[g.Key.From], at[g.Key.To]), g.Key.Kind, g.All(l => l.State == LinkState.Confirmed), g.Count(), g.First().Evidence)).ToList();
        return new PictureLayout((heights.Length * (BoxWidth + Gap)) - Gap + 60, Math.Max(60, heights.Max() - 28), boxes, nodes, edges);
    }

    private static string Curve(PictureNode a, PictureNode b)
    {
        var (ay, by) = (a.Y + (a.Height / 2), b.Y + (b.Height / 2));
        if (a.X == b.X)
        {
            var x = a.X + a.Width;
            var bend = 34 + (Math.Min(4, Math.Abs(ay - by) / Row) * 6);
            return FormattableString.Invariant($"M{x} {ay} C{x + bend} {ay} {x + bend} {by} {x} {by}");
        }

        var (from, to) = a.X < b.X ? (a.X + a.Width, b.X) : (a.X, b.X + b.Width);
        var middle = (from + to) / 2;
        return FormattableString.Invariant($"M{from} {ay} C{middle} {ay} {middle} {by} {to} {by}");
    }
}
