using Bunit;
using Governance.Common;
using Governance.Findings;
using Governance.Lifecycle;
using Governance.Web.Layout;
using Governance.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;

namespace Governance.Web.Tests.Shared;

public sealed class SharedComponentTests : BunitContext
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public SharedComponentTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
    }

    [Theory]
    [InlineData(LifecycleState.Quarantined)]
    [InlineData(LifecycleState.Active)]
    public void A_state_is_said_in_a_word_and_not_by_colour_alone(LifecycleState state)
    {
        var chip = Render<StateChip>(p => p.Add(c => c.State, state));
        chip.Find(".chip").TextContent.Trim().ShouldBe(state.ToString());
        chip.Find(".dot").GetAttribute("aria-hidden").ShouldBe("true");
    }

    [Fact]
    public void A_severity_is_said_in_a_word_beside_its_icon()
    {
        var chip = Render<SeverityChip>(p => p.Add(c => c.Severity, Severity.Critical));
        chip.Find(".chip").TextContent.Trim().ShouldBe("Critical");
        chip.FindAll("svg").Count.ShouldBe(1);
    }

    [Fact]
    public void A_time_is_relative_and_exact_in_utc_on_hover()
    {
        var time = Render<RelativeTime>(p => p.Add(c => c.At, new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.FromHours(1)))).Find("time");
        time.TextContent.ShouldBe("3 h ago");
        time.GetAttribute("title").ShouldBe("2026-11-24 09:00:00 UTC");
    }

    [Fact]
    public void A_time_that_was_not_reported_is_said_so_and_not_called_never()
    {
        var unknown = Render<RelativeTime>(p => p.Add(c => c.At, null).Add(c => c.None, "not reported"));
        unknown.Find(".muted").TextContent.ShouldBe("not reported");
        unknown.FindAll("time").ShouldBeEmpty();
    }

    [Fact]
    public void A_page_that_fails_says_what_is_safe_and_gives_an_id_but_not_the_fault()
    {
        var panel = Render<ErrorPanel>(p => p.AddChildContent<Broken>());
        panel.Find("[role=alert]").TextContent.ShouldContain("What was saved is safe");
        panel.Find("code").TextContent.Length.ShouldBe(8);
        panel.Markup.ShouldNotContain("secret detail");
    }

    [Fact]
    public void Text_from_outside_stays_text()
    {
        var header = Render<PageHeader>(p => p.Add(h => h.Title, "<script>alert(1)</script>"));
        header.FindAll("script").ShouldBeEmpty();
        header.Find("h1").TextContent.Trim().ShouldBe("<script>alert(1)</script>");
    }

    [Fact]
    public void A_count_beyond_the_cap_is_shown_as_more()
    {
        Render<PageHeader>(p => p.Add(h => h.Title, "Identities").Add(h => h.Count, Page<object>.CountCap)).Find(".count").TextContent.ShouldBe("2,000+");
    }

    [Fact]
    public void The_rail_leads_only_to_pages_that_exist()
    {
        var routes = typeof(Program).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes(typeof(RouteAttribute), inherit: false)).Cast<RouteAttribute>().Select(r => r.Template).Append("/jobs").ToHashSet(StringComparer.Ordinal);
        var links = NavLinks.Groups.SelectMany(g => g.Items).Select(i => i.Href).ToList();
        links.ShouldContain("/reviews");
        links.ShouldAllBe(href => routes.Contains(href));
    }

    private sealed class Broken : ComponentBase
    {
        protected override void OnInitialized() => throw new InvalidOperationException("secret detail");
    }
}
