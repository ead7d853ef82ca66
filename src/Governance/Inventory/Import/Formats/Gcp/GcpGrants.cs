using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>An IAM policy as what its members hold. People, groups and domains are no machine identities and are told as such.</summary>
internal static class GcpGrants
{
    public static IEnumerable<ReadItem> Of(JsonRecord record, JsonElement policy, string? resourceName, GcpLookups lookups, ImportFile file)
    {
        var resource = ShortText.Unique(resourceName is null ? "project" : GcpNames.Resource(resourceName), 300);
        var account = resourceName is null ? null : GcpNames.After(resourceName, "serviceAccounts");
        var told = false;
        foreach (var binding in policy.List("bindings").Where(b => b.ValueKind == JsonValueKind.Object))
        {
            var role = CsvValues.Required("role", binding.Text("role"));
            var condition = Condition(binding);
            var rating = lookups.Rate(role);
            foreach (var member in binding.List("members").Where(m => m.ValueKind == JsonValueKind.String).Select(m => m.GetString()!))
            {
                told = true;
                if (Member(member, lookups) is not { } identity)
                {
                    yield return ReadItem.Skipped(record.Place, $"grants to {Who(member)}");
                    continue;
                }

                yield return ReadItem.Of(record.Place, identity with
                {
                    Grants = [new GrantRecord(ShortText.Unique(role, 90), resource, GrantPath.Direct, rating.Privileged) { Description = rating.Why, Via = condition }],
                    GrantCoverage = GcpIdentities.Coverage(lookups, file),
                });
                if (account is not null && Trusted(role, member) is { } trust)
                    yield return ReadItem.Of(record.Place, Impersonated(lookups.Account(account), trust, file));
            }
        }

        if (!told)
            yield return ReadItem.Skipped(record.Place, "policies that grant nothing");
    }

    /// <summary>The member as an identity; null when it is not a machine's.</summary>
    private static IdentityRecord? Member(string member, GcpLookups lookups)
    {
        const string Deleted = "deleted:serviceAccount:";
        if (member.StartsWith(Deleted, StringComparison.Ordinal) && member[Deleted.Length..].Split("?uid=") is [var gone, var uid])
            return GcpIdentities.Detail(GcpNames.Key(gone, uid), gone, IdentityKind.ServiceAccount) with { Enabled = Reported.No, Description = "Deleted in Google Cloud; what it was granted is left over." };
        if (member is "allUsers" or "allAuthenticatedUsers")
        {
            return GcpIdentities.Detail(member, member == "allUsers" ? "Anyone on the internet (allUsers)" : "Anyone with a Google account (allAuthenticatedUsers)", IdentityKind.Other)
                with
            { Enabled = Reported.Yes, Description = "No identity: what is granted here is open to everybody." };
        }

        if (member.StartsWith("serviceAccount:", StringComparison.Ordinal))
        {
            var name = member["serviceAccount:".Length..];
            // A workload of a cluster: PROJECT.svc.id.goog[namespace/name]
            if (name.EndsWith(']'))
                return GcpIdentities.Detail(member, name, IdentityKind.Workload);
            return GcpIdentities.Detail(lookups.Account(name), name, IdentityKind.ServiceAccount);
        }

        if (member.StartsWith("principal://agents.", StringComparison.Ordinal))
            return GcpIdentities.Detail(ShortText.Unique(member, 390), ShortText.Unique(member[(member.IndexOf("/resources/", StringComparison.Ordinal) is var at and > 0 ? at + 11 : 12)..], 200), IdentityKind.Agent);
        if ((member.StartsWith("principal://", StringComparison.Ordinal) || member.StartsWith("principalSet://", StringComparison.Ordinal)) && GcpNames.PoolOf(member) is { } pool)
        {
            var subject = member[(member.IndexOf(pool, StringComparison.Ordinal) + pool.Length)..].Trim('/');
            return GcpIdentities.Detail(ShortText.Unique(member, 390), ShortText.Unique($"{(subject is "" or "*" ? "everything" : subject)} of {pool[(pool.LastIndexOf('/') + 1)..]}", 300), IdentityKind.Workload) with
            {
                ParentExternalId = pool,
                Description = "A workload from outside, let in by a workload identity pool.",
            };
        }

        return null;
    }

    /// <summary>A member that may act as the service account from outside, which is how the account proves itself.</summary>
    private static string? Trusted(string role, string member) => role is "roles/iam.workloadIdentityUser" or "roles/iam.serviceAccountTokenCreator"
        && (member.StartsWith("principal", StringComparison.Ordinal) || member.EndsWith(']')) ? member : null;

    private static IdentityRecord Impersonated(string key, string member, ImportFile file)
    {
        var subject = member.StartsWith("serviceAccount:", StringComparison.Ordinal) ? member["serviceAccount:".Length..] : member;
        return GcpIdentities.Detail(key, key.Split('#')[0], IdentityKind.ServiceAccount) with
        {
            Credentials = [new CredentialRecord(ShortText.Unique($"trust:{subject}", 390), CredentialKind.FederatedTrust) { DisplayName = ShortText.Unique($"May be acted as by {subject}", 390), Expiry = ExpiryState.Never }],
            Attributes = AttributeJson.Of([KeyValuePair.Create(AttributeJson.Trusts, JsonSerializer.SerializeToElement(new[] { new { issuer = GcpNames.PoolOf(member), subjects = new[] { subject } } }))], file.Secrets),
        };
    }

    private static string? Condition(JsonElement binding) =>
        binding.TryGetProperty("condition", out var condition) && condition.ValueKind == JsonValueKind.Object ? $"if {condition.Text("title", "expression") ?? "a condition holds"}{(condition.Text("title") is not null && condition.Text("expression") is { } expression ? $": {expression}" : string.Empty)}" : null;

    private static string Who(string member) => member.Split(':')[0] switch
    {
        "user" => "users",
        "group" => "groups",
        "domain" => "whole domains",
        "projectOwner" or "projectEditor" or "projectViewer" => "a project's owners, editors or viewers",
        "deleted" => "deleted users or groups",
        "principal" or "principalSet" => "people of workforce pools and other principals",
        _ => "members of other kinds",
    };
}
