using System.Text.Json;

namespace Governance.Inventory;

/// <summary>What runs as an account: images, and the names of environment variables (never a value), of pods and of what makes pods.</summary>
internal sealed class KubernetesWorkloads
{
    private const int Most = 50;
    private readonly Dictionary<string, (SortedSet<string> Images, SortedSet<string> Variables)> accounts = new(StringComparer.Ordinal);

    public static bool IsWorkload(string kind) => kind is "Pod" or "Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet" or "Job" or "CronJob";

    public void Add(JsonElement e, string kind)
    {
        var spec = e.Inner("spec");
        if (kind == "CronJob")
            spec = spec.Inner("jobTemplate").Inner("spec");
        if (kind != "Pod")
            spec = spec.Inner("template").Inner("spec");
        if (spec.ValueKind != JsonValueKind.Object || e.Inner("metadata").Text("namespace") is not { } space)
            return;
        var account = $"{space}/{spec.Text("serviceAccountName", "serviceAccount") ?? "default"}";
        if (!accounts.TryGetValue(account, out var known))
            accounts.Add(account, known = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal)));
        foreach (var container in spec.List("containers").Concat(spec.List("initContainers")))
        {
            if (container.Text("image") is { } image && known.Images.Count < Most)
                known.Images.Add(image);
            foreach (var variable in container.List("env").Select(v => v.Text("name")).OfType<string>().TakeWhile(_ => known.Variables.Count < Most))
                known.Variables.Add(variable);
        }
    }

    public (IReadOnlyCollection<string> Images, IReadOnlyCollection<string> Variables) Of(KubernetesAccountKey key) => accounts.TryGetValue(key.Text, out var known) ? known : ([], []);
}
