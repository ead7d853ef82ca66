using Microsoft.AspNetCore.DataProtection;

namespace Governance.Common;

/// <summary><see cref="SealedSecret"/> by purpose, with refusals that name the field. What is sealed for one purpose opens for no other.</summary>
public sealed class SealedText(IDataProtectionProvider protection)
{
    /// <summary>What is to be kept. Refused when it looks like a mistyped reference.</summary>
    /// <param name="typed">The secret, or where it is.</param>
    /// <param name="title">The field's label, for refusals.</param>
    /// <param name="field">The field's name.</param>
    /// <param name="purpose">What it is for.</param>
    public Outcome<string> Keep(string typed, string title, string field, params string[] purpose) => Named(SealedSecret.Keep(protection.CreateProtector(purpose), typed.Trim()), title, field);

    /// <summary>The secret in plain, for the one use.</summary>
    public async Task<Outcome<string>> OpenAsync(string kept, string title, string field, CancellationToken ct, params string[] purpose) =>
        Named(await SealedSecret.OpenAsync(protection.CreateProtector(purpose), kept, ct), title, field);

    private static Outcome<string> Named(Outcome<string> outcome, string title, string field) =>
        outcome.IsRefused ? outcome.Refusal with { Message = $"{title}: {outcome.Refusal.Message}", Field = field } : outcome;
}
