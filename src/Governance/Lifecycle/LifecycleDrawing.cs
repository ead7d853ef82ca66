using System.Globalization;
using System.Text;

namespace Governance.Lifecycle;

/// <summary>A state's box.</summary>
public sealed record StateBox(LifecycleState State, int X, int Y, int Width, int Height, int Radius);

/// <summary>A transition's arrow.</summary>
public sealed record WayArrow(Transition Way, int X1, int Y1, int X2, int Y2);

/// <summary>The table of transitions as a picture, made from <see cref="Transitions.All"/> alone, so that it can't say anything else. The page and docs/lifecycle.svg draw the same shapes.</summary>
public static class LifecycleDrawing
{
    public const int Width = 690;
    public const int Height = 268;
    private const int BoxWidth = 150;
    private const int BoxHeight = 48;

    // Requested and Discovered enter at the left; what is over stands at the right.
    private static readonly Dictionary<LifecycleState, (int X, int Y)> Places = new()
    {
        [LifecycleState.Requested] = (20, 30),
        [LifecycleState.Discovered] = (20, 190),
        [LifecycleState.Active] = (270, 30),
        [LifecycleState.Quarantined] = (270, 190),
        [LifecycleState.Decommissioned] = (520, 190),
    };

    public static IReadOnlyList<StateBox> Boxes { get; } =
        [.. Enum.GetValues<LifecycleState>().Select(s => new StateBox(s, Places[s].X, Places[s].Y, BoxWidth, BoxHeight, Transitions.IsTerminal(s) ? BoxHeight / 2 : 8))];

    public static IReadOnlyList<WayArrow> Arrows { get; } = [.. Transitions.All.Select(Arrow)];

    /// <summary>In words, for those who don't see it.</summary>
    public static string Description { get; } = string.Join(' ', Transitions.All.Select(t => $"From {t.From} to {t.To}: {t.When}"));

    /// <summary>As a file.</summary>
    public static string ToSvg()
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" font-family=\"sans-serif\" color=\"#4A5565\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>The lifecycle of an identity</title>\n<desc>{Description}</desc>\n");
        svg.Append("<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0,0 L10,5 L0,10 z\" fill=\"currentColor\"/></marker></defs>\n");
        foreach (var a in Arrows)
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{a.X1}\" y1=\"{a.Y1}\" x2=\"{a.X2}\" y2=\"{a.Y2}\" stroke=\"currentColor\" stroke-width=\"1.5\" marker-end=\"url(#arrow)\"/>\n");
        foreach (var b in Boxes)
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{b.X}\" y=\"{b.Y}\" width=\"{b.Width}\" height=\"{b.Height}\" rx=\"{b.Radius}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\"/><text x=\"{b.X + (b.Width / 2)}\" y=\"{b.Y + (b.Height / 2) + 5}\" text-anchor=\"middle\" font-size=\"14\" font-weight=\"600\" fill=\"currentColor\">{b.State}</text>\n");
        return svg.Append("</svg>\n").ToString();
    }

    private static WayArrow Arrow(Transition way)
    {
        var (from, to) = (Places[way.From], Places[way.To]);
        // Two ways between the same pair run side by side.
        var side = Transitions.Find(way.To, way.From) is null ? 0 : way.From < way.To ? -14 : 14;
        var (right, down) = (from.X < to.X, from.Y < to.Y);
        if (from.Y == to.Y)
            return new WayArrow(way, right ? from.X + BoxWidth : from.X, from.Y + (BoxHeight / 2) + side, right ? to.X : to.X + BoxWidth, to.Y + (BoxHeight / 2) + side);
        if (from.X == to.X)
            return new WayArrow(way, from.X + (BoxWidth / 2) + side, down ? from.Y + BoxHeight : from.Y, to.X + (BoxWidth / 2) + side, down ? to.Y : to.Y + BoxHeight);
        return new WayArrow(way, right ? from.X + BoxWidth : from.X, down ? from.Y + BoxHeight : from.Y, right ? to.X : to.X + BoxWidth, down ? to.Y : to.Y + BoxHeight);
    }
}
