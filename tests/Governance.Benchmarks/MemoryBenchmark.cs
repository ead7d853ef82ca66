using System.Diagnostics;
using System.Globalization;
using Governance.Persistence;

namespace Governance.Benchmarks;

/// <summary>Peak memory of an import, in a process of its own, at a tenth of the rows and at all.</summary>
internal static class MemoryBenchmark
{
    public static async Task<int> RunAsync(DatabaseProvider provider, int rows)
    {
        var (few, many) = (await ChildAsync(provider, rows / 10), await ChildAsync(provider, rows));
        Print.Line($"{provider}, peak resident memory at {rows / 10}", $"{few / 1024} MiB");
        Print.Line($"{provider}, peak resident memory at {rows}", $"{many / 1024} MiB");
        Print.Line("ratio", Print.Ratio((double)many / few), "<= 1.30 x");
        return 0;
    }

    public static async Task<int> OneAsync(DatabaseProvider provider, int rows)
    {
        await using var installation = await Installation.CreateAsync(provider);
        var path = Path.Combine(installation.Folder, "sample.csv");
        Samples.Write(path, rows);
        await installation.ImportAsync(path);
        await installation.ImportAsync(path);
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        Console.WriteLine(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]);
        return 0;
    }

    private static async Task<long> ChildAsync(DatabaseProvider provider, int rows)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { "memory-of-one", "--rows", rows.ToString(CultureInfo.InvariantCulture), "--provider", provider.ToString() })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return long.Parse(output.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
    }
}
