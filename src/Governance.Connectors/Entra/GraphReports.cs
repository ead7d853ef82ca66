using System.Text.Json;
using Governance.Connectors.Outbound;

namespace Governance.Connectors.Entra;

/// <summary>Which of them to read; each needs a permission of its own.</summary>
/// <param name="DirectoryRoles">Roles in the directory.</param>
/// <param name="SignIns">When applications and their credentials were last used.</param>
internal sealed record GraphParts(bool DirectoryRoles, bool SignIns);

/// <summary>What Graph keeps apart from the objects: roles in the directory, and last use. Of principals that were not read it tells nothing.</summary>
internal sealed class GraphReports(GraphObjects objects, GraphBatch batch, List<string> notes)
{
    public const string RolesPermission = "RoleManagement.Read.Directory";
    public const string SignInsPermission = "AuditLog.Read.All";
    public const string Assignments = "roleManagement/directory/roleAssignments";
    public const string SignIns = "reports/servicePrincipalSignInActivities";
    private const string Definitions = "v1.0/roleManagement/directory/roleDefinitions?$select=id,templateId,displayName,isBuiltIn";

    /// <summary>All assignments. False when they may not be read.</summary>
    public async Task<bool> DirectoryRolesAsync(CancellationToken ct)
    {
        try
        {
            await objects.CopyAsync(Definitions, "roleDefinitions", "definitions of directory roles", ct);
            await objects.CopyAsync("v1.0/" + Assignments, "roleAssignments", "directory roles", ct);
            return true;
        }
        catch (FeedHttpException fault) when (fault.Status == 403)
        {
            notes.Add($"Directory roles could not be read: give the application {RolesPermission} with admin consent, or switch them off. Until then nothing is called missing.");
            return false;
        }
    }

    /// <summary>The roles of some principals, when only changes are read; a list that may not be read is left to the next whole run, which says so.</summary>
    public async Task DirectoryRolesAsync(IReadOnlyCollection<string> principals, CancellationToken ct)
    {
        try
        {
            var held = new List<JsonElement>();
            foreach (var part in principals.Chunk(GraphBatch.Size))
            {
                foreach (var (_, answers) in await batch.GetAsync([.. part.Select(id => $"/{Assignments}?$filter=principalId eq '{Uri.EscapeDataString(id)}'")], ct))
                    held.AddRange(answers);
            }

            if (held.Count == 0)
                return;
            await objects.CopyAsync(Definitions, "roleDefinitions", "definitions of directory roles", ct);
            await objects.WriteAsync("roleAssignments", held, ct);
        }
        catch (FeedHttpException fault) when (fault.Status == 403)
        {
            notes.Add("Directory roles could not be read.");
        }
    }

    /// <summary>Both reports; not being allowed to read them makes nothing missing, since last use then stays as it was known.</summary>
    /// <param name="ids">Object ids of the principals and applications that were read.</param>
    /// <param name="apps">Their application ids.</param>
    /// <param name="ct">Stops.</param>
    public async Task SignInsAsync(IReadOnlySet<string> ids, IReadOnlySet<string> apps, CancellationToken ct)
    {
        try
        {
            await objects.EachPageAsync($"beta/{SignIns}?$top=999", "sign-ins", page => objects.WriteAsync("servicePrincipalSignInActivities",
                [.. page.Items("value").Where(o => GraphObjects.Text(o, "appId") is { } id && apps.Contains(id))], ct), ct);
            await objects.EachPageAsync("beta/reports/appCredentialSignInActivities?$top=999", "use of credentials", page => objects.WriteAsync("appCredentialSignInActivities",
                [.. page.Items("value").Where(o => GraphObjects.Text(o, GraphObjects.Text(o, "credentialOrigin") == "servicePrincipal" ? "servicePrincipalObjectId" : "appObjectId") is { } id && ids.Contains(id))], ct), ct);
        }
        catch (FeedHttpException fault) when (fault.Status is 400 or 403 or 404 or 501)
        {
            notes.Add($"Last use could not be read: it needs {SignInsPermission} with admin consent and Microsoft Entra ID P1 (the source answered {fault.Status}). It stays as it was known; switch it off if the tenant has none.");
        }
    }
}
