namespace Governance.Inventory;

/// <summary>Which field a column seems to be, by its name alone. A proposal: a person decides.</summary>
public static class MapProposal
{
    /// <summary>Names in other systems, without case, spaces and signs; the first that a file has wins.</summary>
    private static readonly Dictionary<string, string[]> Names = new(StringComparer.Ordinal)
    {
        ["external_id"] = ["externalid", "id", "objectid", "uniqueid", "uid", "uuid", "guid", "accountid", "identityid", "principalid", "clientid", "appid", "arn", "sid", "objectguid", "distinguishedname", "dn", "key", "email"],
        ["name"] = ["name", "displayname", "accountname", "identityname", "principalname", "username", "samaccountname", "login", "title", "label", "appname", "clientname", "cn"],
        ["kind"] = ["kind", "type", "identitytype", "accounttype", "principaltype", "category"],
        ["description"] = ["description", "notes", "comment", "comments", "details"],
        ["environment"] = ["environment", "env", "stage", "tier"],
        ["enabled"] = ["enabled", "active", "isactive", "isenabled", "accountenabled"],
        ["publisher"] = ["publisher", "vendor", "supplier", "provider"],
        ["owner"] = ["owner", "owneremail", "ownermail", "ownername", "owneremailaddress", "accountowner", "responsible", "contact", "team", "managedby", "manager"],
        ["creator"] = ["creator", "createdby", "requestedby", "requester"],
        ["tool"] = ["tool", "aitool", "application", "product", "service"],
        ["autonomy"] = ["autonomy"],
        ["purpose"] = ["purpose", "usage", "businessjustification", "justification", "reason"],
        ["created_at"] = ["createdat", "created", "creationdate", "createddate", "createdon", "creationtime", "whencreated", "datecreated"],
        ["last_used_at"] = ["lastusedat", "lastused", "lastlogin", "lastlogindate", "lastlogon", "lastsignin", "lastseen", "lastactivity", "lastaccessed"],
        ["expires_at"] = ["expiresat", "expires", "expirydate", "expirationdate", "expiration", "validuntil", "enddate"],
        ["parent_id"] = ["parentid", "parent"],
        ["credentials"] = ["credentials"],
        ["entitlements"] = ["entitlements", "permissions", "roles", "scopes", "access", "groups"],
    };

    /// <summary>Column to field; each field once.</summary>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyCollection<string> columns)
    {
        var proposed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, names) in Names)
        {
            var column = names.Select(n => columns.FirstOrDefault(c => Plain(c) == n && !proposed.ContainsKey(c))).FirstOrDefault(c => c is not null);
            if (column is not null)
                proposed.Add(column, field);
        }

        return proposed;
    }

    private static string Plain(string column) => string.Concat(column.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
