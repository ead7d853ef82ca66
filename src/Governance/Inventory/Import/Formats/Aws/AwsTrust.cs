using System.Text.Json;

namespace Governance.Inventory;

/// <summary>Who may assume a role, from its trust policy.</summary>
internal sealed class AwsTrust
{
    private readonly SortedSet<string> services = new(StringComparer.Ordinal);
    private readonly SortedSet<string> accounts = new(StringComparer.Ordinal);
    private readonly SortedSet<string> principals = new(StringComparer.Ordinal);
    private readonly SortedSet<string> notes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Federated> federated = new(StringComparer.Ordinal);
    private bool anyone;

    public IReadOnlyCollection<string> Services => services;

    /// <summary>Providers whose tokens or assertions it takes: what it proves itself with.</summary>
    public IEnumerable<CredentialRecord> Credentials => federated.Values.Select(f => new CredentialRecord(ShortText.Unique($"trust:{f.Issuer}", 200), CredentialKind.FederatedTrust)
    {
        DisplayName = f.Subjects.Count == 0 ? f.Issuer : $"{f.Issuer}, {string.Join(", ", f.Subjects.Take(3))}{(f.Subjects.Count > 3 ? $" and {f.Subjects.Count - 3} more" : string.Empty)}",
        Expiry = ExpiryState.Never,
    });

    /// <summary>The kinds of those who may, joined by +.</summary>
    public string? Kind => string.Join('+', new[] { anyone ? "anyone" : null, accounts.Count + principals.Count > 0 ? "account" : null, federated.Count > 0 ? "federated" : null, services.Count > 0 ? "service" : null }.OfType<string>()) is { Length: > 0 } kinds ? kinds : null;

    /// <summary>For a reviewer; null when nobody may.</summary>
    public string? Note => notes.Count == 0 ? null : $"May be assumed by {string.Join("; ", notes)}";

    public IEnumerable<KeyValuePair<string, JsonElement>> Attributes()
    {
        if (Kind is { } kind)
            yield return Pair("trustKind", kind);
        if (services.Count > 0)
            yield return Pair("trustedServices", services);
        if (accounts.Count > 0)
            yield return Pair("trustedAccounts", accounts);
        if (principals.Count > 0)
            yield return Pair("trustedPrincipals", principals);
        if (federated.Count > 0)
            yield return Pair(AttributeJson.Trusts, federated.Values.Select(f => new { issuer = f.Issuer, subjects = f.Subjects, audiences = f.Audiences }));
    }

    public static AwsTrust Of(JsonElement document, string? ownAccount)
    {
        if (document.ValueKind != JsonValueKind.String)
            return Read(document, ownAccount);
        using var parsed = AwsStatement.Parse(document.GetString()!);
        return Read(parsed.RootElement, ownAccount);
    }

    private static AwsTrust Read(JsonElement document, string? ownAccount)
    {
        var trust = new AwsTrust();
        foreach (var statement in AwsStatement.Statements(document).Where(s => s.Text("Effect") == "Allow"))
        {
            if (!AwsStatement.Texts(statement, "Action").Any(a => a is "*" or "sts:*" || a.StartsWith("sts:Assume", StringComparison.OrdinalIgnoreCase) || a.StartsWith("sts:*", StringComparison.Ordinal)))
                continue;
            if (statement.Has("NotPrincipal"))
                trust.Anyone("anyone but those that it names", statement);
            else if (statement.Text("Principal") == "*")
                trust.Anyone("anyone, from any account", statement);
            else if (statement.TryGetProperty("Principal", out var principal) && principal.ValueKind == JsonValueKind.Object)
                trust.Add(principal, statement, ownAccount);
        }

        return trust;
    }

    private void Add(JsonElement principal, JsonElement statement, string? ownAccount)
    {
        foreach (var service in AwsStatement.Texts(principal, "Service"))
        {
            services.Add(service);
            notes.Add($"the AWS service {service}{If(statement)}");
        }

        foreach (var issuer in AwsStatement.Texts(principal, "Federated"))
            Federate(issuer, statement);
        foreach (var who in AwsStatement.Texts(principal, "AWS"))
        {
            var account = AwsNames.AccountOf(who) ?? (who.Length == 12 && who.All(char.IsAsciiDigit) ? who : null);
            if (who == "*")
            {
                Anyone("anyone, from any account", statement);
            }
            else if (account is not null && (who == account || who.EndsWith(":root", StringComparison.Ordinal)))
            {
                accounts.Add(account);
                notes.Add($"{(account == ownAccount ? "its own account" : $"the account {account}")} (whom that account lets){If(statement)}");
            }
            else
            {
                principals.Add(who);
                notes.Add($"{who}{(account is not null && account != ownAccount ? ", of another account" : string.Empty)}{If(statement)}");
            }
        }
    }

    private void Anyone(string words, JsonElement statement)
    {
        anyone = true;
        notes.Add(words + If(statement));
    }

    private void Federate(string provider, JsonElement statement)
    {
        const string Oidc = ":oidc-provider/";
        var at = provider.IndexOf(Oidc, StringComparison.Ordinal);
        var saml = provider.Contains(":saml-provider/", StringComparison.Ordinal);
        var issuer = at >= 0 ? "https://" + provider[(at + Oidc.Length)..] : saml ? provider : "https://" + provider;
        if (!federated.TryGetValue(issuer, out var known))
            federated.Add(issuer, known = new Federated(issuer, new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal)));
        foreach (var (name, value) in Conditions(statement))
        {
            if (name.EndsWith(":sub", StringComparison.OrdinalIgnoreCase) || name.EndsWith(":amr", StringComparison.OrdinalIgnoreCase))
                known.Subjects.Add(value);
            else if (name.EndsWith(":aud", StringComparison.OrdinalIgnoreCase))
                known.Audiences.Add(value);
        }

        notes.Add(saml ? $"people who sign in through {AwsNames.LastOf(provider)} (SAML){If(statement)}"
            : $"holders of tokens of {issuer["https://".Length..]}{(known.Subjects.Count > 0 ? $" whose subject is {string.Join(" or ", known.Subjects.Take(3))}" : " (any subject)")}");
    }

    private static string If(JsonElement statement)
    {
        var keys = Conditions(statement).Select(c => c.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return keys.Count == 0 ? string.Empty : $", if {string.Join(", ", keys.Take(3))} is as asked";
    }

    private static IEnumerable<(string Name, string Value)> Conditions(JsonElement statement) =>
        !statement.TryGetProperty("Condition", out var condition) || condition.ValueKind != JsonValueKind.Object ? []
            : condition.EnumerateObject().Where(o => o.Value.ValueKind == JsonValueKind.Object).SelectMany(o => o.Value.EnumerateObject())
                .SelectMany(k => (k.Value.ValueKind == JsonValueKind.Array ? k.Value.EnumerateArray() : Enumerable.Repeat(k.Value, 1)).Where(v => v.ValueKind == JsonValueKind.String).Select(v => (k.Name, v.GetString()!)));

    private static KeyValuePair<string, JsonElement> Pair<T>(string name, T value) => KeyValuePair.Create(name, JsonSerializer.SerializeToElement(value));

    private sealed record Federated(string Issuer, SortedSet<string> Subjects, SortedSet<string> Audiences);
}
