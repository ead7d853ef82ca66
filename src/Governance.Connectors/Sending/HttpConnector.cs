using Governance.Common;
using Governance.Revocation;

namespace Governance.Connectors.Sending;

/// <summary>
/// A connector over HTTP. A plan is made from what is there now and holds only the calls that are still missing, so that a half-done one goes on where it
/// stopped; a dry run shows the plan, a run sends it.
/// </summary>
internal abstract class HttpConnector(ConnectorHttp http) : IConnector
{
    protected ConnectorHttp Http { get; } = http;

    public abstract Task<Observation> ObserveAsync(ConnectorTarget target, CancellationToken ct);

    public abstract Task<Outcome<string>> TestAsync(CancellationToken ct);

    /// <summary>The calls that are still missing; reads what it must, changes nothing.</summary>
    protected abstract Task<IReadOnlyList<ConnectorCall>> PlanAsync(ConnectorCommand command, CancellationToken ct);

    public async Task<IReadOnlyList<string>> DescribeAsync(ConnectorCommand command, CancellationToken ct) => [.. (await PlanAsync(command, ct)).Select(c => c.ToString())];

    public async Task<string> SendAsync(ConnectorCommand command, CancellationToken ct)
    {
        var calls = await PlanAsync(command, ct);
        foreach (var call in calls)
            await Http.SendAsync(call, ct);
        return SettingText.Digest(string.Join('\n', calls));
    }

    public virtual ValueTask DisposeAsync()
    {
        Http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>What the step can't be done for, in words for a person.</summary>
    protected static ConnectorException Refuse(string why) => new(why, retryable: false);

    /// <summary>Nothing is sent to an object that took the place of the one that was meant.</summary>
    protected static ConnectorException Reused(string what, string expected, string found) =>
        Refuse($"{what} is there, but with the id {found}; the one that was meant has {expected}. Another object took the name, and it is not touched.");

    protected static ConnectorException NoStateBefore() => Refuse("The state before is not known, so there is nothing to restore to.");

    protected static ConnectorException CannotDo(ConnectorCommand command) => Refuse($"This connector cannot {command.Verb.ToString().ToLowerInvariant()} a {command.Target.On.ToString().ToLowerInvariant()} of this kind.");
}

/// <summary>One look of a connection test.</summary>
/// <param name="Path">A read that needs the right.</param>
/// <param name="Title">What can be done with it.</param>
/// <param name="Right">What has to be given when it can't be read.</param>
internal sealed record RightProbe(string Path, string Title, string Right);

internal static class RightProbes
{
    /// <summary>Tries each, changes nothing, and says which rights are missing.</summary>
    public static async Task<Outcome<string>> LookAsync(this ConnectorHttp http, string signedIn, IEnumerable<RightProbe> probes, CancellationToken ct)
    {
        var (seen, missing) = (new List<string>(), new List<string>());
        foreach (var probe in probes)
        {
            try
            {
                await http.FindAsync(probe.Path, ct);
                seen.Add(probe.Title);
            }
            catch (ConnectorException fault) when (fault.OpensBreaker && fault.Message.Contains(" answered 403", StringComparison.Ordinal))
            {
                missing.Add($"{probe.Title} (give it {probe.Right})");
            }
        }

        return missing.Count == 0 ? $"{signedIn} It can see {string.Join(", ", seen)}."
            : new Refusal("connector.rights", $"{signedIn} But it may not see {string.Join(" and ", missing)}.{(seen.Count > 0 ? $" It can see {string.Join(", ", seen)}." : string.Empty)}");
    }
}
