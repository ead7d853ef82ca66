using Governance.Common;
using Governance.Lifecycle;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Governance.Inventory;

/// <summary>What kind of non-human identity it is.</summary>
public enum IdentityKind
{
    Other,
    ServicePrincipal,
    Application,
    ManagedIdentity,
    ServiceAccount,
    MachineUser,
    Role,
    ApiToken,
    OAuthGrant,
    AppInstallation,
    Agent,
    McpServer,
    DatabaseRole,
    Workload,
}

public enum DeploymentEnvironment
{
    Unknown,
    Production,
    Test,
    Development,
}

/// <summary>How freely the AI tool behind the identity acts.</summary>
public enum Autonomy
{
    Unknown,

    /// <summary>Acts on behalf of a signed-in user.</summary>
    Assistive,

    /// <summary>Acts by itself, a human approves the steps that matter.</summary>
    Supervised,

    /// <summary>Acts by itself.</summary>
    Autonomous,
}

/// <summary>What the source says of use. "Never" and "not reported" are different answers.</summary>
public enum UsageState
{
    NotReported,
    NeverUsed,

    /// <summary>Last used at the time beside it.</summary>
    Used,

    /// <summary>Not used in the window that the source keeps.</summary>
    OutsideWindow,
}

/// <summary>Where ownership stands; kept on the identity so that lists and rules need no join.</summary>
public enum OwnerState
{
    None,

    /// <summary>Someone was asked and has not answered.</summary>
    Proposed,

    Accepted,

    /// <summary>The accepted owner has left.</summary>
    Orphaned,
}

/// <summary>
/// A non-human identity in one source, keyed by (source, external id). What imports say and what people decided stand side by side;
/// an import never overwrites a decision (owner, tool, lifecycle).
/// </summary>
public sealed class Identity
{
    public required Guid Id { get; init; }

    public required Guid SourceId { get; init; }

    /// <summary>The source's own immutable id. Names are never keys.</summary>
    public required string ExternalId { get; init; }

    public IdentityKind Kind { get; set; }

    public required string DisplayName { get; set; }

    public string? Description { get; set; }

    /// <summary>Whether the source lets it sign in.</summary>
    public Reported Enabled { get; set; }

    public DeploymentEnvironment Environment { get; set; }

    public string? Publisher { get; set; }

    /// <summary>The parent application that it inherits access from, by external id.</summary>
    public string? ParentExternalId { get; set; }

    /// <summary>Owner, creator or tag as the source words it. A hint, never an owner.</summary>
    public string? OwnerHint { get; set; }

    /// <summary>Who made it in the source, as the source words it: a mail address or a name.</summary>
    public string? CreatorHint { get; set; }

    /// <summary>Purpose as the source or the requester words it.</summary>
    public string? Purpose { get; set; }

    public DateTimeOffset? CreatedInSourceAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public UsageState Usage { get; set; }

    /// <summary>The end date of the identity itself, as the source or a person set it.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The person who set the end here; from then on no import changes it.</summary>
    public string? EndDecidedBy { get; set; }

    /// <summary>Whether any grant it holds is privileged by the source's own rules.</summary>
    public Reported Privileged { get; set; }

    /// <summary>Fields of the source that have no column here, as JSON; secrets removed before they get here (I-11).</summary>
    public required string Attributes { get; set; }

    /// <summary>
    /// SHA-256 of what the import says of it and its credentials; equal means unchanged. Grants are compared one by one, since another file
    /// may bring them. Empty: seen only through a grant, no file named the identity itself yet.
    /// </summary>
    public required string ContentHash { get; set; }

    /// <summary>
    /// SHA-256 of all that the last merged record said: fields, credentials, grants, tool. A record with the same hash is surely unchanged, and nothing
    /// of it is written or compared further.
    /// </summary>
    public string? RecordHash { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>When an import last named it. A full import that finds it unchanged moves only its source's time: see <see cref="Source.LastFullImportAt"/>.</summary>
    public DateTimeOffset LastSeenAt { get; set; }

    public Guid LastChangedRunId { get; set; }

    /// <summary>Since when a full import no longer names it; never deleted for that.</summary>
    public DateTimeOffset? MissingSince { get; set; }

    public Guid? ToolId { get; set; }

    /// <summary>Why it is said to act for the tool: which rule matched what, or who decided it.</summary>
    public string? ToolEvidence { get; set; }

    /// <summary>The person who chose the tool; from then on no import changes it.</summary>
    public string? ToolDecidedBy { get; set; }

    /// <summary>The decision for many identities that this one follows; null where it was chosen for this one alone.</summary>
    public Guid? ToolDecisionId { get; set; }

    public Guid? OwnerId { get; set; }

    public OwnerState OwnerState { get; set; }

    /// <summary>Since when it has had no accepted owner; null while it has one. The grace of the sweep counts from here.</summary>
    public DateTimeOffset? UnownedSince { get; set; }

    /// <summary>Who asked for it or made it in the source, where matched to a person; for separation of duties (NIST SP 800-53 AC-5).</summary>
    public Guid? CreatorId { get; set; }

    public LifecycleState State { get; set; }

    public DateTimeOffset StateSince { get; set; }

    public DateTimeOffset? LastCertifiedAt { get; set; }

    /// <summary>Open findings weighed into one number from 0 to 99; see Findings.</summary>
    public int Risk { get; set; }

    /// <summary>The points that the risk is made of; those of a tool's identities add up to the tool's.</summary>
    public int Exposure { get; set; }

    /// <summary>Renewed on each save; two writers can't overwrite each other unseen.</summary>
    public Guid Version { get; set; }
}

internal sealed class IdentityConfiguration : IEntityTypeConfiguration<Identity>
{
    /// <summary>By name, of those that act for an AI tool.</summary>
    public const string ForAiTools = "IX_Identities_ForAiTools";

    /// <summary>By name, of those that the last full import no longer named.</summary>
    public const string Missing = "IX_Identities_Missing";

    public void Configure(EntityTypeBuilder<Identity> builder)
    {
        builder.ToTable("Identities");
        builder.HasOne<Source>().WithMany().HasForeignKey(i => i.SourceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(i => new { i.SourceId, i.ExternalId }).IsUnique();
        builder.HasIndex(i => new { i.DisplayName, i.Id });
        builder.HasIndex(i => new { i.Risk, i.Id });
        builder.HasIndex(i => new { i.State, i.DisplayName, i.Id });
        builder.HasIndex(i => new { i.OwnerState, i.DisplayName, i.Id });
        builder.HasIndex(i => new { i.OwnerId, i.DisplayName });
        builder.HasIndex(i => new { i.ToolId, i.DisplayName });
        builder.HasIndex(i => new { i.Kind, i.DisplayName, i.Id });
        builder.HasIndex(i => new { i.LastUsedAt, i.Id });
        builder.HasIndex(i => new { i.Environment, i.DisplayName, i.Id });
        builder.HasIndex(i => new { i.DisplayName, i.Id }, ForAiTools).HasFilter("\"ToolId\" IS NOT NULL");
        builder.HasIndex(i => new { i.DisplayName, i.Id }, Missing).HasFilter("\"MissingSince\" IS NOT NULL");
        builder.HasIndex(i => i.ExpiresAt);
        builder.HasIndex(i => i.UnownedSince);
        builder.HasIndex(i => new { i.LastChangedRunId, i.Id });
        builder.HasIndex(i => i.ToolDecisionId);
        builder.HasIndex(i => new { i.SourceId, i.ParentExternalId });
        builder.Property(i => i.ExternalId).HasMaxLength(450);
        builder.Property(i => i.Description).HasMaxLength(2000);
        builder.Property(i => i.Purpose).HasMaxLength(2000);
        builder.Property(i => i.Attributes).HasMaxLength(-1);
        builder.Property(i => i.ContentHash).HasMaxLength(64);
        builder.Property(i => i.RecordHash).HasMaxLength(64);
        builder.Property(i => i.Version).IsConcurrencyToken();
        builder.Property(i => i.Exposure).HasDefaultValue(0);
    }
}
