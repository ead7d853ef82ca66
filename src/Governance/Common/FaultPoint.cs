using System.Diagnostics;
using System.Globalization;

namespace Governance.Common;

/// <summary>
/// A named place before or after a commit or a send where tests kill the process to see what the survivor believes.
/// Does nothing unless the environment sets <c>GOVERNANCE_FAULT=name:n</c> (the n-th passage, from 1; <c>*</c> counts every point).
/// </summary>
public static class FaultPoint
{
    private static readonly (string Name, int Passage)? Armed = Read(Environment.GetEnvironmentVariable("GOVERNANCE_FAULT"));
    private static int passages;

    /// <summary>For tests within one process: sees each point that the current flow passes, and may throw there.</summary>
    internal static AsyncLocal<Action<string>?> Watch { get; } = new();

    /// <summary>Passes the point; the armed passage of the armed name ends the process as SIGKILL would.</summary>
    public static void Pass(string name)
    {
        Watch.Value?.Invoke(name);
        if (Armed is not { } armed || !(armed.Name == "*" || string.Equals(armed.Name, name, StringComparison.Ordinal)))
            return;
        if (Interlocked.Increment(ref passages) == armed.Passage)
            Process.GetCurrentProcess().Kill();
    }

    private static (string, int)? Read(string? setting)
    {
        if (string.IsNullOrEmpty(setting))
            return null;
        var colon = setting.LastIndexOf(':');
        return colon < 0 ? (setting, 1) : (setting[..colon], int.Parse(setting[(colon + 1)..], CultureInfo.InvariantCulture));
    }
}
