using System.Text.Json;

namespace Governance.Web.Demo;

/// <summary>The sample tenant, as Microsoft Graph answers: 130 service principals and 20 applications.</summary>
internal static class DemoEntra
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Microsoft Graph's own ids of the application permissions used here.</summary>
    private static readonly Dictionary<string, string> Roles = new(StringComparer.Ordinal)
    {
        ["Mail.Read"] = "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
        ["Mail.Send"] = "b633e1c5-b582-4048-a93e-9f11b44c7e96",
        ["Files.Read.All"] = "01d4889c-1287-42c6-ac1f-5d1e02578ef6",
        ["Files.ReadWrite.All"] = "75359482-378d-4052-8f01-80520e7db3cd",
        ["Sites.Read.All"] = "332a536c-c7ef-4017-ab91-336970924f0d",
        ["User.Read.All"] = "df021288-bdef-4463-88db-98f22de89214",
        ["Group.Read.All"] = "5b567255-7703-4780-807c-7be8301ae99b",
        ["Directory.Read.All"] = "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
        ["Directory.ReadWrite.All"] = "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
        ["Calendars.Read"] = "798ee544-9d2d-430c-a058-570e29e34338",
        ["Chat.Read.All"] = "6b7d71aa-70aa-4810-a8d9-5d9fb2830017",
    };

    private static readonly string[] Delegated = ["Mail.Read", "Calendars.Read", "Files.Read.All", "User.Read", "Sites.Read.All", "Group.Read.All"];
    private static readonly string[] Application = ["User.Read.All", "Calendars.Read", "Group.Read.All", "Sites.Read.All", "Directory.Read.All"];
    private static readonly string[] Mighty = ["Mail.Read", "Files.Read.All", "Chat.Read.All", "Directory.ReadWrite.All", "Files.ReadWrite.All", "Mail.Send"];

    private static readonly (string Name, string Department)[] Ordinary =
    [
        ("Backup Vault", "IT Operations"), ("Payroll Export", "Finance"), ("SAP Bridge", "Finance"), ("HR Directory Sync", "IT Operations"), ("Badge Printer Service", "IT Operations"),
        ("Meeting Room Display", "IT Operations"), ("Expense Approvals", "Finance"), ("Device Compliance", "Security"), ("SIEM Forwarder", "Security"), ("Vulnerability Scanner", "Security"),
        ("Webshop Checkout", "Engineering"), ("Order Events", "Engineering"), ("Price Feed", "Sales"), ("CRM Sync", "Sales"), ("Newsletter Sender", "Marketing"),
        ("Signature Manager", "IT Operations"), ("Mail Archive", "Legal & Compliance"), ("eDiscovery Export", "Legal & Compliance"), ("Status Page", "Engineering"), ("Terraform Runner", "Engineering"),
        ("Data Lake Loader", "Data & AI"), ("Report Scheduler", "Data & AI"), ("Customer 360", "Data & AI"), ("Ticket Import", "Customer Support"), ("Call Recording", "Customer Support"),
    ];

    public static IReadOnlyList<DemoIdentity> Make(DemoWorld world)
    {
        var list = new List<DemoIdentity>();
        foreach (var tool in DemoTools.Bought)
        {
            string[] uses = [$"{tool.App} Connector", $"{tool.App} for Teams", $"{tool.App} SSO"];
            foreach (var (name, n) in uses.Select((name, n) => (name, n)))
                list.Add(Principal(world, name, tool, tool.Department, tool.Name, tool.Site, delegated: n != 2, mighty: n == 0 && world.Chance(45)));
        }

        foreach (var tool in DemoTools.Own)
        {
            list.Add(Principal(world, $"{tool.App}-prod", tool, tool.Department, "Larkfield", null, delegated: false, mighty: tool.Autonomy == "autonomous"));
            list.Add(Principal(world, $"{tool.App}-test", tool, tool.Department, "Larkfield", null, delegated: false, mighty: false));
        }

        foreach (var (name, department) in Ordinary)
        {
            list.Add(Principal(world, name, null, department, "Larkfield", null, delegated: false, mighty: world.Chance(15)));
            list.Add(Principal(world, $"{name} (staging)", null, department, "Larkfield", null, delegated: false, mighty: false));
        }

        foreach (var name in Ordinary.Take(7).Select(o => o.Name + " App").Concat(DemoTools.Own.Select(t => t.App + " app")))
        {
            var tool = DemoTools.Own.FirstOrDefault(t => name.StartsWith(t.App, StringComparison.Ordinal));
            list.Add(Principal(world, name, tool, tool?.Department ?? Ordinary.First(o => name.StartsWith(o.Name, StringComparison.Ordinal)).Department, "Larkfield", null, false, false) with { Kind = "application", Grants = [] });
        }

        foreach (var name in new[] { "Perplexity trial", "Claude Dupont calendar sync", "OpenAI batch pilot" })
            list.Add(Principal(world, name, null, "Data & AI", "Unverified", null, delegated: true, mighty: false));
        return Share(list, world.Hex(32) + "8Q~", "Price Feed", "CRM Sync", "Newsletter Sender");
    }

    /// <summary>Three that use one secret, which the export gives away.</summary>
    private static List<DemoIdentity> Share(List<DemoIdentity> list, string secret, params string[] names) =>
        list.ConvertAll(i => names.Contains(i.Name, StringComparer.Ordinal) && i.Credentials.Count > 0 ? i with { Credentials = [i.Credentials[0] with { Secret = secret }, .. i.Credentials.Skip(1)] } : i);

    private static DemoIdentity Principal(DemoWorld world, string name, DemoTool? tool, string department, string publisher, string? site, bool delegated, bool mighty)
    {
        var created = world.Chance(12) ? world.DaysAgo(6, 50) : world.DaysAgo(90, 1100);
        var credentials = new List<DemoCredential>();
        if (!delegated || world.Chance(60))
            credentials.Add(Secret(world, created));
        if (world.Chance(15))
            credentials.Add(Secret(world, created));
        var scopes = Enumerable.Range(0, 2 + world.Next(2)).Select(_ => world.Pick(Delegated)).Append("User.Read").Distinct(StringComparer.Ordinal);
        var everybody = world.Chance(40);
        var grants = delegated
            ? (everybody && world.Chance(70) ? scopes.Append("offline_access") : scopes).Select(s => new DemoGrant(s, "Microsoft Graph", Delegated: true, ForEverybody: everybody)).ToList()
            : [.. Enumerable.Range(0, 1 + world.Next(2)).Select(_ => world.Pick(Application)).Distinct(StringComparer.Ordinal).Select(s => new DemoGrant(s, "Microsoft Graph"))];
        if (mighty)
            grants.Add(new DemoGrant(world.Pick(Mighty), "Microsoft Graph", Privileged: true));
        return new DemoIdentity(world.Id().ToString("D"), name, "service-principal")
        {
            Tool = tool?.Name,
            Department = department,
            Publisher = publisher,
            Homepage = site,
            Enabled = !world.Chance(5),
            Created = created,
            Credentials = credentials,
            Grants = grants,
        };
    }

    /// <summary>Most live for a year or two; some have ended and were never removed.</summary>
    private static DemoCredential Secret(DemoWorld world, DateTimeOffset created)
    {
        var certificate = world.Chance(20);
        var since = world.Chance(50) ? created : Later(created, world.DaysAgo(20, 500));
        var ends = world.Chance(12) ? world.DaysAgo(3, 60) : world.Chance(12) ? world.Now.AddDays(5 + world.Next(20)) : world.Now.AddDays(60 + world.Next(640));
        return new DemoCredential(world.Id().ToString("D"), certificate ? "certificate" : "client-secret", since < ends ? since : ends.AddDays(-180), ends);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    public static string ToJson(IReadOnlyList<DemoIdentity> identities)
    {
        var principals = identities.Where(i => i.Kind != "application").ToList();
        return JsonSerializer.Serialize(
            new
            {
                servicePrincipals = principals.Select(i => new
                {
                    id = i.ExternalId,
                    appId = AppId(i),
                    displayName = i.Name,
                    servicePrincipalType = "Application",
                    accountEnabled = i.Enabled,
                    createdDateTime = DemoCsv.Time(i.Created),
                    publisherName = i.Publisher,
                    homepage = i.Homepage,
                    owners = Owners(i),
                    passwordCredentials = Credentials(i, "client-secret"),
                    keyCredentials = Credentials(i, "certificate"),
                    appRoleAssignments = i.Grants.Where(g => !g.Delegated).Select(g => new { appRoleId = Roles[g.Permission], principalId = i.ExternalId, principalType = "ServicePrincipal", resourceDisplayName = g.Resource }),
                }),
                applications = identities.Where(i => i.Kind == "application").Select(i => new
                {
                    id = i.ExternalId,
                    appId = AppId(i),
                    displayName = i.Name,
                    signInAudience = "AzureADMyOrg",
                    createdDateTime = DemoCsv.Time(i.Created),
                    publisherDomain = DemoPeople.Domain,
                    owners = Owners(i),
                    passwordCredentials = Credentials(i, "client-secret"),
                    keyCredentials = Credentials(i, "certificate"),
                }),
                oauth2PermissionGrants = principals.SelectMany(i => i.Grants.Where(g => g.Delegated).GroupBy(g => (g.Resource, g.ForEverybody)).Select(g => new
                {
                    clientId = i.ExternalId,
                    consentType = g.Key.ForEverybody ? "AllPrincipals" : "Principal",
                    principalId = g.Key.ForEverybody ? null : i.Truth?.Consented,
                    resourceDisplayName = g.Key.Resource,
                    scope = string.Join(' ', g.Select(x => x.Permission)),
                })),
            }, Indented);
    }

    /// <summary>As Graph expands them; the directory holds people and groups only, so an automation account or a mailbox is none.</summary>
    private static IEnumerable<object> Owners(DemoIdentity identity) => identity.Truth?.Tag is { } tag ? [new { displayName = tag, mail = tag.Contains('@', StringComparison.Ordinal) ? tag : null }] : [];

    private static IEnumerable<object> Credentials(DemoIdentity identity, string kind) => identity.Credentials.Where(c => c.Kind == kind).Select(c => c.Secret is null
        ? (object)new { keyId = c.Id, startDateTime = DemoCsv.Time(c.Created), endDateTime = DemoCsv.Time(c.Expires) }
        : new { keyId = c.Id, startDateTime = DemoCsv.Time(c.Created), endDateTime = DemoCsv.Time(c.Expires), secretText = c.Secret });

    /// <summary>Another id than the object's, made from it.</summary>
    internal static string AppId(DemoIdentity identity) => new(identity.ExternalId.Select(c => char.IsAsciiHexDigit(c) ? "fedcba9876543210"["0123456789abcdef".IndexOf(c, StringComparison.Ordinal)] : c).ToArray());
}
