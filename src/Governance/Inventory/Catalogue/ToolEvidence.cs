namespace Governance.Inventory;

/// <summary>What an identity was recognised by, in order of strength. Stored by name; never renamed.</summary>
public enum EvidenceRule
{
    /// <summary>Its source says that it is an agent, or is the AI vendor's own.</summary>
    Native,

    /// <summary>An exact application or client id.</summary>
    AppId,

    /// <summary>The slug of a GitHub app.</summary>
    GitHubApp,

    /// <summary>The publisher's exact name.</summary>
    Publisher,

    /// <summary>An address (home page, reply URL, server) of the vendor's domain.</summary>
    Domain,

    /// <summary>The beginning of a key, as the source shows it masked.</summary>
    KeyPrefix,

    /// <summary>A package or image that an MCP configuration starts.</summary>
    Package,

    /// <summary>An environment variable that a configuration sets.</summary>
    Variable,

    /// <summary>A whole word of the name or publisher.</summary>
    Word,

    /// <summary>A permission that only something to do with AI asks for; of which tool, nobody knows.</summary>
    Permission,

    /// <summary>The whole name; only people's decisions go by it.</summary>
    Name,
}

/// <summary>How sure the evidence is.</summary>
public enum EvidenceStrength
{
    /// <summary>A name only: nothing is marked by it, a person decides.</summary>
    Suggestion,

    /// <summary>A strong lead: an address, a key's beginning, a package.</summary>
    Strong,

    /// <summary>The source's own type, an exact id, the publisher.</summary>
    Certain,
}

/// <summary>The tool that an identity is said to act for, and why.</summary>
/// <param name="Name">The tool's name, unique.</param>
/// <param name="Evidence">Which rule matched what.</param>
/// <param name="Catalogue">The catalogue's version; null when the file named the tool.</param>
public sealed record ToolMatch(string Name, string? Vendor, Autonomy Autonomy, string Evidence, string? Catalogue)
{
    public EvidenceRule Rule { get; init; }

    /// <summary>What it matched: the id, the domain, the word.</summary>
    public string Matched { get; init; } = string.Empty;

    public EvidenceStrength Strength { get; init; } = EvidenceStrength.Certain;
}

/// <summary>What is known of an identity that can tell which tool it acts for.</summary>
public sealed record ToolClues(string Name)
{
    public IReadOnlyCollection<string> AppIds { get; init; } = [];

    public string? Publisher { get; init; }

    /// <summary>Absolute addresses, or bare host names.</summary>
    public IReadOnlyCollection<string> Addresses { get; init; } = [];

    /// <summary>Masked keys as the source shows them: <c>sk-ant-api03-R2D...</c>; never a whole key.</summary>
    public IReadOnlyCollection<string> KeyHints { get; init; } = [];

    public IReadOnlyCollection<string> Packages { get; init; } = [];

    public IReadOnlyCollection<string> Variables { get; init; } = [];

    public string? GitHubApp { get; init; }

    /// <summary>Names around it, with what they are the name of: a namespace, the mount it signs in at. Whose words only suggest.</summary>
    public IReadOnlyCollection<(string Of, string Name)> Around { get; init; } = [];

    /// <summary>A secret scanner's rules, such as <c>anthropic-api-key</c>: whose keys they find.</summary>
    public IReadOnlyCollection<string> Detectors { get; init; } = [];
}
