namespace Governance.Web.Layout;

/// <summary>Light or dark, for this circuit.</summary>
public sealed class ThemeState
{
    public bool Dark { get; set; }
}
