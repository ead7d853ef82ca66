namespace Governance.Inventory;

/// <summary>What an MCP server is: the package or image that its command starts, or its address; without version.</summary>
internal static class McpTool
{
    /// <summary>Flags of package runners that take a value.</summary>
    private static readonly HashSet<string> WithValue = new(StringComparer.Ordinal)
    {
        "-e", "--env", "--env-file", "-v", "--volume", "--mount", "--name", "-p", "--publish", "--network", "--net", "-w", "--workdir", "-u", "--user", "--entrypoint", "--add-host", "--platform", "--cwd", "--prefix",
        "--directory", "--python", "--with", "--index-url", "--registry", "--label", "-l", "--pull", "--gpus", "--memory", "--cpus",
    };

    public static string? Of(IReadOnlyList<string> command, string? address)
    {
        if (address is not null)
            return address;
        if (command.Count == 0)
            return null;
        var program = command[0].Replace('\\', '/');
        program = program[(program.LastIndexOf('/') + 1)..];
        program = program.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) || program.EndsWith(".cmd", StringComparison.OrdinalIgnoreCase) ? program[..^4] : program;
        var args = command.Skip(1).ToList();
        if (string.Equals(program, "cmd", StringComparison.OrdinalIgnoreCase) && args.Count > 1 && string.Equals(args[0], "/c", StringComparison.OrdinalIgnoreCase))
            return Of(args.Skip(1).ToList(), null);
        if (program is "bash" or "sh" or "zsh" && args is ["-c" or "-lc", var line, ..])
            return Of(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), null);
        return program switch
        {
            "docker" or "podman" => Image(args.SkipWhile(a => a is "run" or "container")),
            "npx" or "bunx" or "pnpx" or "pnpm" or "yarn" or "bun" or "npm" => Package(args.SkipWhile(a => a is "dlx" or "exec" or "run" or "x").ToList()),
            "uvx" or "uv" or "pipx" => After(args, "--from") ?? Package(args.SkipWhile(a => a is "tool" or "run").ToList()),
            "python" or "python3" or "py" => After(args, "-m") ?? Script(args),
            "node" or "deno" or "dotnet" or "java" or "ruby" or "php" => After(args, "-jar") ?? Script(args),
            _ => program,
        } ?? program;
    }

    /// <summary><c>mcp-remote</c> only forwards: the address after it is the server.</summary>
    private static string? Package(List<string> args)
    {
        var plain = Plain(args).ToList();
        return plain.Count == 0 ? null : Unversioned(plain[0]) is "mcp-remote" or "supergateway" or "mcp-proxy" && args.Find(a => a.StartsWith("http", StringComparison.Ordinal)) is { } address ? address : Unversioned(plain[0]);
    }

    private static string? Image(IEnumerable<string> args) => Plain(args).FirstOrDefault() is { } image ? Untagged(image.Split('@')[0]) : null;

    private static string Untagged(string image) => image.LastIndexOf(':') is > 0 and var colon && image.IndexOf('/', colon) < 0 ? image[..colon] : image;

    private static string? Script(List<string> args) => Plain(args).FirstOrDefault(a => a != "run") is { } script ? script.Replace('\\', '/').Split('/')[^1] : null;

    private static string? After(List<string> args, string flag) => args.IndexOf(flag) is >= 0 and var at && at + 1 < args.Count ? Unversioned(args[at + 1]) : null;

    private static IEnumerable<string> Plain(IEnumerable<string> args)
    {
        var skip = false;
        foreach (var arg in args)
        {
            if (skip)
                skip = false;
            else if (WithValue.Contains(arg))
                skip = true;
            else if (!arg.StartsWith('-') && arg.Length > 0)
                yield return arg;
        }
    }

    private static string Unversioned(string package)
    {
        if (package.Contains("://", StringComparison.Ordinal))
            return package;
        var at = package.LastIndexOf('@');
        package = at > 0 ? package[..at] : package;
        var equals = package.IndexOf("==", StringComparison.Ordinal);
        return equals > 0 ? package[..equals] : package;
    }
}
