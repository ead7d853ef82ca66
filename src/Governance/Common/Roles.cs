namespace Governance.Common;

/// <summary>The console's roles. Every signed-in person may besides own and review what is theirs.</summary>
public static class Roles
{
    /// <summary>Connects sources, sets brakes, keeps accounts.</summary>
    public const string Administrator = nameof(Administrator);

    /// <summary>Defines, launches and closes campaigns.</summary>
    public const string CampaignManager = nameof(CampaignManager);

    /// <summary>Works findings, ownership and revocations.</summary>
    public const string SecurityEngineer = nameof(SecurityEngineer);

    /// <summary>Reads everything, changes nothing but evidence packages.</summary>
    public const string Auditor = nameof(Auditor);

    public static IReadOnlyList<string> All { get; } = [Administrator, CampaignManager, SecurityEngineer, Auditor];

    /// <summary>Refuses an actor that holds none of the roles; null when it may.</summary>
    public static Refusal? Require(Actor actor, params ReadOnlySpan<string> anyOf)
    {
        foreach (var role in anyOf)
        {
            if (actor.Holds(role))
                return null;
        }

        return new Refusal("not.allowed", $"This needs the role {string.Join(" or ", anyOf.ToArray())}. Ask an administrator of this console.");
    }
}
