using System.Globalization;
using System.Text;

namespace Governance.Web.Demo;

/// <summary>The sample cloud account: 60 users, as the IAM credential report lists them.</summary>
internal static class DemoAws
{
    private const string Account = "447120983651";

    private static readonly (string Name, string Department)[] Ordinary =
    [
        ("terraform-ci", "Engineering"), ("packer-build", "Engineering"), ("ses-smtp-user", "Marketing"), ("cloudwatch-exporter", "Engineering"), ("velero-backup", "IT Operations"),
        ("dms-replication", "Data & AI"), ("athena-reports", "Data & AI"), ("billing-export", "Finance"), ("cost-explorer-reader", "Finance"), ("guardduty-forwarder", "Security"),
        ("legacy-ftp-upload", "Finance"), ("jenkins-deploy", "Engineering"), ("snowflake-loader", "Data & AI"), ("datadog-integration", "Engineering"), ("vpn-provisioner", "IT Operations"),
        ("route53-updater", "IT Operations"), ("image-resizer", "Engineering"), ("partner-s3-drop", "Sales"), ("log-archiver", "Security"), ("qa-runner", "Engineering"),
    ];

    public static IReadOnlyList<DemoIdentity> Make(DemoWorld world)
    {
        var root = world.DaysAgo(1400, 1500);
        var list = new List<DemoIdentity>
        {
            new($"arn:aws:iam::{Account}:root", "<root_account>", "machine-user") { Department = "IT Operations", Created = root, LastUsed = world.DaysAgo(210, 220), Credentials = [new("password", "password", root, NeverExpires: true)] },
        };
        foreach (var tool in DemoTools.Own)
        {
            list.Add(User(world, $"svc-{tool.App}", tool.Name, tool.Department));
            list.Add(User(world, $"svc-{tool.App}-batch", tool.Name, tool.Department));
        }

        foreach (var (name, tool) in new[] { ("claude-bedrock-proxy", "Claude"), ("langsmith-tracing", "LangChain / LangSmith"), ("pinecone-sync", "Pinecone"), ("huggingface-cache", "Hugging Face"), ("chatgpt-export", "ChatGPT") })
            list.Add(User(world, name, tool, "Data & AI"));
        foreach (var (name, department) in Ordinary)
            list.Add(User(world, name, null, department));
        foreach (var n in Enumerable.Range(1, 11))
            list.Add(User(world, string.Create(CultureInfo.InvariantCulture, $"app-worker-{n:00}"), null, "Engineering"));
        foreach (var name in new[] { "claude-experiments", "langchain-sandbox", "sagemaker-notebook-3" })
            list.Add(User(world, name, null, "Data & AI"));
        return list;
    }

    private static DemoIdentity User(DemoWorld world, string name, string? tool, string department)
    {
        var created = world.Chance(10) ? world.DaysAgo(8, 50) : world.DaysAgo(100, 1300);
        var rotated = world.Chance(40) ? Later(created, world.DaysAgo(5, 80)) : created;
        var keys = new List<DemoCredential> { new("access_key_1", "access-key", rotated, NeverExpires: true) };
        if (world.Chance(20))
            keys.Add(new DemoCredential("access_key_2", "access-key", created, NeverExpires: true));
        var never = world.Chance(9);
        return new DemoIdentity($"arn:aws:iam::{Account}:user/{name}", name, "machine-user")
        {
            Tool = tool,
            Department = department,
            Created = created,
            NeverUsed = never,
            LastUsed = never ? null : world.Chance(18) ? Later(rotated, world.DaysAgo(95, 400)) : world.DaysAgo(0, 20),
            Credentials = keys,
        };
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    public static string ToCsv(IReadOnlyList<DemoIdentity> users, DateTimeOffset asOf)
    {
        var csv = new StringBuilder(
            "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
            + "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
            + "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n");
        foreach (var user in users)
        {
            var root = user.Name == "<root_account>";
            var used = Time(user.LastUsedAsOf(asOf));
            var first = user.Credentials.FirstOrDefault(c => c.Id == "access_key_1" && c.Created <= asOf);
            var second = user.Credentials.FirstOrDefault(c => c.Id == "access_key_2" && c.Created <= asOf);
            string?[] cells =
            [
                user.Name, user.ExternalId, Time(user.Created), root ? "not_supported" : "false", root ? used : "N/A", root ? "not_supported" : "N/A", root ? "not_supported" : "N/A", root ? "true" : "false",
                .. Key(first, used), .. Key(second, null), "false", "N/A", "false", "N/A",
            ];
            csv.Append(DemoCsv.Row(cells));
        }

        return csv.ToString();
    }

    private static string?[] Key(DemoCredential? key, string? used) => key is null
        ? ["false", "N/A", "N/A", "N/A", "N/A"]
        : ["true", Time(key.Created), used ?? "N/A", used is null ? "N/A" : "eu-central-1", used is null ? "N/A" : "s3"];

    private static string? Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);
}
