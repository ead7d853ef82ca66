using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Governance.Persistence;

namespace Governance.E2E.Support;

/// <summary>The console as it is shipped: a process of its own on a free port, which can be killed as an operating system kills.</summary>
public sealed partial class ConsoleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly TaskCompletionSource<string> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ConsoleProcess(Process process) => this.process = process;

    /// <summary>Where it listens: <c>http://127.0.0.1:41234</c>.</summary>
    public string Address { get; private set; } = string.Empty;

    /// <summary>The one-time code that it printed; null when the console is set up.</summary>
    public string? SetupCode { get; private set; }

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <param name="dataDirectory">Its data folder.</param>
    /// <param name="fault">A fault point at which it shall kill itself: <c>import.staged:1</c>.</param>
    /// <param name="arguments">For the command line: <c>--demo</c>.</param>
    public static async Task<ConsoleProcess> StartAsync(string dataDirectory, string? fault = null, params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Path.Combine(DataDirectory.HomeDirectory(), "src", "Governance.Web", "bin", configuration, "net10.0", "Governance.Web.dll");
        File.Exists(program).ShouldBeTrue($"{program} is missing: build the solution first");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.Combine(DataDirectory.HomeDirectory(), "src", "Governance.Web") };
        foreach (var argument in (string[])[program, "--urls", "http://127.0.0.1:0", .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["Governance__DataDirectory"] = dataDirectory;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment.Remove("GOVERNANCE_FAULT");
        if (fault is not null)
            start.Environment["GOVERNANCE_FAULT"] = fault;
        var console = new ConsoleProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        await console.RunAsync();
        return console;
    }

    /// <summary>SIGKILL: nothing is flushed, no handler runs.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>Waits until the process has ended by itself.</summary>
    public async Task EndedAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private async Task RunAsync()
    {
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("The console ended before it was ready:\n" + Output));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            Address = await ready.Task.WaitAsync(Patience);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        lock (output)
            output.AppendLine(line);
        if (SetupLine().Match(line) is { Success: true } setup)
        {
            SetupCode = setup.Groups["code"].Value;
            ready.TrySetResult(setup.Groups["address"].Value);
        }
        else if (ReadyLine().Match(line) is { Success: true } started)
        {
            ready.TrySetResult(started.Groups["address"].Value);
        }
    }

    [GeneratedRegex(@"Open (?<address>http://\S+)/setup and enter this code: (?<code>\S+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SetupLine();

    [GeneratedRegex(@"The console is ready at ""?(?<address>http://[^\s""]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ReadyLine();
}
