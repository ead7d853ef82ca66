using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace Governance.Web.Layout;

/// <summary>The document. Pages that set a cookie (sign-in, set-up) are plain HTML; all others run in a circuit.</summary>
public sealed partial class App
{
    [CascadingParameter]
    private HttpContext Http { get; set; } = default!;

    private IComponentRenderMode? Mode => Http.AcceptsInteractiveRouting() ? new InteractiveServerRenderMode(prerender: false) : null;

    private bool IsDark => string.Equals(Http.Request.Cookies["theme"], "dark", StringComparison.Ordinal);
}
