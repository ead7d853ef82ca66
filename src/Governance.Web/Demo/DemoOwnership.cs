namespace Governance.Web.Demo;

/// <summary>What the sample organisation's records say of who answers for an identity, beside who really does.</summary>
/// <param name="Owner">Who really does, by name: the truth that a proposal is measured against.</param>
/// <param name="Tag">What the owner field says; null where nobody filled it in.</param>
/// <param name="Creator">Who made it, as the source kept it; null where it keeps nothing.</param>
/// <param name="Consented">Who consented for themselves, by their id.</param>
internal sealed record DemoTruth(string Owner, string? Tag, string? Creator, string Consented);

/// <summary>
/// Who answers for what at Larkfield, and what became of the records of it. The shares are guesses of how organisations are, made without a look at the weights of the ranking and not fitted to them:
/// what belongs together (an application, a namespace) is mostly one person's; half of the owner fields were never filled in, and of the others a quarter is out of date, some name a
/// team and some a shared mailbox; who made it is the owner in half of the cases, else a colleague, an automation account, or somebody who has left.
/// </summary>
internal sealed class DemoOwnership(IReadOnlyList<DemoPerson> people, int seed)
{
    private const string Automation = "terraform-runner@" + DemoPeople.Domain;

    private readonly Random random = new(seed);
    private readonly Dictionary<(string Department, string Group), (DemoPerson Lead, DemoPerson Deputy)> leads = [];

    public DemoTruth Of(DemoIdentity identity)
    {
        var team = people.Where(p => p.Department == identity.Department).ToList();
        if (!leads.TryGetValue((identity.Department, GroupOf(identity)), out var pair))
            leads.Add((identity.Department, GroupOf(identity)), pair = (Pick(Standing(team)), Pick(Standing(team))));
        var owner = random.Next(100) switch { < 65 => pair.Lead, < 85 => pair.Deputy, _ => Pick(team) };
        return new DemoTruth(owner.Name, Tag(identity, owner, team), Creator(owner, team), (random.Next(100) < 50 ? owner : Pick(team)).Id);
    }

    private string? Tag(DemoIdentity identity, DemoPerson owner, List<DemoPerson> team)
    {
        if (random.Next(100) < 50)
            return null;
        return random.Next(100) switch
        {
            < 60 => owner.Mail,
            < 75 => Pick(team).Mail,
            < 85 => Pick(people.Where(p => p.Leaves).ToList()).Mail,
            < 93 => identity.Department,
            _ => $"{identity.Department.ToLowerInvariant().Replace(" & ", "-", StringComparison.Ordinal).Replace(' ', '-')}-team@{DemoPeople.Domain}",
        };
    }

    private string? Creator(DemoPerson owner, List<DemoPerson> team)
    {
        if (random.Next(100) < 20)
            return null;
        return random.Next(100) switch
        {
            < 50 => owner.Mail,
            < 75 => Pick(team).Mail,
            < 90 => Automation,
            _ => Pick(people.Where(p => p.Leaves).ToList()).Mail,
        };
    }

    /// <summary>The head, the senior ones, and those who will leave: leavers own as much as anyone, which is what makes orphans.</summary>
    private static List<DemoPerson> Standing(List<DemoPerson> team)
    {
        var standing = team.Take(team.Count > 20 ? 9 : 4).ToList();
        return [.. standing, .. team.Where(p => p.Leaves).Except(standing)];
    }

    /// <summary>An agent's or a tool's, a namespace's, or of one name without its ending.</summary>
    private static string GroupOf(DemoIdentity identity) =>
        identity.Tool ?? (identity.Name.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 ? identity.Name[..slash] : identity.Name.Split(' ', '-')[0]);

    private T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
}
