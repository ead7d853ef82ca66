namespace Governance.Inventory;

/// <summary>
/// Ids of Google Cloud. A service account is keyed by address and unique id (<c>a@p.iam.gserviceaccount.com#1122</c>): policies and keys name the
/// address only, and one that is made anew under an old address is another one. A file that names the address alone gives just that, until another tells whose it is.
/// </summary>
internal static class GcpNames
{
    public static string Key(string email, string? uniqueId) => uniqueId is null ? email : $"{email}#{uniqueId}";

    /// <summary>The part of a resource's name after a word: <c>projects/p/serviceAccounts/a@b/keys/1</c> after <c>serviceAccounts</c> is <c>a@b</c>.</summary>
    public static string? After(string name, string word)
    {
        var from = name.IndexOf($"{word}/", StringComparison.Ordinal);
        if (from < 0)
            return null;
        var rest = name[(from + word.Length + 1)..];
        var to = rest.IndexOf('/', StringComparison.Ordinal);
        return to < 0 ? rest : rest[..to];
    }

    /// <summary>A resource as people write it: <c>//cloudresourcemanager.googleapis.com/projects/p</c> is <c>projects/p</c>.</summary>
    public static string Resource(string name)
    {
        var plain = name.TrimStart('/');
        return plain.StartsWith("cloudresourcemanager.googleapis.com/", StringComparison.Ordinal) ? plain["cloudresourcemanager.googleapis.com/".Length..] : plain;
    }

    /// <summary>The pool that a federated principal belongs to; null for others.</summary>
    public static string? PoolOf(string name)
    {
        var pool = name.IndexOf("/workloadIdentityPools/", StringComparison.Ordinal);
        var from = name.IndexOf("projects/", StringComparison.Ordinal);
        if (pool < 0 || from < 0 || from > pool)
            return null;
        var end = name.IndexOf('/', pool + "/workloadIdentityPools/".Length);
        return end < 0 ? name[from..] : name[from..end];
    }
}
