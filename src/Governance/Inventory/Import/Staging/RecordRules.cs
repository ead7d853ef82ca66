using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>What every record must keep to, whatever its format; and its content hash.</summary>
internal static class RecordRules
{
    private const int KeyLength = 400;
    private const int NameLength = 400;
    private const int LongLength = 2000;
    private const int MaximumChildren = 5000;

    /// <summary>Why the record can't be kept; null when it can.</summary>
    public static string? Problem(IdentityRecord r) =>
        Key("the external id", r.ExternalId)
        ?? Name("the name", r.DisplayName)
        ?? TooMany(r)
        ?? r.Credentials.Select(c => Key("a credential's id", c.ExternalId)).FirstOrDefault(p => p is not null)
        ?? r.Grants.Select(g => Key("an entitlement", g.Key)).FirstOrDefault(p => p is not null)
        ?? (r.Credentials.GroupBy(c => c.ExternalId, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice ? $"the credential '{CsvValues.Short(twice.Key)}' stands in it twice" : null);

    /// <summary>Asked again when records were joined.</summary>
    public static string? TooMany(IdentityRecord r) => r.Credentials.Count + r.Grants.Count > MaximumChildren ? $"it has more than {MaximumChildren} credentials and grants" : null;

    public static string? Problem(PersonRecord r) => Key("the id", r.ExternalId) ?? Name("the name", r.Name);

    /// <summary>Secrets out, text that every database can keep, long prose cut with a mark.</summary>
    public static IdentityRecord Clean(IdentityRecord r, SecretFilter secrets) => r with
    {
        ExternalId = secrets.Clean(r.ExternalId),
        DisplayName = Text(r.DisplayName, NameLength, secrets)!,
        Description = Text(r.Description, LongLength, secrets),
        Purpose = Text(r.Purpose, LongLength, secrets),
        Publisher = Text(r.Publisher, NameLength, secrets),
        ParentExternalId = Text(r.ParentExternalId, NameLength, secrets),
        OwnerHint = Text(r.OwnerHint, NameLength, secrets),
        CreatorHint = Text(r.CreatorHint, NameLength, secrets),
        Tool = r.Tool is { } t ? t with { Name = Text(t.Name, 200, secrets)!, Evidence = Text(t.Evidence, NameLength, secrets)! } : null,
        Credentials = r.Credentials.Select(c => c with { ExternalId = secrets.Clean(c.ExternalId), DisplayName = Text(c.DisplayName, NameLength, secrets) }).ToList(),
        Grants = r.Grants.Select(g => g with { Name = secrets.Clean(g.Name), Resource = secrets.CleanOrNull(g.Resource), NativeKey = secrets.CleanOrNull(g.NativeKey), Description = Text(g.Description, 1000, secrets), Via = Text(g.Via, NameLength, secrets), Consent = Text(g.Consent, NameLength, secrets) })
            .DistinctBy(g => (g.Key, g.Path)).ToList(),
    };

    public static PersonRecord Clean(PersonRecord r) => r with
    {
        Mail = Text(r.Mail, NameLength, null),
        Title = Text(r.Title, NameLength, null),
        Department = Text(r.Department, NameLength, null),
        ManagerExternalId = Text(r.ManagerExternalId, NameLength, null),
    };

    /// <summary>Of the identity's own fields and its credentials, in an order of their own. What the catalogue adds is not content.</summary>
    public static string Hash(IdentityRecord r)
    {
        using var hash = new Fields();
        hash.Add("identity-v1", r.ExternalId, r.Kind.ToString(), r.DisplayName, r.Description, r.Enabled.ToString(), r.Environment.ToString(), r.Publisher, r.ParentExternalId,
            r.OwnerHint, r.CreatorHint, r.Purpose, Time(r.CreatedAt), Time(r.LastUsedAt), r.Usage.ToString(), Time(r.ExpiresAt), r.Attributes);
        if (r.Tool is { Catalogue: null } tool)
            hash.Add("tool", tool.Name, tool.Autonomy.ToString());
        // Where credentials come from several files they are compared one by one, as grants are.
        foreach (var c in (r.CredentialsComplete ? r.Credentials : []).OrderBy(c => c.ExternalId, StringComparer.Ordinal))
            hash.Add("credential", c.ExternalId, c.Kind.ToString(), c.DisplayName, Time(c.CreatedAt), Time(c.ExpiresAt), c.Expiry.ToString(), Time(c.LastUsedAt), c.Usage.ToString(), c.Enabled.ToString(), c.Fingerprint);
        return hash.End();
    }

    /// <summary>Of everything that the record says, also of what is compared one by one and of what the catalogue adds.</summary>
    public static string RecordHash(IdentityRecord r, string contentHash)
    {
        using var hash = new Fields();
        hash.Add("record-v1", contentHash, r.Part.ToString(), r.GrantCoverage.ToString(), r.CredentialsComplete ? "all" : "some", Time(r.LastUsedAt), r.Usage.ToString(), r.Tool?.Name, r.Tool?.Evidence, r.Tool?.Autonomy.ToString());
        if (!r.CredentialsComplete)
        {
            foreach (var c in r.Credentials.OrderBy(c => c.ExternalId, StringComparer.Ordinal))
                hash.Add(c.ExternalId, c.Kind.ToString(), c.DisplayName, Time(c.CreatedAt), Time(c.ExpiresAt), c.Expiry.ToString(), Time(c.LastUsedAt), c.Usage.ToString(), c.Enabled.ToString(), c.Fingerprint);
        }

        foreach (var g in r.Grants.OrderBy(g => g.Key, StringComparer.Ordinal).ThenBy(g => g.Path))
            hash.Add("grant", g.Key, g.Path.ToString(), g.Privileged.ToString(), g.Consent, g.Via, Time(g.GrantedAt));
        return hash.End();
    }

    public static string Hash(PersonRecord r)
    {
        using var hash = new Fields();
        hash.Add("person-v1", r.ExternalId, r.Name, r.Mail, r.Title, r.Department, r.ManagerExternalId, r.Status.ToString(), Time(r.LeftOn));
        return hash.End();
    }

    private static string? Time(DateTimeOffset? at) => at?.UtcTicks.ToString(CultureInfo.InvariantCulture);

    private static string? Key(string what, string text) =>
        text.Length > KeyLength ? $"{what} is longer than {KeyLength} characters"
        : text.Any(c => char.IsControl(c) || c == '\uFFFD') || StorableText.Clean(text) != text ? $"{what} holds control characters or broken text"
        : text.Length == 0 ? $"{what} is empty" : null;

    private static string? Name(string what, string text) => text.Length > NameLength ? $"{what} is longer than {NameLength} characters" : string.IsNullOrWhiteSpace(text) ? $"{what} is empty" : null;

    private static string? Text(string? text, int most, SecretFilter? secrets) => text is null ? null : Cut(StorableText.Clean(secrets?.Clean(text) ?? text), most);

    private static string Cut(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var end = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return text[..end] + "…";
    }

    /// <summary>Fields with their lengths before them, so that none runs into the next.</summary>
    private sealed class Fields : IDisposable
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
        private int length;

        public void Add(params ReadOnlySpan<string?> fields)
        {
            foreach (var field in fields)
            {
                Reserve(16 + (field is null ? 0 : Encoding.UTF8.GetMaxByteCount(field.Length)));
                if (field is null)
                {
                    buffer[length++] = (byte)'-';
                    buffer[length++] = (byte)',';
                    continue;
                }

                ((long)Encoding.UTF8.GetByteCount(field)).TryFormat(buffer.AsSpan(length), out var digits, provider: CultureInfo.InvariantCulture);
                length += digits;
                buffer[length++] = (byte)':';
                length += Encoding.UTF8.GetBytes(field, buffer.AsSpan(length));
            }
        }

        public string End()
        {
            hash.AppendData(buffer, 0, length);
            length = 0;
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(buffer);
            hash.Dispose();
        }

        private void Reserve(int more)
        {
            if (buffer.Length - length >= more)
                return;
            hash.AppendData(buffer, 0, length);
            length = 0;
            if (buffer.Length >= more)
                return;
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(more);
        }
    }
}
