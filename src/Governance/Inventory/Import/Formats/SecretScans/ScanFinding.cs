using Governance.Common;

namespace Governance.Inventory;

/// <summary>One finding of a secret scan, while it is read. The secret is in it and in nothing that is kept of it.</summary>
internal sealed record ScanFinding(string Scanner, string Rule)
{
    /// <summary>Null where the report redacts it.</summary>
    public string? Secret { get; init; }

    public string? File { get; init; }

    public string? Commit { get; init; }

    public string? Line { get; init; }

    public string? Repository { get; init; }

    public string? Author { get; init; }

    public DateTimeOffset? At { get; init; }

    /// <summary>The date as the report words it.</summary>
    public string? AtText { get; init; }

    /// <summary>What the scanner itself names the finding by.</summary>
    public string? OwnKey { get; init; }

    public string? Description { get; init; }

    /// <summary>Whether the scanner tried the secret and it worked.</summary>
    public Reported Verified { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Extra { get; init; } = [];

    /// <summary>File, line and commit, as far as they are told.</summary>
    public string Place => $"{(File is null ? Repository ?? "no file" : File)}{(Line is null ? string.Empty : $":{Line}")}{(Commit is null ? string.Empty : $"@{(Commit.Length > 12 ? Commit[..12] : Commit)}")}";
}

/// <summary>A finding with its place in the report; or why there is none.</summary>
internal readonly record struct ScanRow(string Place, ScanFinding? Finding)
{
    public string? Problem { get; init; }

    public string? Skipped { get; init; }
}
