using System.Reflection;
using Governance.Web.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Governance.Web.Layout;

/// <summary>One link of the rail, and who sees it.</summary>
public sealed record NavItem(string Title, string Href, string Icon, string Policy, bool Exact = false);

/// <summary>Links of one task.</summary>
public sealed record NavGroup(string? Title, IReadOnlyList<NavItem> Items);

/// <summary>The rail, by task. The palette offers the same links.</summary>
public static class NavLinks
{
    /// <summary>What has a page, with the policy that the page itself states: no dead link, and no link that ends in a refusal.</summary>
    public static IReadOnlyList<NavGroup> Groups { get; } = Existing();

    private static IReadOnlyList<NavGroup> Wanted =>
    [
        new(null,
        [
            new("Home", "/", Icons.Material.Outlined.Home, Policies.SignedIn, Exact: true),
            new("My reviews", "/reviews", Icons.Material.Outlined.TaskAlt, Policies.SignedIn),
            new("My identities", "/owners/proposals", Icons.Material.Outlined.AssignmentInd, Policies.SignedIn),
        ]),
        new("Inventory",
        [
            new("Identities", "/identities", Icons.Material.Outlined.Badge, Policies.Read),
            new("AI tools", "/tools", Icons.Material.Outlined.SmartToy, Policies.Read, Exact: true),
            new("To decide", "/tools/triage", Icons.Material.Outlined.Checklist, Policies.Read),
            new("Imports", "/imports", Icons.Material.Outlined.UploadFile, Policies.Read),
        ]),
        new("People",
        [
            new("Ownership", "/owners", Icons.Material.Outlined.SupervisorAccount, Policies.Read, Exact: true),
            new("Leavers", "/owners/succession", Icons.Material.Outlined.PersonOff, Policies.SignedIn),
            new("People", "/people", Icons.Material.Outlined.People, Policies.Read),
        ]),
        new("Risk",
        [
            new("Findings", "/findings", Icons.Material.Outlined.ReportProblem, Policies.Read),
            new("Campaigns", "/campaigns", Icons.Material.Outlined.EventRepeat, Policies.Read),
        ]),
        new("Lifecycle",
        [
            new("States", "/lifecycle", Icons.Material.Outlined.Timeline, Policies.Read),
            new("Requests", "/requests", Icons.Material.Outlined.AddTask, Policies.SignedIn, Exact: true),
            new("Lifetimes", "/lifetimes", Icons.Material.Outlined.HourglassBottom, Policies.Read),
            new("Quarantine", "/quarantine", Icons.Material.Outlined.Lock, Policies.Read),
            new("Revocations", "/revocations", Icons.Material.Outlined.Block, Policies.Read),
            new("Sweeps", "/sweeps", Icons.Material.Outlined.CleaningServices, Policies.Read),
            new("Brakes", "/brakes", Icons.Material.Outlined.PanTool, Policies.Read),
        ]),
        new("Evidence",
        [
            new("Packages", "/evidence", Icons.Material.Outlined.VerifiedUser, Policies.Audit, Exact: true),
            new("Frameworks", "/evidence/frameworks", Icons.Material.Outlined.AccountTree, Policies.Read),
            new("Audit log", "/audit", Icons.Material.Outlined.ReceiptLong, Policies.Audit),
        ]),
        new("Settings",
        [
            new("Sources", "/settings/sources", Icons.Material.Outlined.Hub, Policies.Administer),
            new("Shared signals", "/settings/signals", Icons.Material.Outlined.Podcasts, Policies.Administer),
            new("SIEM", "/settings/siem", Icons.Material.Outlined.Sensors, Policies.Administer),
            new("Accounts", "/settings/accounts", Icons.Material.Outlined.ManageAccounts, Policies.Administer),
            new("Notifications", "/settings/notifications", Icons.Material.Outlined.Campaign, Policies.Administer),
            new("Jobs", "/jobs", Icons.Material.Outlined.Schedule, Policies.Administer),
        ]),
    ];

    private static List<NavGroup> Existing()
    {
        var pages = typeof(NavLinks).Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>(inherit: false).Select(route => (route.Template, Policy: type.GetCustomAttribute<AuthorizeAttribute>()?.Policy ?? Policies.SignedIn)))
            .ToDictionary(page => page.Template, page => page.Policy, StringComparer.OrdinalIgnoreCase);

        // The dashboard is an endpoint of its own.
        pages["/jobs"] = Policies.Administer;
        return Wanted
            .Select(group => new NavGroup(group.Title, group.Items.Where(i => pages.ContainsKey(i.Href)).Select(i => i with { Policy = pages[i.Href] }).ToList()))
            .Where(group => group.Items.Count > 0)
            .ToList();
    }
}
