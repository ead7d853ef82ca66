using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Governance.Common;

/// <summary>How a secret is kept: sealed by data protection for one purpose, or as a reference (<c>env:NAME</c>, <c>file:/path</c>) that is followed at each use.</summary>
public static class SealedSecret
{
    /// <summary>What a form shows of a sealed one, and hands back to say that it stays.</summary>
    public const string Kept = "kept, sealed";

    private const string Mark = "sealed:";
    private const int Longest = 32 * 1024;

    public static bool IsReference(string text) => text.StartsWith("env:", StringComparison.Ordinal) || text.StartsWith("file:", StringComparison.Ordinal);

    public static bool IsSealed(string text) => text.StartsWith(Mark, StringComparison.Ordinal);

    /// <summary>What is to be stored of a secret that was given. Refused when it looks like a mistyped reference; the text is not repeated.</summary>
    public static Outcome<string> Keep(IDataProtector protector, string given)
    {
        if (given.Length > Longest)
            return new Refusal("secret.long", "The secret is longer than 32 KiB, which no secret of this kind is.", "secretReference");
        if (IsReference(given))
            return SecretReference.Check(given) is { } wrong ? wrong : given;
        return Mark + protector.Protect(given);
    }

    /// <summary>The secret in plain, for the one use; empty when none is kept.</summary>
    public static async Task<Outcome<string>> OpenAsync(IDataProtector protector, string? kept, CancellationToken ct)
    {
        if (kept is null || !IsSealed(kept))
            return await SecretReference.ResolveAsync(kept, ct);
        try
        {
            return protector.Unprotect(kept[Mark.Length..]);
        }
        catch (CryptographicException)
        {
            return new Refusal("secret.unreadable", "The kept secret can't be opened: the key ring or the installation's key is another than when it was kept. Enter it again.", "secretReference");
        }
    }

    /// <summary>For forms and the audit log: the reference, or that one is kept. Never the secret.</summary>
    public static string? Describe(string? kept) => kept is null ? null : IsSealed(kept) ? Kept : kept;
}
