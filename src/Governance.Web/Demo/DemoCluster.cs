namespace Governance.Web.Demo;

/// <summary>The sample cluster: 100 service accounts, agents and MCP servers, in the documented table.</summary>
internal static class DemoCluster
{
    private static readonly (string Space, string[] Workloads, string Department)[] Spaces =
    [
        ("shop", ["checkout", "cart", "catalogue", "search", "recommendations", "payments", "fulfilment"], "Engineering"),
        ("orders", ["api", "events", "invoicing", "returns", "notifications"], "Engineering"),
        ("data", ["airflow", "dbt", "spark-driver", "feature-store", "lineage", "trino"], "Data & AI"),
        ("platform", ["argocd", "cert-manager", "external-dns", "ingress", "prometheus", "grafana", "loki", "vault-injector", "velero"], "IT Operations"),
        ("security", ["falco", "trivy", "kyverno", "siem-agent"], "Security"),
        ("support", ["helpdesk", "chat-gateway", "transcripts"], "Customer Support"),
        ("finance", ["ledger-sync", "tax-report", "bank-import"], "Finance"),
        ("sales", ["crm-bridge", "quote-api", "lead-scoring"], "Sales"),
    ];

    public static IReadOnlyList<DemoIdentity> Make(DemoWorld world)
    {
        var list = new List<DemoIdentity>();
        foreach (var (space, workloads, department) in Spaces)
        {
            foreach (var workload in workloads)
                list.Add(Account(world, space, workload, "service-account", null, department, mighty: space is "platform" && world.Chance(40)));
        }

        foreach (var tool in DemoTools.Own)
        {
            foreach (var part in new[] { "agent", "worker", "tools" })
                list.Add(Account(world, "agents", $"{tool.App}-{part}", part == "agent" ? "agent" : part == "tools" ? "mcp-server" : "service-account", tool, tool.Department, mighty: tool.Autonomy == "autonomous" && part == "agent"));
        }

        foreach (var name in new[] { "Claude", "ChatGPT", "Google Gemini", "GitHub Copilot", "LangChain / LangSmith", "Pinecone", "Hugging Face", "Glean", "Intercom Fin", "Moveworks" })
        {
            var tool = DemoTools.All.First(t => t.Name == name);
            var app = tool.App.ToLowerInvariant().Replace(' ', '-');
            list.Add(Account(world, "ai-gateway", $"{app}-proxy", "service-account", tool, tool.Department, mighty: false));
            list.Add(Account(world, "ai-gateway", $"{app}-mcp", "mcp-server", tool, tool.Department, mighty: world.Chance(20)));
        }

        foreach (var n in new[] { "api", "events", "invoicing", "search", "checkout", "airflow", "dbt", "grafana", "helpdesk", "ledger-sync" })
            list.Add(Account(world, "preview", n, "service-account", null, "Engineering", mighty: false));
        return list;
    }

    /// <summary>Agents sign in to the directory as their application there; their tools act with the agent's own service account.</summary>
    public static IReadOnlyList<DemoIdentity> Connect(IReadOnlyList<DemoIdentity> cluster, IReadOnlyList<DemoIdentity> directory) => cluster.Select(i =>
    {
        if (!i.Name.StartsWith("agents/", StringComparison.Ordinal))
            return i;
        var app = i.Name["agents/".Length..i.Name.LastIndexOf('-')];
        var principal = i.Name.EndsWith("-agent", StringComparison.Ordinal) ? directory.FirstOrDefault(d => d.Name == app + "-prod") : null;
        return i with
        {
            ClientId = principal is null ? null : DemoEntra.AppId(principal),
            Parent = i.Name.EndsWith("-tools", StringComparison.Ordinal) ? i.ExternalId[..i.ExternalId.LastIndexOf('-')] + "-agent" : null,
        };
    }).ToList();

    private static DemoIdentity Account(DemoWorld world, string space, string name, string kind, DemoTool? tool, string department, bool mighty)
    {
        var created = world.Chance(12) ? world.DaysAgo(6, 55) : world.DaysAgo(75, 700);
        var standing = world.Chance(55);
        var never = world.Chance(7);
        var grants = new List<DemoGrant> { new(world.Pick(new[] { "get pods", "list configmaps", "get services" }), space), new(world.Pick(new[] { "create jobs", "patch deployments", "watch events" }), space) };
        if (mighty)
            grants.Add(world.Chance(50) ? new DemoGrant("cluster-admin", "cluster", Privileged: true) : new DemoGrant("get secrets", "all namespaces", Privileged: true));
        return new DemoIdentity($"system:serviceaccount:{space}:{name}", $"{space}/{name}", kind)
        {
            Tool = tool?.Name,
            Autonomy = tool?.Autonomy,
            Department = department,
            Environment = space == "preview" ? "test" : "production",
            Created = created,
            NeverUsed = never,
            LastUsed = never ? null : world.Chance(15) ? world.DaysAgo(95, 260) : world.DaysAgo(0, 6),
            Expires = world.Chance(4) ? world.DaysAgo(3, 30) : null,
            Credentials = standing ? [new DemoCredential("token-" + world.Hex(5), "token", created, NeverExpires: true)] : [new DemoCredential("projected", "federated-trust", created)],
            Grants = grants,
        };
    }
}
