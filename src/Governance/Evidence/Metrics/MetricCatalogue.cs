namespace Governance.Evidence;

/// <summary>All 35 metrics. M35 (the audit chain) is measured by the chain's verifier; those without data are there too, and say so.</summary>
public static class MetricCatalogue
{
    public static IReadOnlyList<Metric> All { get; } =
    [
        .. new Metric[]
        {
            new FreshSources(), new ReconciledImports(), new ClassifiedIdentities(), new ApprovedThirdParties(),
            new UnmeasuredMetric("M05", "Identities with criticality and class of data", "Live identities.", "Somebody has set the criticality and the class of data of the identity.",
                "The console keeps neither criticality nor class of data of an identity. Attach the register that does."),
            new OwnedIdentities(), new RecentlyConfirmedOwners(), new LeaversSucceeded(), new ShortLivedCredentials(), new SecretsRotated(), new EphemeralAgents(), new UnsharedIdentities(), new StrongAuthentication(),
            new UnmeasuredMetric("M14", "Assertions verified and logged", "Token requests in the period.", "Issuer, audience, expiry and signature were checked, and the check is logged.",
                "No token request passes through this console. Attach the verification log of the authorisation server."),
            new DecidedInTime(), new PrivilegedCertified(), new DeniedAndGone(), new RemovalTime(), new IndependentReviews(), new UsedPermissions(), new EndingPrivilege(),
            new UnmeasuredMetric("M22", "Runtime decisions made by a recorded policy version", "Runtime access decisions in the period.", "The decision names the policy and its version.",
                "No runtime access decision is taken by this console. Attach the decision log of the policy enforcement point."),
            new DecommissionedAndGone(), new UnusedDisabled(), new EmbeddedSecretsRevoked(),
            new UnmeasuredMetric("M26", "Calls traceable to a human or a schedule", "Calls between machines in the period.", "The chain of the call leads without a gap to a human or a schedule.",
                "No calls are reported to this console. Attach traces of the gateway."),
            new UsageReported(), new AlarmsTriaged(), new HighFindingsTreated(), new LiveExceptions(), new ParameterChanges(), new ReviewerSignals(),
            new UnmeasuredMetric("M33", "Ended vendors with all grants seen gone", "Vendors whose contract ended in the period.", "Every grant of the vendor was seen gone in its source.",
                "The console holds no contracts and does not know when one ends. Attach the termination list."),
            new UnmeasuredMetric("M34", "Stop-switch drills that met their target", "Drills held in the period.", "All tokens were refused within the target time.",
                "Drills are not recorded by this console. Attach the drill's protocol."),
            new AuditChainMetric(),
        }.OrderBy(m => m.Id, StringComparer.Ordinal),
    ];

    public static Metric? Find(string id) => All.FirstOrDefault(m => string.Equals(m.Id, id, StringComparison.Ordinal));
}

/// <summary>M35: its figure comes from the chain's verifier and not from a population of rows.</summary>
public sealed class AuditChainMetric : Metric
{
    public const string TheId = "M35";

    public override string Id => TheId;

    public override string Title => "Entries of the audit log verified in the chain";

    public override string Population => "All entries of the audit log.";

    public override string Criterion(Findings.FindingPolicy policy) => "Recomputing SHA-256 over each entry's canonical form gives the stored hash, and each entry names the hash of the one before.";

    public override IAsyncEnumerable<PopulationRow> ReadAsync(MetricContext context, CancellationToken ct) => AsyncEnumerable.Empty<PopulationRow>();
}
