namespace Governance.Evidence;

/// <summary>Every metric that the console can measure. M35 (the audit chain) is measured by the verifier itself.</summary>
public static class MetricCatalogue
{
    public static IReadOnlyList<Metric> All { get; } =
    [
        new FreshSources(), new ReconciledImports(), new ClassifiedIdentities(), new OwnedIdentities(), new RecentlyConfirmedOwners(), new LeaversSucceeded(), new ShortLivedCredentials(),
        new UnsharedSecrets(), new DecidedInTime(), new PrivilegedCertified(), new DeniedAndGone(), new DecommissionedAndGone(), new UsageReported(), new HighFindingsTreated(), new LiveExceptions(), new ParameterChanges(),
    ];
}
