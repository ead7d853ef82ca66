using System.Text;

namespace Governance.Web.Demo;

/// <summary>Writes the documented table of identities.</summary>
internal static class DemoTable
{
    public static string ToCsv(IEnumerable<DemoIdentity> identities, DateTimeOffset asOf)
    {
        var csv = new StringBuilder("external_id,name,kind,description,environment,enabled,publisher,owner,creator,tool,autonomy,created_at,last_used_at,expires_at,credentials,entitlements,parent_id,azure.workload.identity/client-id\n");
        foreach (var i in identities)
        {
            csv.Append(DemoCsv.Row(
                i.ExternalId, i.Name, i.Kind, i.Description, i.Environment, i.Enabled ? "true" : "false", i.Publisher, i.Truth?.Tag, i.Truth?.Creator, i.Tool, i.Autonomy,
                DemoCsv.Time(i.Created), i.NeverUsed ? "never" : DemoCsv.Time(i.LastUsedAsOf(asOf)), DemoCsv.Time(i.Expires),
                string.Join(';', i.Credentials.Where(c => c.Created <= asOf).Select(c => Credential(i, c, asOf))),
                string.Join(';', i.Grants.Select(g => $"{(g.Privileged ? "!" : string.Empty)}{g.Permission}@{g.Resource}")),
                i.Parent, i.ClientId));
        }

        return csv.ToString();
    }

    private static string Credential(DemoIdentity identity, DemoCredential c, DateTimeOffset asOf) =>
        $"{c.Id}|{c.Kind}|{DemoCsv.Time(c.Created)}|{(c.NeverExpires ? "never" : DemoCsv.Time(c.Expires))}|{(identity.NeverUsed ? "never" : DemoCsv.Time(identity.LastUsedAsOf(asOf)))}";
}
