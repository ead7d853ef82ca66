namespace Governance.Audit;

/// <summary>The actions that audit entries name. Followers select by them, so they never change meaning.</summary>
public static class AuditActions
{
    public const string ImportCompleted = "import.completed";
    public const string ImportFailed = "import.failed";
    public const string SourceAdded = "source.added";
    public const string SourceChanged = "source.changed";
    public const string FeedConnected = "feed.connected";
    public const string FeedChanged = "feed.changed";
    public const string FeedDisconnected = "feed.disconnected";
    public const string FeedRunAsked = "feed.run-asked";
    public const string FeedFailed = "feed.failed";
    public const string PeopleImported = "people.imported";
    public const string OwnerAssigned = "owner.assigned";
    public const string OwnerAccepted = "owner.accepted";
    public const string OwnerDeclined = "owner.declined";
    public const string OwnerRemoved = "owner.removed";
    public const string OwnerOrphaned = "owner.orphaned";
    public const string ToolAssigned = "tool.assigned";
    public const string CatalogueChanged = "catalogue.changed";
    public const string TriageDecided = "triage.decided";
    public const string TriageUndone = "triage.undone";
    public const string LinkDecided = "link.decided";
    public const string FindingsEvaluated = "findings.evaluated";
    public const string FindingAccepted = "finding.accepted";
    public const string LifecycleChanged = "lifecycle.changed";
    public const string CampaignDefined = "campaign.defined";
    public const string CampaignChanged = "campaign.changed";
    public const string CampaignLaunched = "campaign.launched";
    public const string CampaignClosed = "campaign.closed";
    public const string CampaignApplied = "campaign.applied";
    public const string CampaignSkipped = "campaign.skipped";
    public const string CampaignExtended = "campaign.extended";
    public const string CampaignArchived = "campaign.archived";
    public const string ReviewDecided = "review.decided";
    public const string ReviewWithdrawn = "review.withdrawn";
    public const string ReviewReopened = "review.reopened";
    public const string ReviewReassigned = "review.reassigned";
    public const string SweepRun = "sweep.run";
    public const string RevocationOrdered = "revocation.ordered";
    public const string RevocationApproved = "revocation.approved";
    public const string RevocationWithdrawn = "revocation.withdrawn";
    public const string RevocationStepDone = "revocation.step";
    public const string RevocationUndone = "revocation.undone";
    public const string BrakesChanged = "brakes.changed";
    public const string StopSwitched = "brakes.stop";
    public const string ExemptionGranted = "exemption.granted";
    public const string ExemptionEnded = "exemption.ended";
    public const string ConnectorChanged = "connector.changed";
    public const string EvidenceMade = "evidence.made";
    public const string EvidenceRead = "evidence.read";
    public const string AccountCreated = "account.created";
    public const string AccountChanged = "account.changed";
    public const string SignedIn = "account.signed-in";
    public const string SignInRefused = "account.sign-in-refused";
    public const string SignedOut = "account.signed-out";
}
