using System.Text.Json;

namespace Governance.Connectors.Entra;

/// <summary>Where each list's changes were followed to, and how many runs ago everything was read.</summary>
internal sealed record GraphCursor(string ServicePrincipals, string Applications, string Grants, int Runs)
{
    public static GraphCursor? Parse(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<GraphCursor>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this);
}
