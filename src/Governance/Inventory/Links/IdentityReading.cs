using System.Text.Json;
using System.Text.RegularExpressions;

namespace Governance.Inventory;

/// <summary>What an identity's own fields say of other names it has, of names that it points at, and of the tool behind it.</summary>
public sealed record IdentityReading(IReadOnlyList<IdentityKey> Keys, ToolClues Clues);

/// <summary>
/// Reads the fields that a source gave beyond our columns (<see cref="Identity.Attributes"/>), whatever format they came in, by the names that the
/// systems themselves use. Pure; text that is not as expected is passed over.
/// </summary>
public static partial class IdentityReader
{
    private const int MostNodes = 4000;
    private static readonly string[] AddressNames = ["homepage", "website", "host", "endpoint", "endpoints", "server"];
    private static readonly string[] NotAddresses = ["tokenurl", "authorizationurl", "samlmetadataurl", "logo", "logourl", "avatar_url", "events_url", "html_url", "repositories_url", "access_tokens_url", "privacystatementurl", "termsofserviceurl", "metadataurl"];

    /// <param name="id">The identity.</param>
    /// <param name="system">Its source's kind.</param>
    /// <param name="kind">Its own kind.</param>
    /// <param name="externalId">Its id in the source.</param>
    /// <param name="name">Its name.</param>
    /// <param name="publisher">Its publisher, if reported.</param>
    /// <param name="attributes">JSON text of the other fields.</param>
    /// <param name="trusts">Ids and names of its federated credentials.</param>
    public static IdentityReading Read(Guid id, SourceSystem system, IdentityKind kind, string externalId, string name, string? publisher, string attributes, IEnumerable<string> trusts)
    {
        var walk = new Walk(id, system);
        if (attributes.Length > 2)
        {
            try
            {
                using var document = JsonDocument.Parse(attributes);
                walk.Object(document.RootElement, 0);
            }
            catch (JsonException)
            {
                // Written by ourselves; if it is damaged, the columns still speak.
            }
        }

        walk.Text("id in source", externalId, own: true);
        foreach (var trust in trusts)
            walk.Text("federated credential", trust, own: false);
        if (system == SourceSystem.Kubernetes && kind is IdentityKind.ServiceAccount)
            walk.OwnServiceAccount(externalId, name);
        return new IdentityReading(walk.Keys.Values.ToList(), new ToolClues(name)
        {
            AppIds = walk.Keys.Values.Where(k => k is { Kind: IdentityKeyKind.AppId, Refers: false }).Select(k => k.Value).ToList(),
            Publisher = publisher,
            Addresses = walk.Addresses,
            KeyHints = walk.Hints,
            Packages = walk.Packages,
            Variables = walk.Variables,
            GitHubApp = walk.GitHubApp,
            Detectors = walk.Detectors,
            Around = walk.Around,
        });
    }

    /// <summary>Whether an id is unique in the world, and not a name such as "account" that every installation has.</summary>
    public static bool IsGlobalId(string text) =>
        Guid.TryParse(text, out _) || text.EndsWith(".apps.googleusercontent.com", StringComparison.OrdinalIgnoreCase) || OktaClient().IsMatch(text) || SlackApp().IsMatch(text) || (text.Length >= 17 && text.All(char.IsAsciiDigit));

    [GeneratedRegex("^0oa[0-9A-Za-z]{17}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OktaClient();

    [GeneratedRegex("^A0[0-9A-Z]{7,11}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SlackApp();

    [GeneratedRegex("system:serviceaccount:[a-z0-9-]{1,63}:[a-z0-9.-]{1,253}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Subject();

    [GeneratedRegex(@"\.svc\.id\.goog\[(?<space>[a-z0-9-]{1,63})/(?<name>[a-z0-9.-]{1,253})\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GooglePool();

    [GeneratedRegex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[^*?]+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Arn();

    [GeneratedRegex(@"^[a-z0-9-]+@[a-z0-9.-]*gserviceaccount\.com$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex GoogleAccount();

    [GeneratedRegex("@gcp-sa-(?<api>[a-z0-9-]+)\\.iam\\.gserviceaccount\\.com$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServiceAgent();

    private sealed class Walk(Guid id, SourceSystem system)
    {
        private int left = MostNodes;
        private string? space;
        private string? inner;

        public Dictionary<(IdentityKeyKind, string, bool), IdentityKey> Keys { get; } = [];

        public List<string> Addresses { get; } = [];

        public List<string> Hints { get; } = [];

        public List<string> Packages { get; } = [];

        public List<string> Variables { get; } = [];

        public string? GitHubApp { get; private set; }

        public List<string> Detectors { get; } = [];

        public List<(string Of, string Name)> Around { get; } = [];

        public void Object(JsonElement element, int depth)
        {
            if (element.ValueKind != JsonValueKind.Object || depth > 8)
                return;
            foreach (var property in element.EnumerateObject())
            {
                if (property.Name is "env" or "environment" && property.Value.ValueKind == JsonValueKind.Object)
                    Variables.AddRange(property.Value.EnumerateObject().Select(p => p.Name).Take(100));
                Value(property.Name, property.Value, depth);
            }
        }

        public void OwnServiceAccount(string externalId, string name)
        {
            var full = name.Contains('/', StringComparison.Ordinal) ? name : externalId;
            var parts = full.Split('/');
            var (ns, own) = space is not null ? (space, inner ?? parts[^1]) : parts.Length >= 2 ? (parts[^2], parts[^1]) : (null, name);
            if (space is not null && !name.Contains('/', StringComparison.Ordinal) && inner is null)
                own = name;
            if (ns is not null)
                Around.Add(("namespace", ns));
            if (ns is not null && $"system:serviceaccount:{ns}:{own}".ToLowerInvariant() is var subject && Subject().Match(subject) is { Success: true } m && m.Length == subject.Length)
                Add(IdentityKeyKind.ServiceAccount, subject, refers: false, "its own namespace and name");
        }

        public void Text(string place, string text, bool own)
        {
            if (text.Length is < 6 or > 20_000)
                return;
            var bare = own && text.IndexOf('#', StringComparison.Ordinal) is var hash and > 0 ? text[..hash] : text;
            if (text.StartsWith("spiffe://", StringComparison.Ordinal))
                Add(IdentityKeyKind.Spiffe, text, refers: !own, place);
            else if (Arn().IsMatch(bare))
                Add(IdentityKeyKind.AwsArn, bare, refers: !own, place);
            else if (GoogleAccount().IsMatch(bare))
                Add(IdentityKeyKind.GcpAccount, bare, refers: !own, place);
            // A service agent of Google acts for the API that its domain names.
            if (own && ServiceAgent().Match(bare) is { Success: true } agent)
                Addresses.Add($"{agent.Groups["api"].Value}.googleapis.com");
            if (text.Contains("system:serviceaccount:", StringComparison.Ordinal))
            {
                foreach (Match m in Subject().Matches(text))
                    Add(IdentityKeyKind.ServiceAccount, m.Value, refers: !(own && m.Index + m.Length == text.Length), place);
            }

            if (text.Contains(".svc.id.goog[", StringComparison.Ordinal))
            {
                foreach (Match m in GooglePool().Matches(text))
                    Add(IdentityKeyKind.ServiceAccount, $"system:serviceaccount:{m.Groups["space"].Value}:{m.Groups["name"].Value}", refers: true, place);
            }
        }

        private void Value(string name, JsonElement value, int depth)
        {
            if (left-- <= 0)
                return;
            switch (value.ValueKind)
            {
                case JsonValueKind.Object when name is "spiffe_id" && value.TryGetProperty("trust_domain", out var domain) && value.TryGetProperty("path", out var path):
                    Add(IdentityKeyKind.Spiffe, $"spiffe://{domain}{path}", refers: false, name);
                    break;
                case JsonValueKind.Object:
                    Object(value, depth + 1);
                    break;
                case JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                        Value(name, item, depth + 1);
                    break;
                case JsonValueKind.String:
                    Named(name, value.GetString()!, depth);
                    break;
                case JsonValueKind.Number when depth == 0:
                    Named(name, value.GetRawText(), depth);
                    break;
            }
        }

        private void Named(string name, string text, int depth)
        {
            var lower = name.ToLowerInvariant();
            switch (lower)
            {
                case "appid" or "app_id" or "clientid" or "client_id" or "oauth2clientid" or "oauth2_client_id" when (depth == 0 || lower is "client_id") && IsGlobalId(text):
                    Add(IdentityKeyKind.AppId, text, refers: false, name);
                    return;
                case "azure.workload.identity/client-id" when IsGlobalId(text):
                    Add(IdentityKeyKind.AppId, text, refers: true, name);
                    return;
                case "arn" or "email" or "client_email" or "spiffe_id" or "spiffeid" when depth == 0:
                    Text(name, text, own: true);
                    return;
                case "namespace" when depth <= 1 && system == SourceSystem.Kubernetes:
                    space ??= text;
                    return;
                case "name" when depth <= 1 && system == SourceSystem.Kubernetes:
                    inner ??= text;
                    return;
                case "mount_path":
                    Around.Add(("mount", text));
                    return;
                case "rule" when depth == 0:
                    Detectors.Add(text);
                    return;
                case "trustedservices":
                    // An AWS service is named by its host alone.
                    Addresses.Add(text);
                    return;
                case "app_slug" or "appslug" or "app slug":
                    GitHubApp ??= text;
                    return;
                case "redacted_value" or "partial_key_hint" or "hint" or "key_prefix" or "prefix" or "partial":
                    Hints.Add(text);
                    return;
                case "package" or "image" or "command" or "args":
                    Packages.AddRange(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(50));
                    break;
                case "variable" or "variables" or "env":
                    Variables.Add(text.Split('=')[0]);
                    break;
            }

            if (Addresses.Count < 200 && (lower.Contains("url", StringComparison.Ordinal) || lower.Contains("uri", StringComparison.Ordinal) || Array.IndexOf(AddressNames, lower) >= 0) && Array.IndexOf(NotAddresses, lower) < 0
                && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && uri.Scheme is "http" or "https" or "wss" or "ws")
                Addresses.Add(text);
            else
                Text(name, text, own: false);
        }

        private void Add(IdentityKeyKind kind, string value, bool refers, string place)
        {
            var lower = value.Trim().ToLowerInvariant();
            if (lower.Length is > 0 and <= 300)
                Keys.TryAdd((kind, lower, refers), new IdentityKey { IdentityId = id, Kind = kind, Value = lower, Refers = refers, Place = place.Length > 200 ? place[..200] : place });
        }
    }
}
