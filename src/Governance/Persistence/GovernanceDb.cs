using Governance.Accounts;
using Governance.Audit;
using Governance.Audit.Checkpoints;
using Governance.Audit.Forwarding;
using Governance.Audit.Retention;
using Governance.Campaigns;
using Governance.Evidence;
using Governance.Findings;
using Governance.Inventory;
using Governance.Lifecycle;
using Governance.Notifications;
using Governance.Ownership;
using Governance.People;
using Governance.Revocation;
using Governance.Signals;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Governance.Persistence;

/// <summary>All records of the console. Sees every feature, so it stands beside their order and not in it.</summary>
public sealed class GovernanceDb(DbContextOptions<GovernanceDb> options) : DbContext(options)
{
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    public DbSet<AuditHead> AuditHeads => Set<AuditHead>();

    public DbSet<AuditCheckpoint> AuditCheckpoints => Set<AuditCheckpoint>();

    public DbSet<AuditNode> AuditNodes => Set<AuditNode>();

    public DbSet<AuditSeal> AuditSeals => Set<AuditSeal>();

    public DbSet<LogReceiver> LogReceivers => Set<LogReceiver>();

    public DbSet<FollowerCursor> FollowerCursors => Set<FollowerCursor>();

    public DbSet<Person> People => Set<Person>();

    public DbSet<Source> Sources => Set<Source>();

    public DbSet<Feed> Feeds => Set<Feed>();

    public DbSet<FeedRun> FeedRuns => Set<FeedRun>();

    public DbSet<ImportRun> ImportRuns => Set<ImportRun>();

    public DbSet<ShrinkLimits> ShrinkLimits => Set<ShrinkLimits>();

    public DbSet<ImportReject> ImportRejects => Set<ImportReject>();

    public DbSet<ImportMapping> ImportMappings => Set<ImportMapping>();

    public DbSet<StagedIdentity> StagedIdentities => Set<StagedIdentity>();

    public DbSet<StagedSeen> StagedSeen => Set<StagedSeen>();

    public DbSet<EntitlementAlias> EntitlementAliases => Set<EntitlementAlias>();

    public DbSet<StagedEntitlement> StagedEntitlements => Set<StagedEntitlement>();

    public DbSet<StagedCredential> StagedCredentials => Set<StagedCredential>();

    public DbSet<StagedGrant> StagedGrants => Set<StagedGrant>();

    public DbSet<StagedPerson> StagedPeople => Set<StagedPerson>();

    public DbSet<Identity> Identities => Set<Identity>();

    public DbSet<IdentityChange> IdentityChanges => Set<IdentityChange>();

    public DbSet<Credential> Credentials => Set<Credential>();

    public DbSet<Entitlement> Entitlements => Set<Entitlement>();

    public DbSet<Grant> Grants => Set<Grant>();

    public DbSet<Tool> Tools => Set<Tool>();

    public DbSet<IdentityEvidence> IdentityEvidence => Set<IdentityEvidence>();

    public DbSet<OwnCatalogueEntry> CatalogueEntries => Set<OwnCatalogueEntry>();

    public DbSet<AppliedCatalogue> AppliedCatalogues => Set<AppliedCatalogue>();

    public DbSet<ToolDecision> ToolDecisions => Set<ToolDecision>();

    public DbSet<IdentityKey> IdentityKeys => Set<IdentityKey>();

    public DbSet<IdentitySign> IdentitySigns => Set<IdentitySign>();

    public DbSet<AccessUse> AccessUses => Set<AccessUse>();

    public DbSet<ToolNeed> ToolNeeds => Set<ToolNeed>();

    public DbSet<VendorIncident> VendorIncidents => Set<VendorIncident>();

    public DbSet<EscalationPath> EscalationPaths => Set<EscalationPath>();

    public DbSet<FindingSettings> FindingSettings => Set<FindingSettings>();

    public DbSet<RuleOutcome> RuleOutcomes => Set<RuleOutcome>();

    public DbSet<IdentityLink> IdentityLinks => Set<IdentityLink>();

    public DbSet<IdentityAncestor> IdentityAncestors => Set<IdentityAncestor>();

    public DbSet<OwnerAssignment> OwnerAssignments => Set<OwnerAssignment>();

    public DbSet<OwnerProposal> OwnerProposals => Set<OwnerProposal>();

    public DbSet<OwnershipPolicy> OwnershipPolicies => Set<OwnershipPolicy>();

    public DbSet<OwnerRule> OwnerRules => Set<OwnerRule>();

    public DbSet<CodeOwner> CodeOwners => Set<CodeOwner>();

    public DbSet<CoverageSnapshot> CoverageSnapshots => Set<CoverageSnapshot>();

    public DbSet<Finding> Findings => Set<Finding>();

    public DbSet<LifecycleTransition> LifecycleTransitions => Set<LifecycleTransition>();

    public DbSet<RevocationOrder> RevocationOrders => Set<RevocationOrder>();

    public DbSet<RevocationStep> RevocationSteps => Set<RevocationStep>();

    public DbSet<StepAttempt> StepAttempts => Set<StepAttempt>();

    public DbSet<SweepRun> SweepRuns => Set<SweepRun>();

    public DbSet<BrakeSettings> BrakeSettings => Set<BrakeSettings>();

    public DbSet<Exemption> Exemptions => Set<Exemption>();

    public DbSet<IdentityRequest> IdentityRequests => Set<IdentityRequest>();

    public DbSet<LifecyclePolicy> LifecyclePolicies => Set<LifecyclePolicy>();

    public DbSet<SourceBrake> SourceBrakes => Set<SourceBrake>();

    public DbSet<BrakeCount> BrakeCounts => Set<BrakeCount>();

    public DbSet<CapUse> CapUses => Set<CapUse>();

    public DbSet<NeverTouchPattern> NeverTouchPatterns => Set<NeverTouchPattern>();

    public DbSet<GuardAcceptance> GuardAcceptances => Set<GuardAcceptance>();

    public DbSet<FreezeWindow> FreezeWindows => Set<FreezeWindow>();

    public DbSet<SignalTransmitter> SignalTransmitters => Set<SignalTransmitter>();

    public DbSet<SignalReceiver> SignalReceivers => Set<SignalReceiver>();

    public DbSet<SignalStream> SignalStreams => Set<SignalStream>();

    public DbSet<SignalMute> SignalMutes => Set<SignalMute>();

    public DbSet<SignalEvent> SignalEvents => Set<SignalEvent>();

    public DbSet<ConnectorBinding> ConnectorBindings => Set<ConnectorBinding>();

    public DbSet<CampaignDefinition> CampaignDefinitions => Set<CampaignDefinition>();

    public DbSet<Campaign> Campaigns => Set<Campaign>();

    public DbSet<CampaignExclusion> CampaignExclusions => Set<CampaignExclusion>();

    public DbSet<Stage> Stages => Set<Stage>();

    public DbSet<ReviewItem> ReviewItems => Set<ReviewItem>();

    public DbSet<ReviewTask> ReviewTasks => Set<ReviewTask>();

    public DbSet<StandIn> StandIns => Set<StandIn>();

    public DbSet<ReviewComment> ReviewComments => Set<ReviewComment>();

    public DbSet<ReviewSignOff> ReviewSignOffs => Set<ReviewSignOff>();

    public DbSet<SecondLook> SecondLooks => Set<SecondLook>();

    public DbSet<MicroPolicy> MicroPolicies => Set<MicroPolicy>();

    public DbSet<Decision> Decisions => Set<Decision>();

    public DbSet<EvidencePackage> EvidencePackages => Set<EvidencePackage>();

    public DbSet<EvidenceAccess> EvidenceAccesses => Set<EvidenceAccess>();

    public DbSet<EvidenceSchedule> EvidenceSchedules => Set<EvidenceSchedule>();

    public DbSet<FrozenPopulation> FrozenPopulations => Set<FrozenPopulation>();

    public DbSet<MetricFigure> MetricFigures => Set<MetricFigure>();

    public DbSet<Message> Messages => Set<Message>();

    public DbSet<MessageDelivery> MessageDeliveries => Set<MessageDelivery>();

    public DbSet<Channel> Channels => Set<Channel>();

    public DbSet<NotificationSettings> NotificationSettings => Set<NotificationSettings>();

    public DbSet<NotificationChoice> NotificationChoices => Set<NotificationChoice>();

    public DbSet<MessageTemplate> MessageTemplates => Set<MessageTemplate>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<CalendarToken> CalendarTokens => Set<CalendarToken>();

    public DbSet<SecondStep> SecondSteps => Set<SecondStep>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    public DbSet<SecondStepRule> SecondStepRules => Set<SecondStepRule>();

    public DbSet<AccountRole> AccountRoles => Set<AccountRole>();

    public DbSet<ProtectionKey> ProtectionKeys => Set<ProtectionKey>();

    public DbSet<IdentityUserLogin<Guid>> AccountLogins => Set<IdentityUserLogin<Guid>>();

    public DbSet<IdentityUserClaim<Guid>> AccountClaims => Set<IdentityUserClaim<Guid>>();

    public DbSet<IdentityUserToken<Guid>> AccountTokens => Set<IdentityUserToken<Guid>>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(GovernanceDb).Assembly);
        SqlText.MapTo(modelBuilder, this);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(40);
        configurationBuilder.Properties<string>().HaveMaxLength(400);
        if (Database.IsSqlite())
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();
        else
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
    }
}
