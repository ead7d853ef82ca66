namespace Governance.Web.Demo;

/// <summary>What an identity of the sample organisation proves itself with; times as its source would report them.</summary>
/// <param name="Id">The source's key id.</param>
/// <param name="Kind">As the table of identities names kinds.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">Null with <paramref name="NeverExpires"/> false: not reported.</param>
/// <param name="NeverExpires">The source says that it has no end.</param>
/// <param name="Secret">Present where the export holds the value itself, as careless exports do; the import keeps a fingerprint.</param>
internal sealed record DemoCredential(string Id, string Kind, DateTimeOffset Created, DateTimeOffset? Expires = null, bool NeverExpires = false, string? Secret = null);

/// <summary>A permission that it holds.</summary>
internal sealed record DemoGrant(string Permission, string Resource, bool Privileged = false, bool Delegated = false, bool ForEverybody = false);

/// <summary>One identity of the sample organisation, before it is written in its source's format.</summary>
internal sealed record DemoIdentity(string ExternalId, string Name, string Kind)
{
    /// <summary>The AI tool that it acts for; null for none.</summary>
    public string? Tool { get; init; }

    /// <summary>The department that would answer for it.</summary>
    public required string Department { get; init; }

    public string? Description { get; init; }

    public string? Publisher { get; init; }

    public string? Homepage { get; init; }

    public string? Environment { get; init; }

    public string? Autonomy { get; init; }

    /// <summary>The identity that it acts with, by external id.</summary>
    public string? Parent { get; init; }

    /// <summary>The application id that its annotation names.</summary>
    public string? ClientId { get; init; }

    public bool Enabled { get; init; } = true;

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>The source says that it was never used; else no last use means that it does not report it.</summary>
    public bool NeverUsed { get; init; }

    public DateTimeOffset? Expires { get; init; }

    /// <summary>Who answers for it, and what its source says of that.</summary>
    public DemoTruth? Truth { get; init; }

    public IReadOnlyList<DemoCredential> Credentials { get; init; } = [];

    public IReadOnlyList<DemoGrant> Grants { get; init; } = [];

    /// <summary>The last use as an export of that time would have told it.</summary>
    public DateTimeOffset? LastUsedAsOf(DateTimeOffset asOf) => LastUsed is not { } used ? null : used <= asOf ? used : Max(Created, asOf.AddHours(-1 - (ExternalId.Length % 20)));

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
