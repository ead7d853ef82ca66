using System.Globalization;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>How several records of one identity become one.</summary>
internal static class RecordJoin
{
    /// <summary>Whether a second description can't be taken: the identity was described whole before.</summary>
    public static bool Collides(IdentityRecord known, IdentityRecord next) => known.Part == RecordPart.Whole && next.Part == RecordPart.Whole;

    /// <summary>The description that is stronger leads; what it leaves empty the other fills; credentials and grants of both.</summary>
    public static IdentityRecord Join(IdentityRecord first, IdentityRecord second)
    {
        var (a, b) = second.Part < first.Part ? (second, first) : (first, second);
        var described = b.Part != RecordPart.Detail;
        var latest = Latest(a, b);
        return a with
        {
            DisplayName = a.DisplayName,
            Kind = a.Kind == IdentityKind.Other && described ? b.Kind : a.Kind,
            Description = a.Description ?? (described ? b.Description : null),
            Enabled = a.Enabled == Reported.Unknown ? b.Enabled : a.Enabled,
            Environment = a.Environment == DeploymentEnvironment.Unknown ? b.Environment : a.Environment,
            Publisher = a.Publisher ?? b.Publisher,
            ParentExternalId = a.ParentExternalId ?? b.ParentExternalId,
            OwnerHint = a.OwnerHint ?? b.OwnerHint,
            CreatorHint = a.CreatorHint ?? b.CreatorHint,
            Purpose = a.Purpose ?? b.Purpose,
            CreatedAt = a.CreatedAt is { } x && b.CreatedAt is { } y ? (x < y ? x : y) : a.CreatedAt ?? b.CreatedAt,
            LastUsedAt = latest.LastUsedAt,
            Usage = latest.Usage,
            ExpiresAt = a.ExpiresAt ?? b.ExpiresAt,
            Tool = a.Tool ?? b.Tool,
            Credentials = [.. a.Credentials.Concat(b.Credentials).GroupBy(c => c.ExternalId, StringComparer.Ordinal).Select(g => g.Aggregate(Join))],
            CredentialsComplete = a.CredentialsComplete || b.CredentialsComplete,
            Grants = [.. a.Grants.Concat(b.Grants).GroupBy(g => (g.Key, g.Path)).Select(g => g.Aggregate(Join))],
            GrantCoverage = Join(a.GrantCoverage, b.GrantCoverage),
            Attributes = AttributeJson.Join(a.Attributes, b.Attributes),
            Silent = Silent(a, b),
        };
    }

    /// <summary>What neither has a word for; grants and credentials alone have a word for nothing else, but a trust that they name is told.</summary>
    private static SilentFields Silent(IdentityRecord a, IdentityRecord b) =>
        b.Part != RecordPart.Detail || a.Part == RecordPart.Detail ? a.Silent & b.Silent
        : b.Credentials.Any(c => c.Kind == CredentialKind.FederatedTrust) ? a.Silent & ~SilentFields.Trusts : a.Silent;

    /// <summary>
    /// What a partial export tells, with what is known in the fields that it has no word for. Two kinds of export of one source, imported in turn, so come to the same
    /// record whatever their order, and neither clears what the other told.
    /// </summary>
    public static IdentityRecord Complete(IdentityRecord told, IdentityRecord known)
    {
        var silent = told.Silent;
        var latest = Of(SilentFields.SomeUse) ? Latest(told, known) : told;
        if (Of(SilentFields.Trusts))
        {
            told = told with
            {
                Attributes = AttributeJson.Join(told.Attributes, AttributeJson.Only(known.Attributes, AttributeJson.Trusts)),
                Credentials = [.. told.Credentials, .. known.Credentials.Where(k => k.Kind == CredentialKind.FederatedTrust && !told.Credentials.Any(c => c.ExternalId == k.ExternalId))],
            };
        }

        return told with
        {
            Description = Of(SilentFields.Description) ? told.Description ?? known.Description : told.Description,
            Enabled = Of(SilentFields.Enabled) && told.Enabled == Reported.Unknown ? known.Enabled : told.Enabled,
            Environment = Of(SilentFields.Hints) && told.Environment == DeploymentEnvironment.Unknown ? known.Environment : told.Environment,
            OwnerHint = Of(SilentFields.Hints) || Of(SilentFields.Owner) ? told.OwnerHint ?? known.OwnerHint : told.OwnerHint,
            CreatorHint = Of(SilentFields.Hints) ? told.CreatorHint ?? known.CreatorHint : told.CreatorHint,
            Purpose = Of(SilentFields.Hints) ? told.Purpose ?? known.Purpose : told.Purpose,
            LastUsedAt = latest.LastUsedAt,
            Usage = latest.Usage,
            Attributes = Of(SilentFields.SomeAttributes) ? AttributeJson.Join(told.Attributes, known.Attributes) : told.Attributes,
            Credentials = [.. told.Credentials.Select(c => known.Credentials.FirstOrDefault(k => k.ExternalId == c.ExternalId) is { } k
                ? Join(c, k) with { DisplayName = Of(SilentFields.CredentialNames) ? k.DisplayName ?? c.DisplayName : c.DisplayName ?? k.DisplayName } : c)],
        };

        bool Of(SilentFields field) => (silent & field) != SilentFields.None;
    }

    /// <summary>The completed record with the credentials that it does not tell of: what is compared, so that it comes to the same whichever kind of export told last.</summary>
    public static IdentityRecord Whole(IdentityRecord complete, IdentityRecord known) => complete with
    {
        Credentials = complete.CredentialsComplete ? complete.Credentials : [.. complete.Credentials, .. known.Credentials.ExceptBy(complete.Credentials.Select(c => c.ExternalId), k => k.ExternalId, StringComparer.Ordinal)],
        CredentialsComplete = true,
    };

    /// <summary>For everybody, or else of how many.</summary>
    public static string? Consent(string? a, string? b)
    {
        const string People = " people";
        if (a is null || b is null || a == b)
            return a ?? b;
        return a == "AllPrincipals" || b == "AllPrincipals" ? "AllPrincipals" : $"{Count(a) + Count(b)}{People}";

        static int Count(string consent) => consent.EndsWith(People, StringComparison.Ordinal) && int.TryParse(consent[..^People.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;
    }

    private static GrantRecord Join(GrantRecord a, GrantRecord b) => a with
    {
        Description = a.Description ?? b.Description,
        Via = a.Via ?? b.Via,
        Consent = Consent(a.Consent, b.Consent),
        GrantedAt = a.GrantedAt is { } x && b.GrantedAt is { } y ? (x < y ? x : y) : a.GrantedAt ?? b.GrantedAt,
        Privileged = a.Privileged == Reported.Unknown ? b.Privileged : b.Privileged == Reported.Yes ? Reported.Yes : a.Privileged,
    };

    private static CredentialRecord Join(CredentialRecord a, CredentialRecord b) => a with
    {
        Kind = a.Kind == CredentialKind.Other ? b.Kind : a.Kind,
        DisplayName = a.DisplayName ?? b.DisplayName,
        CreatedAt = a.CreatedAt ?? b.CreatedAt,
        ExpiresAt = a.ExpiresAt ?? b.ExpiresAt,
        Expiry = a.Expiry == ExpiryState.NotReported ? b.Expiry : a.Expiry,
        LastUsedAt = a.LastUsedAt is { } x && b.LastUsedAt is { } y ? (x > y ? x : y) : a.LastUsedAt ?? b.LastUsedAt,
        Usage = a.Usage == UsageState.NotReported ? b.Usage : a.Usage == UsageState.Used || b.Usage == UsageState.Used ? UsageState.Used : a.Usage,
        Enabled = a.Enabled == Reported.Unknown ? b.Enabled : a.Enabled,
        Fingerprint = a.Fingerprint ?? b.Fingerprint,
    };

    private static IdentityRecord Latest(IdentityRecord a, IdentityRecord b) =>
        a.Usage == UsageState.NotReported ? b
        : b.Usage == UsageState.NotReported ? a
        : (b.LastUsedAt ?? DateTimeOffset.MinValue) > (a.LastUsedAt ?? DateTimeOffset.MinValue) ? b : a;

    private static GrantCoverage Join(GrantCoverage a, GrantCoverage b) => a == GrantCoverage.None ? b : b == GrantCoverage.None || a == b ? a
        : a == GrantCoverage.All || b == GrantCoverage.All ? GrantCoverage.All : GrantCoverage.DelegatedAndRole;
}
