using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Sending;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Connectors.Entra;

/// <summary>Acts on one tenant by Microsoft Graph: sets states, never toggles one, and looks by the object's own id.</summary>
internal sealed class EntraConnector(ConnectorHttp http, Guid client) : HttpConnector(http)
{
    private readonly EntraGrants grants = new(http);

    public override Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct) => target.On switch
    {
        TargetKind.Credential => EntraCredentials.ObserveAsync(Http, Path(target), target, ct),
        TargetKind.Grant => grants.ObserveAsync(Path(target), target, ct),
        _ => ObserveIdentityAsync(target, ct),
    };

    protected override async Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct)
    {
        var target = command.Target;
        return target.On switch
        {
            TargetKind.Credential when command.Verb == RevocationVerb.Delete => await EntraCredentials.PlanAsync(Http, Path(target), target, ct),
            TargetKind.Grant when command.Verb is RevocationVerb.Delete or RevocationVerb.Restore => await grants.PlanAsync(Path(target), command, ct),
            TargetKind.Identity => await PlanIdentityAsync(command, ct),
            _ => throw CannotDo(command),
        };
    }

    /// <summary>Its own application permissions are listed, which every application may read of itself.</summary>
    public override async Task<Outcome<string>> TestAsync(CancellationToken ct)
    {
        var mine = await Http.FindAsync($"v1.0/servicePrincipals(appId='{client:D}')/appRoleAssignments?$top=200", ct);
        if (mine is null)
            return new Refusal("connector.rights", "Signed in, but the application has no service principal in this tenant. Make one: az ad sp create --id <appId>.");
        var held = mine.Value.List("value").Select(r => r.Text("appRoleId")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var lines = new List<string>();
        foreach (var (id, name, does) in EntraRights.Wanted)
            lines.Add($"{name} ({does}): {(held.Contains(id) ? "given" : "not given")}");
        var all = held.Contains(EntraRights.ReadWriteAll);
        if (!all && !held.Contains(EntraRights.ReadWriteOwned))
            return new Refusal("connector.rights", $"Signed in, but it may change nothing. Give it the application permission Application.ReadWrite.All (or .OwnedBy for applications that it owns), with admin consent. {string.Join("; ", lines)}.");
        return $"Signed in. {string.Join("; ", lines)}. What is not given is not needed unless orders ask for it.";
    }

    internal static string Path(ConnectorTarget target)
    {
        if (!Guid.TryParse(target.ExternalId, out var id))
            throw Refuse($"{target.ExternalId} is no object id of Entra.");
        return $"v1.0/{(target.Kind == IdentityKind.Application ? "applications" : "servicePrincipals")}/{id:D}";
    }

    private async Task<Observation> ObserveIdentityAsync(ConnectorTarget target, CancellationToken ct)
    {
        var application = target.Kind == IdentityKind.Application;
        if (await Http.FindAsync(Path(target) + (application ? "?$select=id,appId,displayName,isDisabled" : "?$select=id,appId,displayName,accountEnabled"), ct) is not { } found)
        {
            return await DeletedAsync(target, ct) is { } deleted
                ? new Observation(TargetState.Gone, $"deleted {deleted}, in the tenant's deleted items for 30 days") { Recoverable = true }
                : new Observation(TargetState.Gone, "no such object, neither in the directory nor in its deleted items");
        }

        var enabled = application ? found.Flag("isDisabled") != true : found.Flag("accountEnabled") == true;
        var words = application ? $"isDisabled = {(enabled ? "false" : "true")}" : $"accountEnabled = {(enabled ? "true" : "false")}";
        return new Observation(enabled ? TargetState.Enabled : TargetState.Disabled, words, new EntraPreState(found.Text("id")!, enabled).ToJson()) { ImmutableId = found.Text("id") };
    }

    private async Task<IReadOnlyList<ConnectorCall>> PlanIdentityAsync(ConnectorCommand command, CancellationToken ct)
    {
        var (target, path) = (command.Target, Path(command.Target));
        var application = target.Kind == IdentityKind.Application;
        if (command.Verb is RevocationVerb.Delete or RevocationVerb.Disable && await IsOwnAsync(path, application, ct))
            throw Refuse($"{NeverTouch.Id}: {target.DisplayName} is what this connector signs in with.");
        switch (command.Verb)
        {
            case RevocationVerb.Disable:
                return [Enable(path, application, false)];
            case RevocationVerb.Delete:
                return [ConnectorCall.Delete(path)];
            case RevocationVerb.Restore:
                var before = EntraPreState.Parse(command.PreState) ?? throw NoStateBefore();
                var deleted = await DeletedAsync(target, ct) is not null;
                // Right after the restore the object may not be found yet on every replica: the observation decides, and the next try sets the rest.
                return deleted
                    ? [ConnectorCall.Post($"v1.0/directory/deletedItems/{before.Id}/restore"), Enable(path, application, before.Enabled) with { Settled = [404] }]
                    : [Enable(path, application, before.Enabled)];
            default:
                throw CannotDo(command);
        }
    }

    private static ConnectorCall Enable(string path, bool application, bool enabled) =>
        ConnectorCall.Patch(path, application ? JsonSerializer.Serialize(new { isDisabled = !enabled }) : JsonSerializer.Serialize(new { accountEnabled = enabled }));

    private async Task<string?> DeletedAsync(ConnectorTarget target, CancellationToken ct) =>
        await Http.FindAsync($"v1.0/directory/deletedItems/{Guid.Parse(target.ExternalId):D}", ct) is { } item ? item.Text("deletedDateTime") ?? "at an unknown time" : null;

    private async Task<bool> IsOwnAsync(string path, bool application, CancellationToken ct) =>
        await Http.FindAsync(path + "?$select=id,appId,displayName," + (application ? "isDisabled" : "accountEnabled"), ct) is { } found && Guid.TryParse(found.Text("appId"), out var app) && app == client;
}

/// <summary>What a restore brings back, and of which object.</summary>
internal sealed record EntraPreState(string Id, bool Enabled)
{
    public string ToJson() => JsonSerializer.Serialize(this);

    public static EntraPreState? Parse(string? json) => json is null ? null : JsonSerializer.Deserialize<EntraPreState>(json);
}

/// <summary>Application permissions of Microsoft Graph, by the ids that every tenant has.</summary>
internal static class EntraRights
{
    public const string ReadWriteAll = "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9";
    public const string ReadWriteOwned = "18a4783c-866b-4cc7-a460-3d5e5662c884";

    public static readonly (string Id, string Name, string Does)[] Wanted =
    [
        (ReadWriteAll, "Application.ReadWrite.All", "disable, delete, restore, remove secrets"),
        (ReadWriteOwned, "Application.ReadWrite.OwnedBy", "the same for what it owns only"),
        ("8e8e4742-1d95-4f68-9d56-6ee75648c72a", "DelegatedPermissionGrant.ReadWrite.All", "remove delegated grants"),
        ("06b708a9-e830-4db3-a914-8e69da51d44f", "AppRoleAssignment.ReadWrite.All", "remove application roles"),
    ];
}
