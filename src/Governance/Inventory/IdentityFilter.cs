using System.Text.Json;
using System.Text.Json.Serialization;
using Governance.Lifecycle;

namespace Governance.Inventory;

/// <summary>Which identities: the grid's filter, a campaign's scope, and part of a page's address. Null parts do not narrow.</summary>
public sealed record IdentityFilter
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Words in name, external id, publisher or owner hint.</summary>
    public string? Text { get; init; }

    /// <summary>The whole name, with <c>*</c> for any text: <c>ml-*</c>, <c>*/indexer</c>. Case plays no part.</summary>
    public string? NamePattern { get; init; }

    public Guid? SourceId { get; init; }

    public IdentityKind? Kind { get; init; }

    public Guid? ToolId { get; init; }

    /// <summary>True: only those that act for an AI tool; false: only the others.</summary>
    public bool? ForAiTool { get; init; }

    public Guid? OwnerId { get; init; }

    public OwnerState? OwnerState { get; init; }

    public LifecycleState? State { get; init; }

    /// <summary>At least this risk, 0 to 100.</summary>
    public int? MinimumRisk { get; init; }

    /// <summary>Only those with this finding open.</summary>
    public string? RuleId { get; init; }

    public DeploymentEnvironment? Environment { get; init; }

    /// <summary>True: only those that the last full import no longer named; false or null: without them where the caller says so.</summary>
    public bool? Missing { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static IdentityFilter FromJson(string json) => JsonSerializer.Deserialize<IdentityFilter>(json, Json) ?? new IdentityFilter();
}
