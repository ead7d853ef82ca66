namespace Governance.Inventory;

/// <summary>Environment variables that MCP servers take secrets in, and whose they are (from docker/mcp-registry, MIT, and vendors' documentation).</summary>
internal static class McpVariables
{
    private static readonly Lazy<Dictionary<string, string>> Services = new(Load);

    /// <summary>The service whose secret the variable holds; null when not known.</summary>
    public static string? ServiceOf(string variable) => Services.Value.GetValueOrDefault(variable);

    private static Dictionary<string, string> Load()
    {
        using var stream = typeof(McpVariables).Assembly.GetManifestResourceStream("Governance.Inventory.mcp-variables.csv")!;
        return CsvTable.Read(stream, "variable,service").ToDictionary(r => r["variable"]!, r => r["service"]!, StringComparer.OrdinalIgnoreCase);
    }
}
