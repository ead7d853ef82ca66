using System.Globalization;

namespace Governance.Web.Demo;

/// <summary>The sample organisation's code host: 90 installed apps, tokens and machine users, in the documented table.</summary>
internal static class DemoGitHub
{
    private static readonly string[] Repositories = ["webshop", "orders", "pricing", "mobile-app", "infrastructure", "data-platform", "support-tools", "agents"];

    public static IReadOnlyList<DemoIdentity> Make(DemoWorld world)
    {
        var list = new List<DemoIdentity>();
        string[] installed = ["GitHub Copilot", "Cursor", "Claude", "Codex review", "Notion AI", "LangChain / LangSmith", "Glean", "Google Gemini", "Zapier", "Hugging Face"];
        foreach (var app in installed)
        {
            var tool = app == "Codex review" ? "ChatGPT" : app;
            list.Add(Make(world, $"installation:{4_100_000 + (list.Count * 7919)}", $"{app} app", "app-installation", tool, "Engineering", Access(world, world.Chance(50)), []));
        }

        foreach (var n in Enumerable.Range(1, 40))
        {
            var tool = n % 2 == 0 ? world.Pick(new[] { "Cursor", "Claude", "GitHub Copilot", "SRE incident agent", "Release notes agent" }) : null;
            var name = $"{(tool is null ? world.Pick(new[] { "ci", "deploy", "mirror", "docs", "sync" }) : tool.Split(' ')[0].ToLowerInvariant())}-token-{world.Pick(Repositories)}-{n.ToString("00", CultureInfo.InvariantCulture)}";
            list.Add(Make(world, $"pat:{88_000 + (n * 37)}", name, "api-token", tool, n % 3 == 0 ? "Data & AI" : "Engineering", Access(world, world.Chance(15)), ["token"]));
        }

        foreach (var n in Enumerable.Range(1, 16))
            list.Add(Make(world, $"user:{710_000 + (n * 101)}", $"larkfield-{world.Pick(new[] { "bot", "release", "scan", "lint" })}-{n.ToString("00", CultureInfo.InvariantCulture)}", "machine-user", null, "Engineering", Access(world, world.Chance(20)), ["token", "ssh"]));
        foreach (var (tool, n) in DemoTools.Own.Concat(DemoTools.Own).Concat(DemoTools.Own.Take(4)).Select((t, n) => (t, n)))
        {
            list.Add(Make(world, $"user:{930_000 + (n * 53)}", n < 10 ? $"{tool.App}-bot" : n < 20 ? $"{tool.App}-actions" : $"{tool.App}-nightly", n < 10 ? "agent" : "workload", tool.Name, tool.Department,
                Access(world, tool.Autonomy == "autonomous"), n < 10 ? ["token"] : ["federated"]) with
            { Autonomy = tool.Autonomy });
        }

        return list;
    }

    private static List<DemoGrant> Access(DemoWorld world, bool mighty)
    {
        var repository = world.Pick(Repositories);
        var grants = new List<DemoGrant> { new("contents:read", repository), new(world.Pick(new[] { "issues:write", "pull-requests:write", "checks:write", "metadata:read" }), repository) };
        if (mighty)
            grants.Add(world.Chance(40) ? new DemoGrant("administration:write", "organisation", Privileged: true) : new DemoGrant("contents:write", "all repositories", Privileged: true));
        return grants;
    }

    private static DemoIdentity Make(DemoWorld world, string id, string name, string kind, string? tool, string department, IReadOnlyList<DemoGrant> grants, string[] credentials)
    {
        var created = world.Chance(12) ? world.DaysAgo(7, 50) : world.DaysAgo(80, 900);
        var never = world.Chance(6);
        return new DemoIdentity(id, name, kind)
        {
            Tool = tool,
            Department = department,
            Publisher = kind == "app-installation" ? tool : null,
            Created = created,
            NeverUsed = never,
            LastUsed = never ? null : world.Chance(20) ? world.DaysAgo(95, 300) : world.DaysAgo(0, 25),
            Expires = kind == "api-token" && world.Chance(8) ? world.DaysAgo(4, 40) : null,
            Environment = "production",
            Credentials = [.. credentials.Select(c => Credential(world, c, created))],
            Grants = [.. grants.DistinctBy(g => (g.Permission, g.Resource))],
        };
    }

    private static DemoCredential Credential(DemoWorld world, string kind, DateTimeOffset created) => kind switch
    {
        "federated" => new DemoCredential("oidc", "federated-trust", created),
        "ssh" => new DemoCredential("ssh-" + world.Hex(6), "other", created, NeverExpires: true),
        _ when world.Chance(45) => new DemoCredential("ghp-" + world.Hex(6), "token", created, NeverExpires: true),
        _ => new DemoCredential("pat-" + world.Hex(6), "token", world.DaysAgo(5, 60), world.Now.AddDays(10 + world.Next(80))),
    };
}
