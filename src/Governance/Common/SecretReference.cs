namespace Governance.Common;

/// <summary>Where a secret is: <c>env:NAME</c> or <c>file:/path</c>. Only the reference is kept; the secret is read at each use and forgotten.</summary>
public static class SecretReference
{
    private const int MostBytes = 64 * 1024;

    /// <summary>Whether it is a reference, and not by mistake the secret itself; the text is not repeated in the refusal.</summary>
    public static Refusal? Check(string? reference) =>
        string.IsNullOrEmpty(reference)
        || (reference.StartsWith("env:", StringComparison.Ordinal) && reference.Length > 4 && reference.AsSpan(4).IndexOfAnyExcept(NameCharacters) < 0)
        || (reference.StartsWith("file:/", StringComparison.Ordinal) && reference.Length > 6)
            ? null
            : new Refusal("secret.reference", "Name where the secret is, as env:NAME or file:/path. The secret itself is never kept here.", "secretReference");

    /// <summary>The secret; null when none is named. Refused when there is nothing where the reference points.</summary>
    public static async Task<Outcome<string>> ResolveAsync(string? reference, CancellationToken ct)
    {
        if (Check(reference) is { } refusal)
            return refusal;
        if (string.IsNullOrEmpty(reference))
            return string.Empty;
        if (reference.StartsWith("env:", StringComparison.Ordinal))
            return Environment.GetEnvironmentVariable(reference[4..]) is { Length: > 0 } value ? value : Missing($"The environment variable {reference[4..]} is not set for this process.");
        var path = reference["file:".Length..];
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > MostBytes)
                return Missing($"The file {path} is missing or larger than 64 KiB.");
            return (await File.ReadAllTextAsync(path, ct)).TrimEnd('\r', '\n') is { Length: > 0 } text ? text : Missing($"The file {path} is empty.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Missing($"The file {path} could not be read by this process.");
        }
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static Refusal Missing(string message) => new("secret.missing", message + " Set it, and test the connector again.");
}
