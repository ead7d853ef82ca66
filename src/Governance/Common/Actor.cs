namespace Governance.Common;

/// <summary>What kind of actor stands behind a change.</summary>
public enum ActorKind
{
    /// <summary>A signed-in human.</summary>
    Person,

    /// <summary>A background job of the console.</summary>
    Job,

    /// <summary>The command line, run by whoever holds the machine.</summary>
    CommandLine,

    /// <summary>A program that calls the API.</summary>
    ApiClient,
}

/// <summary>Who acts: written into every audit entry, asked by every rule on separation of duties (NIST SP 800-53 AC-5).</summary>
/// <param name="Kind">What kind of actor.</param>
/// <param name="Id">Stable id: the account's, or the job's name.</param>
/// <param name="Name">For people to read.</param>
/// <param name="PersonId">The human in the directory, where the account is matched to one.</param>
/// <param name="Origin">Where from: network address, host name.</param>
/// <param name="Roles">The roles held when the actor was read; services check them, not only pages.</param>
public sealed record Actor(ActorKind Kind, string Id, string Name, Guid? PersonId = null, string? Origin = null, IReadOnlySet<string>? Roles = null)
{
    /// <summary>A background job of this console.</summary>
    public static Actor Job(string name) => new(ActorKind.Job, "job:" + name, name, Origin: Environment.MachineName);

    /// <summary>The command line on this machine.</summary>
    public static Actor CommandLine(string user) => new(ActorKind.CommandLine, "cli:" + user, user, Origin: Environment.MachineName);

    /// <summary>Whether the role is held. Jobs and the command line act for the operator and hold every role.</summary>
    public bool Holds(string role) => Kind is ActorKind.Job or ActorKind.CommandLine || (Roles?.Contains(role) ?? false);
}
