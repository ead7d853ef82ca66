using System.Text.Json.Nodes;
using Governance.Connectors.Kubernetes;
using Governance.Inventory;
using Governance.Revocation;

namespace Governance.Tests.Connectors;

/// <summary>The parts of the Kubernetes API that revoke, as kubernetes.io/docs/reference documents them: JSON patches with resource versions, preconditions on deletion. Never tried against a cluster.</summary>
internal static class KubernetesService
{
    public const string Uid = "0190aaaa-0000-7000-8000-000000000001";

    public static ConnectorTarget Account { get; } = new(Uid, "ml/indexer") { Kind = IdentityKind.ServiceAccount };

    public static async Task<Bench> StartAsync(RevocationVerb verb, ConnectorTarget target)
    {
        var service = await RecordedService.StartAsync();
        service.Authorise = (asked, _) => asked.Authorization == "Bearer " + Bench.Secret ? null : "Unauthorized";
        service.Asks = asked => asked.Method == "GET" || asked.Path.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal);
        var version = 100;
        JsonObject? account = new() { ["metadata"] = new JsonObject { ["name"] = "indexer", ["namespace"] = "ml", ["uid"] = Uid, ["resourceVersion"] = "7" } };
        JsonObject? secret = Secret("0190bbbb-0000-7000-8000-000000000001");
        var bindings = new List<JsonObject>
        {
            Binding("ClusterRoleBinding", null, "readers", "ClusterRole", "view", ("ServiceAccount", "other", "ml"), ("ServiceAccount", "indexer", "ml"), ("User", "ada", null)),
            Binding("RoleBinding", "ml", "writers", "Role", "writer", ("ServiceAccount", "indexer", null)),
            Binding("RoleBinding", "ml", "others", "Role", "reader", ("ServiceAccount", "other", "ml")),
        };
        RecordedService.Reply NotFound() => new(404, new { kind = "Status", status = "Failure", reason = "NotFound", message = "not found", code = 404 });
        RecordedService.Reply Conflict(string why) => new(409, new { kind = "Status", status = "Failure", reason = "Conflict", message = why, code = 409 });
        RecordedService.Reply List(string kind) => new(200, new JsonObject { ["kind"] = kind + "List", ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. bindings.Where(b => b["kind"]!.ToString() == kind).Select(b => b.DeepClone())]) });
        RecordedService.Reply Patch(RecordedService.Call call, JsonObject? binding)
        {
            if (binding is null)
                return NotFound();
            if (!call.Headers.ContentType.ToString().StartsWith("application/json-patch+json", StringComparison.Ordinal) || JsonNode.Parse(call.Asked.Body) is not JsonArray operations)
                throw new BadRequestException("no JSON patch");
            foreach (var operation in operations.Select(o => o!.AsObject()))
            {
                var (op, path) = (operation["op"]!.ToString(), operation["path"]!.ToString());
                if (path == "/metadata/resourceVersion")
                {
                    if (binding["metadata"]!["resourceVersion"]!.ToString() != operation["value"]!.ToString())
                        return Conflict("the object has been modified; please apply your changes to the latest version and try again");
                }
                else if (op == "remove" && path.StartsWith("/subjects/", StringComparison.Ordinal))
                {
                    binding["subjects"]!.AsArray().RemoveAt(int.Parse(path["/subjects/".Length..]));
                    service.Effect($"out of {binding["metadata"]!["name"]}");
                }
                else if (op == "add" && path is "/subjects/-" or "/subjects")
                {
                    if (path == "/subjects")
                        binding["subjects"] = operation["value"]!.DeepClone();
                    else
                        binding["subjects"]!.AsArray().Add(operation["value"]!.DeepClone());
                    service.Effect($"into {binding["metadata"]!["name"]}");
                }
                else
                {
                    throw new BadRequestException($"{op} {path}");
                }
            }

            binding["metadata"]!["resourceVersion"] = (++version).ToString();
            return new(200, binding.DeepClone());
        }

        RecordedService.Reply Delete(RecordedService.Call call, JsonObject? there, Action remove, string effect)
        {
            if (there is null)
                return NotFound();
            if (call.Json["preconditions"]?["uid"]?.ToString() is not { } uid)
                throw new BadRequestException("a deletion without its uid as precondition");
            if (uid != there["metadata"]!["uid"]!.ToString())
                return Conflict("the UID in the precondition does not match");
            remove();
            service.Effect(effect);
            return new(200, new { kind = "Status", status = "Success" });
        }

        service.On("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", c => new(201, new { kind = "SelfSubjectAccessReview", status = new { allowed = c.Json["spec"]?["resourceAttributes"]?["verb"] is not null } }));
        service.On("GET", "/api/v1/namespaces/{ns}/serviceaccounts/{name}", c => c["ns"] == "ml" && c["name"] == "indexer" && account is not null ? new(200, account.DeepClone()) : NotFound());
        service.On("PATCH", "/api/v1/namespaces/{ns}/serviceaccounts/{name}", c =>
        {
            if (!c.Headers.ContentType.ToString().StartsWith("application/merge-patch+json", StringComparison.Ordinal))
                throw new BadRequestException("no merge patch");
            var metadata = JsonNode.Parse(c.Asked.Body)!["metadata"]!.AsObject();
            if (metadata["uid"]!.ToString() != account!["metadata"]!["uid"]!.ToString())
                return Conflict("uid is immutable");
            var annotations = account["metadata"]!["annotations"] as JsonObject;
            if (annotations is null)
                account["metadata"]!["annotations"] = annotations = [];
            foreach (var (name, value) in metadata["annotations"]!.AsObject())
            {
                if (value is null)
                    annotations.Remove(name);
                else
                    annotations[name] = value.DeepClone();
                service.Effect($"annotation {(value is null ? "removed" : "set")}");
            }

            return new(200, account.DeepClone());
        });
        service.On("DELETE", "/api/v1/namespaces/{ns}/serviceaccounts/{name}", c => Delete(c, account, () => account = null, "account deleted"));
        service.On("GET", "/api/v1/namespaces/{ns}/secrets/{name}", c =>
        {
            if (!c.Headers.Accept.ToString().Contains("PartialObjectMetadata", StringComparison.Ordinal))
                throw new BadRequestException("asked for the token itself");
            return c["name"] == "indexer-token" && secret is not null ? new(200, secret.DeepClone()) : NotFound();
        });
        service.On("DELETE", "/api/v1/namespaces/{ns}/secrets/{name}", c => Delete(c, secret, () => secret = null, "secret deleted"));
        service.On("POST", "/api/v1/namespaces/{ns}/secrets", c =>
        {
            if (secret is not null)
                return Conflict("already exists");
            if (c.Json["type"]?.ToString() != "kubernetes.io/service-account-token" || c.Json["metadata"]?["annotations"]?["kubernetes.io/service-account.name"]?.ToString() != "indexer")
                throw new BadRequestException("no token Secret of the account");
            secret = Secret("0190bbbb-0000-7000-8000-000000000002");
            service.Effect("secret made");
            return new(201, secret.DeepClone());
        });
        service.On("GET", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", _ => List("ClusterRoleBinding"));
        service.On("GET", "/apis/rbac.authorization.k8s.io/v1/rolebindings", _ => List("RoleBinding"));
        foreach (var path in (string[])["/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{name}", "/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings/{name}"])
        {
            JsonObject? Find(string name) => bindings.Find(b => b["metadata"]!["name"]!.ToString() == name);
            service.On("GET", path, c => Find(c["name"]) is { } found ? new(200, found.DeepClone()) : NotFound());
            service.On("PATCH", path, c => Patch(c, Find(c["name"])));
        }

        return new Bench
        {
            Service = service,
            Kind = new KubernetesKind(TimeProvider.System),
            Settings = new(StringComparer.Ordinal) { ["server"] = service.Url },
            Target = target,
            Verb = verb,
            TakeName = () => account!["metadata"]!["uid"] = "0190aaaa-0000-7000-8000-00000000ffff",
        };
    }

    private static JsonObject Secret(string uid) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["metadata"] = new JsonObject { ["name"] = "indexer-token", ["namespace"] = "ml", ["uid"] = uid, ["annotations"] = new JsonObject { ["kubernetes.io/service-account.name"] = "indexer" } },
    };

    private static JsonObject Binding(string kind, string? space, string name, string roleKind, string role, params (string Kind, string Name, string? Space)[] subjects)
    {
        var metadata = new JsonObject { ["name"] = name, ["uid"] = "uid-" + name, ["resourceVersion"] = "1" };
        if (space is not null)
            metadata["namespace"] = space;
        return new JsonObject
        {
            ["kind"] = kind,
            ["metadata"] = metadata,
            ["roleRef"] = new JsonObject { ["kind"] = roleKind, ["name"] = role },
            ["subjects"] = new JsonArray([.. subjects.Select(s => s.Space is null ? new JsonObject { ["kind"] = s.Kind, ["name"] = s.Name } : new JsonObject { ["kind"] = s.Kind, ["name"] = s.Name, ["namespace"] = s.Space })]),
        };
    }
}
