namespace Governance.Web.Demo;

/// <summary>A file as an administrator would be handed it.</summary>
/// <param name="Source">Null for people.</param>
internal sealed record DemoFile(string Name, string? Source, string Content);

/// <summary>
/// The sample organisation, made from a fixed seed: the same people, tools and identities each time, with dates that count back from now.
/// It only writes files; everything in the console comes from importing them and from what people then did.
/// </summary>
internal sealed class DemoWorld
{
    public const string Entra = "Entra larkfield.example";
    public const string Aws = "AWS production 447120983651";
    public const string GitHub = "GitHub larkfield";
    public const string Cluster = "Kubernetes prod-eu-1";

    /// <summary>Of the one that is shown.</summary>
    private const int Seed = 20_261_124;

    private readonly Random random;

    /// <param name="now">Dates count back from here.</param>
    /// <param name="seed">Another organisation of the same kind for each; for measuring.</param>
    public DemoWorld(DateTimeOffset now, int seed = Seed)
    {
        (Now, random) = (now, new Random(seed));
        People = DemoPeople.Make(random);
        var ownership = new DemoOwnership(People, seed + 1);
        EntraIdentities = Owned(DemoEntra.Make(this));
        AwsUsers = Owned(DemoAws.Make(this));
        GitHubIdentities = Owned(DemoGitHub.Make(this));
        ClusterIdentities = Owned(DemoCluster.Connect(DemoCluster.Make(this), EntraIdentities));

        List<DemoIdentity> Owned(IReadOnlyList<DemoIdentity> identities) => [.. identities.Select(i => i with { Truth = ownership.Of(i) })];
    }

    public DateTimeOffset Now { get; }

    public IReadOnlyList<DemoPerson> People { get; }

    public IReadOnlyList<DemoIdentity> EntraIdentities { get; }

    public IReadOnlyList<DemoIdentity> AwsUsers { get; }

    public IReadOnlyList<DemoIdentity> GitHubIdentities { get; }

    public IReadOnlyList<DemoIdentity> ClusterIdentities { get; }

    /// <summary>The exports as they would have been at a time: what was made later is not in them yet.</summary>
    public IReadOnlyList<DemoFile> Inventory(DateTimeOffset asOf) =>
    [
        new("graph-larkfield.json", Entra, DemoEntra.ToJson(Existing(EntraIdentities, asOf))),
        new("credential-report.csv", Aws, DemoAws.ToCsv(Existing(AwsUsers, asOf), asOf)),
        new("github-larkfield.csv", GitHub, DemoTable.ToCsv(Existing(GitHubIdentities, asOf), asOf)),
        new("cluster-prod-eu-1.csv", Cluster, DemoTable.ToCsv(Existing(ClusterIdentities, asOf), asOf)),
    ];

    public DemoFile Directory(bool leaversGone, DateTimeOffset asOf) => new("people.csv", null, DemoPeople.ToCsv(People, leaversGone, asOf));

    public int Next(int below) => random.Next(below);

    public bool Chance(int percent) => random.Next(100) < percent;

    public T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    public Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    public string Hex(int length)
    {
        Span<byte> bytes = stackalloc byte[32];
        random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes)[..length];
    }

    /// <summary>So many days back, at some hour.</summary>
    public DateTimeOffset DaysAgo(int from, int to)
    {
        var at = Now.AddDays(-from - random.Next(Math.Max(1, to - from))).AddMinutes(-random.Next(1440));
        return new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    private static List<DemoIdentity> Existing(IEnumerable<DemoIdentity> identities, DateTimeOffset asOf) => [.. identities.Where(i => i.Created <= asOf)];
}
