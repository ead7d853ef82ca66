using System.Text.Json;
using Governance.Common;

namespace Governance.Inventory;

/// <summary>
/// What <c>kubectl get -o json</c> or <c>-o yaml</c> prints, and manifests: service accounts with the roles that bindings give them and their token secrets.
/// Roles, bindings and secrets are gathered in a first reading; an account that only a binding or a secret names is kept, as seen only there.
/// </summary>
public sealed class KubernetesReader : IInventoryReader
{
    private static readonly JsonLayout Layout = JsonLayout.Of(["items"], "apiVersion", "kind", "metadata");

    public string Format => "kubernetes";

    public string Description => "Kubernetes objects (kubectl get serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings -A -o json or yaml)";

    public ImportSubject Subject => ImportSubject.Identities;

    public SourceSystem System => SourceSystem.Kubernetes;

    public bool Recognises(FileHead head) => (head.IsJson || head.IsYaml) && head.Has("apiVersion", "kind")
        && (head.NamesAt(string.Empty).Contains("items") || head.NamesAt(string.Empty).Contains("metadata"));

    public IEnumerable<ReadItem> Read(ImportFile file)
    {
        var access = new KubernetesAccess();
        var namespaceOwners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in JsonRecords.Of(file, Layout).Where(r => r.Problem is null))
        {
            try
            {
                access.Add(record.Element, KindOf(record), record.Place, file.Secrets);
                if (KindOf(record) == "Namespace" && record.Element.Inner("metadata") is var space && space.Text("name") is { } named && TagHints.Of([.. Pairs(space, "annotations"), .. Pairs(space, "labels")]).Owner is { } owner)
                    namespaceOwners.TryAdd(named, owner);
            }
            catch (BadValueException)
            {
                // Told by the second reading, with its place.
            }
        }

        foreach (var item in Reading.Records(file, Layout, [], record => [Item(record, access, namespaceOwners, file)]))
            yield return item;
        foreach (var (account, place) in access.Unseen())
            yield return ReadItem.Of(place, Stub(account, access, file));
    }

    /// <summary>The items of a typed list, as the API answers it, don't name their kind: the list does.</summary>
    private static string KindOf(JsonRecord record) => record.Element.Text("kind")
        ?? (record.Collection is not null && record.Document?.Head.TextAt("kind") is { } list && list.EndsWith("List", StringComparison.Ordinal) ? list[..^"List".Length] : string.Empty);

    private static ReadItem Item(JsonRecord record, KubernetesAccess access, Dictionary<string, string> namespaceOwners, ImportFile file)
    {
        var kind = KindOf(record);
        var metadata = record.Element.Inner("metadata");
        if (kind.Length > 0 && kind != "List" && metadata.Text("name") is null)
            throw new BadValueException("metadata.name is missing");
        switch (kind)
        {
            case "ServiceAccount":
                return ReadItem.Of(record.Place, Account(record.Element, access.KeyOf(metadata), access, namespaceOwners, file));
            case "RoleBinding" or "ClusterRoleBinding":
                _ = record.Element.Inner("roleRef").Text("name") ?? throw new BadValueException("roleRef.name is missing: it is not said what the binding gives");
                return ReadItem.Skipped(record.Place, KubernetesAccess.BindsAccounts(record.Element) ? $"{kind}s (shown with the accounts they bind)" : $"{kind}s of users and groups only");
            case "Role" or "ClusterRole":
                return ReadItem.Skipped(record.Place, $"{kind}s (shown with who holds them)");
            case "Secret" when KubernetesAccess.IsToken(record.Element):
                return ReadItem.Skipped(record.Place, "token Secrets (shown as credentials of their account)");
            case "Namespace":
                return ReadItem.Skipped(record.Place, "Namespaces (their owner stands with their accounts)");
            case var workload when KubernetesWorkloads.IsWorkload(workload):
                return ReadItem.Skipped(record.Place, $"{workload}s (their images and variables are shown with the account they run as)");
            case "":
                throw new BadValueException("kind is missing: it is not said what it is");
            default:
                return ReadItem.Skipped(record.Place, CsvValues.Short(kind));
        }
    }

    private static IdentityRecord Account(JsonElement e, KubernetesAccountKey key, KubernetesAccess access, Dictionary<string, string> namespaceOwners, ImportFile file)
    {
        var metadata = e.Inner("metadata");
        var (labels, annotations) = (Pairs(metadata, "labels"), Pairs(metadata, "annotations"));
        var hints = TagHints.Of([.. annotations, .. labels]);
        var credentials = access.CredentialsOf(key, e.List("secrets").Select(s => s.Text("name")).OfType<string>());
        var used = credentials.Where(c => c.LastUsedAt is not null).Max(c => c.LastUsedAt);
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var name in (string[])["automountServiceAccountToken", "imagePullSecrets"])
        {
            if (e.TryGetProperty(name, out var value))
                fields[name] = value;
        }

        if (labels.Count > 0)
            fields["labels"] = JsonSerializer.SerializeToElement(labels);
        if (annotations.Count > 0)
            fields["annotations"] = JsonSerializer.SerializeToElement(annotations);
        if (namespaceOwners.TryGetValue(key.Space, out var owner))
            fields["namespaceOwner"] = JsonSerializer.SerializeToElement(owner);
        var isDefault = key.Name == "default";
        if (isDefault)
            fields["defaultServiceAccount"] = JsonSerializer.SerializeToElement(value: true);
        if (key.Guessed)
            fields["namespaceFrom"] = JsonSerializer.SerializeToElement("the binding that names the account");
        var (images, variables) = access.Workloads.Of(key);
        if (images.Count > 0)
            fields["image"] = JsonSerializer.SerializeToElement(images);
        if (variables.Count > 0)
            fields["env"] = JsonSerializer.SerializeToElement(variables);
        return new IdentityRecord
        {
            ExternalId = metadata.Text("uid") ?? key.Text,
            DisplayName = key.Text,
            Kind = IdentityKind.ServiceAccount,
            Description = isDefault ? "Every pod of the namespace that names no other account runs as it" : null,
            Purpose = hints.Purpose,
            Enabled = metadata.Text("uid") is null ? Reported.Unknown : Reported.Yes,
            Environment = hints.Environment,
            OwnerHint = hints.Owner,
            CreatorHint = hints.Creator,
            CreatedAt = metadata.Time("creationTimestamp"),
            LastUsedAt = used,
            Usage = used is null ? UsageState.NotReported : UsageState.Used,
            Tool = file.Catalogue.Match(new ToolClues(key.Text) { Packages = images, Variables = variables }),
            Credentials = credentials,
            CredentialsComplete = access.NamesSecrets,
            Grants = access.GrantsOf(key),
            GrantCoverage = file.Full && access.NamesBindings ? GrantCoverage.All : GrantCoverage.None,
            Attributes = AttributeJson.Of(fields, file.Secrets),
        };
    }

    private static IdentityRecord Stub(KubernetesAccountKey key, KubernetesAccess access, ImportFile file) =>
        IdentityRecord.SeenOnlyThrough("a binding or a token secret", access.UidOf(key) ?? key.Text, key.Text, IdentityKind.ServiceAccount, "the account itself") with
        {
            Credentials = access.CredentialsOf(key, []),
            Grants = access.GrantsOf(key),
            GrantCoverage = file.Full && access.NamesBindings ? GrantCoverage.All : GrantCoverage.None,
        };

    /// <summary>Labels or annotations, without the copy of the whole object that kubectl keeps there.</summary>
    private static SortedDictionary<string, string> Pairs(JsonElement metadata, string name)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (metadata.Inner(name) is { ValueKind: JsonValueKind.Object } map)
        {
            foreach (var pair in map.EnumerateObject().Where(p => p.Name != "kubectl.kubernetes.io/last-applied-configuration"))
            {
                if (map.Text(pair.Name) is { } text)
                    pairs[pair.Name] = text;
            }
        }

        return pairs;
    }
}
