using System.Text.Json;
using Governance.Common;
using Microsoft.AspNetCore.DataProtection;

namespace Governance.Inventory;

/// <summary>
/// How a feed's secrets are kept: sealed by data protection for this one feed, or as a reference (<c>env:NAME</c>, <c>file:/path</c>) that is followed at
/// each use. They are opened only to be used, and never shown again.
/// </summary>
public sealed class FeedSecrets(IDataProtectionProvider protection)
{
    private const int Longest = 32 * 1024;

    /// <summary>What is to be kept: what was given anew, else what was kept before. Refused when it looks like a mistyped reference.</summary>
    public Outcome<string> Keep(Guid feedId, IInventoryFeed feed, IReadOnlyDictionary<string, string> given, string? before)
    {
        var kept = before is null ? [] : Read(before);
        foreach (var setting in feed.Settings.Where(s => s.Form is FeedSettingForm.Secret or FeedSettingForm.SecretLines))
        {
            if (given.GetValueOrDefault(setting.Name)?.Trim() is { Length: > 0 } secret)
            {
                if (secret.Length > Longest)
                    return new Refusal("feed.secret", $"{setting.Title} is longer than 32 KiB, which no secret of this kind is.", setting.Name);
                if (SealedSecret.IsReference(secret) && SecretReference.Check(secret) is not null)
                    return new Refusal("feed.secret", $"{setting.Title} begins like a reference, but is none. Write env:NAME or file:/path, or the secret itself.", setting.Name);
                kept[setting.Name] = SealedSecret.Keep(Protector(feedId, setting.Name), secret).OrThrow();
            }
            else if (setting.Required && !kept.ContainsKey(setting.Name))
            {
                return new Refusal("feed.secret", $"{setting.Title} is missing.", setting.Name);
            }
        }

        return JsonSerializer.Serialize(kept);
    }

    /// <summary>The secrets in plain, for the one use. A test of unsaved settings passes what was typed, and it takes precedence.</summary>
    public async Task<Outcome<Dictionary<string, string>>> OpenAsync(Guid feedId, string? kept, IReadOnlyDictionary<string, string> typed, CancellationToken ct)
    {
        var open = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in kept is null ? [] : Read(kept))
        {
            if (string.IsNullOrWhiteSpace(typed.GetValueOrDefault(name)))
            {
                var plain = await SealedSecret.OpenAsync(Protector(feedId, name), value, ct);
                if (plain.IsRefused)
                    return SealedSecret.IsSealed(value) ? new Refusal("feed.secret-unreadable", $"The kept secret '{name}' can't be opened: the key ring or the installation's key is another than when it was kept. Enter it again.", name) : plain.Refusal;
                open[name] = plain.Value;
            }
        }

        foreach (var (name, value) in typed.Where(t => !string.IsNullOrWhiteSpace(t.Value)))
        {
            var plain = SealedSecret.IsReference(value.Trim()) ? await SecretReference.ResolveAsync(value.Trim(), ct) : value.Trim();
            if (plain.IsRefused)
                return plain.Refusal;
            open[name] = plain.Value;
        }

        return open;
    }

    /// <summary>For the form: <c>env:NAME</c>, or that one is kept. Never the secret.</summary>
    public static IReadOnlyDictionary<string, string> Describe(string kept) =>
        Read(kept).ToDictionary(s => s.Key, s => SealedSecret.Describe(s.Value)!, StringComparer.Ordinal);

    private static Dictionary<string, string> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    // The feed's id is part of the purpose: what is sealed for one feed opens for no other.
    private IDataProtector Protector(Guid feedId, string name) => protection.CreateProtector("feeds", feedId.ToString("N"), name);
}
