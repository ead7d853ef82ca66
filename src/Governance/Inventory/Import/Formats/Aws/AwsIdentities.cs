using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>What a record of IAM is.</summary>
internal enum AwsKind
{
    Unknown,
    User,
    Role,
    Group,
    Policy,
    AccessKey,
    LastAccessed,
}

/// <summary>Records of IAM as identities, and what only tells of one.</summary>
internal static class AwsIdentities
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal)
    {
        "UserName", "RoleName", "CreateDate", "UserPolicyList", "RolePolicyList", "GroupList", "AttachedManagedPolicies", "AssumeRolePolicyDocument", "Description", "RoleLastUsed", "PasswordLastUsed", "InstanceProfileList",
    };

    public static AwsKind KindOf(JsonRecord record)
    {
        var e = record.Element;
        if (e.Has("ServicesLastAccessed"))
            return AwsKind.LastAccessed;
        if (e.Has("RoleId") || record.Collection is "RoleDetailList" or "Roles")
            return AwsKind.Role;
        if (e.Has("AccessKeyId") || e.Has("AccessKeyLastUsed") || record.Collection == "AccessKeyMetadata")
            return AwsKind.AccessKey;
        if (e.Has("UserId") || record.Collection is "UserDetailList" or "Users")
            return AwsKind.User;
        return e.Has("GroupId") || record.Collection == "GroupDetailList" ? AwsKind.Group : e.Has("PolicyId") || record.Collection == "Policies" ? AwsKind.Policy : AwsKind.Unknown;
    }

    public static IdentityRecord User(JsonElement e, AwsLookups lookups, ImportFile file)
    {
        var arn = CsvValues.Required("Arn", e.Text("Arn"));
        var name = CsvValues.Required("UserName", e.Text("UserName"));
        var tags = TagHints.Of(e.List("Tags"));
        var passwordUsed = e.Time("PasswordLastUsed");
        return With(e, arn, "UserPolicyList", lookups, file, new IdentityRecord
        {
            ExternalId = AwsNames.Key(arn, e.Time("CreateDate")),
            DisplayName = name,
            Kind = IdentityKind.MachineUser,
            Publisher = "Amazon Web Services",
            OwnerHint = tags.Owner,
            CreatorHint = tags.Creator,
            Environment = tags.Environment,
            Purpose = tags.Purpose,
            CreatedAt = e.Time("CreateDate"),
            LastUsedAt = passwordUsed,
            Usage = passwordUsed is null ? UsageState.NotReported : UsageState.Used,
            Tool = file.Catalogue.Match(null, name, null, []),
            CredentialsComplete = false,
            Part = RecordPart.Sighting,
            Silent = SilentFields.Description | SilentFields.Enabled | SilentFields.SomeUse | SilentFields.SomeAttributes | Untagged(e, "UserPolicyList"),
            Attributes = Attributes(e, [], file),
        });
    }

    public static IdentityRecord Role(JsonElement e, AwsLookups lookups, ImportFile file)
    {
        var arn = CsvValues.Required("Arn", e.Text("Arn"));
        var name = CsvValues.Required("RoleName", e.Text("RoleName"));
        var trust = e.TryGetProperty("AssumeRolePolicyDocument", out var document) ? AwsTrust.Of(document, AwsNames.AccountOf(arn)) : new AwsTrust();
        var tags = TagHints.Of(e.List("Tags"));
        var (used, usage) = RoleUsage(e);
        var description = string.Join(". ", new[] { e.Text("Description")?.TrimEnd('.', ' '), trust.Note }.OfType<string>());
        return With(e, arn, "RolePolicyList", lookups, file, new IdentityRecord
        {
            ExternalId = AwsNames.Key(arn, e.Time("CreateDate")),
            DisplayName = name,
            Kind = IdentityKind.Role,
            Description = description.Length == 0 ? null : description,
            Publisher = arn.Contains(":role/aws-service-role/", StringComparison.Ordinal) || arn.Contains(":role/aws-reserved/", StringComparison.Ordinal) ? "Amazon Web Services" : null,
            OwnerHint = tags.Owner,
            CreatorHint = tags.Creator,
            Environment = tags.Environment,
            Purpose = tags.Purpose,
            CreatedAt = e.Time("CreateDate"),
            LastUsedAt = used,
            Usage = usage,
            Tool = file.Catalogue.Match(null, name, null, trust.Services.Select(s => $"https://{s}")),
            Credentials = [.. trust.Credentials],
            CredentialsComplete = e.Has("AssumeRolePolicyDocument"),
            Part = RecordPart.Sighting,
            Silent = SilentFields.SomeUse | Untagged(e, "RolePolicyList"),
            Attributes = Attributes(e, trust.Attributes(), file),
        });
    }

    /// <summary>A key of <c>list-access-keys</c>, with its last use where <c>get-access-key-last-used</c> was merged in; or that answer by itself.</summary>
    public static IdentityRecord AccessKey(JsonElement e, AwsLookups lookups, ImportFile file)
    {
        var name = CsvValues.Required("UserName", e.Text("UserName"));
        var id = e.Text("AccessKeyId");
        var account = e.Text("Arn") is { } arn ? AwsNames.AccountOf(arn) : e.Text("AccountId") ?? (id is null ? null : AwsNames.AccountOfKey(id));
        var (used, usage) = KeyUsage(e);
        var made = e.Time("CreateDate");
        return Detail(lookups.UserKey(name, account), name, IdentityKind.MachineUser) with
        {
            LastUsedAt = used,
            Usage = usage == UsageState.NeverUsed ? UsageState.NotReported : usage,
            Credentials = id is null ? [] : [new CredentialRecord(AwsNames.KeyId(made, $"access-key:{file.Secrets.Fingerprint(id)[..16]}"), CredentialKind.AccessKey)
            {
                DisplayName = $"Access key ending in {id[^Math.Min(4, id.Length)..]}",
                CreatedAt = made,
                Expiry = ExpiryState.Never,
                LastUsedAt = used,
                Usage = usage,
                Enabled = e.Text("Status") switch { "Active" => Reported.Yes, "Inactive" => Reported.No, _ => Reported.Unknown },
                Fingerprint = file.Secrets.Fingerprint(id),
            }],
        };
    }

    /// <summary>An answer of the access advisor: when the entity last called each service. Null when it does not say of whom it is.</summary>
    public static IEnumerable<IdentityRecord> LastAccessed(JsonElement e, AwsLookups lookups)
    {
        var about = e.Text("Arn", "arn");
        var services = e.List("ServicesLastAccessed").ToList();
        if (about is not null && services.Count > 0)
            yield return Detail(Key(about, lookups), AwsNames.LastOf(about), KindOf(about)) with { Attributes = ServiceUse(services) };
        foreach (var one in services.Select(s => (Entity: s.Text("LastAuthenticatedEntity") ?? about, At: s.Time("LastAuthenticated"))).Where(s => s.Entity is not null && s.At is not null)
            .GroupBy(s => s.Entity!, s => s.At!.Value, StringComparer.Ordinal))
        {
            yield return Detail(Key(one.Key, lookups), AwsNames.LastOf(one.Key), KindOf(one.Key)) with { LastUsedAt = one.Max(), Usage = UsageState.Used };
        }

        if (about is not null && services.Count > 0 && services.TrueForAll(s => s.Time("LastAuthenticated") is null))
            yield return Detail(Key(about, lookups), AwsNames.LastOf(about), KindOf(about)) with { Usage = UsageState.OutsideWindow };
    }

    /// <summary>Which services it called and when, and which not: the access advisor names each that it may call.</summary>
    private static string ServiceUse(IEnumerable<JsonElement> services) => JsonSerializer.Serialize(new
    {
        serviceUse = services.Where(s => s.Text("ServiceNamespace") is { Length: > 0 }).Select(s => new { access = s.Text("ServiceNamespace"), at = s.Time("LastAuthenticated")?.ToString("O", System.Globalization.CultureInfo.InvariantCulture) }),
    });

    /// <summary>The lists name no tags, groups or policies, which the authorization details do.</summary>
    private static SilentFields Untagged(JsonElement e, string inline) =>
        e.Has(inline) || e.Has("AttachedManagedPolicies") || e.Has("Tags") ? SilentFields.None : SilentFields.Hints | SilentFields.SomeAttributes;

    private static string Key(string entity, AwsLookups lookups) =>
        entity.StartsWith("arn:", StringComparison.Ordinal) ? lookups.KeyOf(entity) : entity.StartsWith("user/", StringComparison.Ordinal) ? lookups.UserKey(AwsNames.LastOf(entity), null) : entity;

    private static IdentityKind KindOf(string entity) => entity.Contains("role/", StringComparison.Ordinal) ? IdentityKind.Role : IdentityKind.MachineUser;

    private static IdentityRecord Detail(string key, string name, IdentityKind kind) => IdentityRecord.SeenOnlyThrough("a key or its use", key, name, kind);

    private static IdentityRecord With(JsonElement e, string arn, string inline, AwsLookups lookups, ImportFile file, IdentityRecord identity)
    {
        // Only the authorization details name policies; the lists do not, which is not "none".
        if (!e.Has("AttachedManagedPolicies") && !e.Has(inline))
            return identity;
        var (policies, unresolved) = lookups.PoliciesOf(e, inline, AwsNames.AccountOf(arn) ?? string.Empty);
        return identity with
        {
            Grants = [.. AwsGrants.Of([.. policies]), .. unresolved],
            GrantCoverage = file.Full && unresolved.Count == 0 ? GrantCoverage.All : GrantCoverage.None,
        };
    }

    /// <summary>AWS keeps 400 days: an empty answer is no use in that time, no answer is not reported.</summary>
    private static (DateTimeOffset? At, UsageState State) RoleUsage(JsonElement e)
    {
        if (!e.TryGetProperty("RoleLastUsed", out var last) || last.ValueKind != JsonValueKind.Object)
            return (null, UsageState.NotReported);
        return last.Time("LastUsedDate") is { } at ? (at, UsageState.Used) : (null, UsageState.OutsideWindow);
    }

    private static (DateTimeOffset? At, UsageState State) KeyUsage(JsonElement e)
    {
        var combined = e.TryGetProperty("AccessKeyLastUsed", out var last) && last.ValueKind == JsonValueKind.Object;
        if (!combined && !e.Has("LastUsedDate") && !e.Has("LastUsedService"))
            return (null, UsageState.NotReported);
        var at = combined ? Date(last) : Date(e);
        return at is null ? (null, UsageState.NeverUsed) : (at, UsageState.Used);
    }

    private static DateTimeOffset? Date(JsonElement e) => e.Text("LastUsedDate") is null or "N/A" ? null : e.Time("LastUsedDate");

    private static string Attributes(JsonElement e, IEnumerable<KeyValuePair<string, JsonElement>> more, ImportFile file)
    {
        var fields = e.EnumerateObject().Where(p => !Used.Contains(p.Name)).Select(p => KeyValuePair.Create(p.Name == "Arn" ? "arn" : p.Name, p.Value)).Concat(more);
        var groups = AwsStatement.Texts(e, "GroupList").Order(StringComparer.Ordinal).ToList();
        if (groups.Count > 0)
            fields = fields.Append(KeyValuePair.Create("groups", JsonSerializer.SerializeToElement(groups)));
        var attached = e.List("AttachedManagedPolicies").Select(p => p.Text("PolicyName")).OfType<string>().Order(StringComparer.Ordinal).ToList();
        if (attached.Count > 0)
            fields = fields.Append(KeyValuePair.Create("policies", JsonSerializer.SerializeToElement(attached)));
        var profiles = e.List("InstanceProfileList").Select(p => p.Text("Arn")).OfType<string>().Order(StringComparer.Ordinal).ToList();
        if (profiles.Count > 0)
            fields = fields.Append(KeyValuePair.Create("instanceProfiles", JsonSerializer.SerializeToElement(profiles)));
        return AttributeJson.Of(fields, file.Secrets);
    }
}
