namespace Governance.Lifecycle;

/// <summary>Where an identity stands between request and end. "Under review" is a flag, not a state.</summary>
public enum LifecycleState
{
    /// <summary>Asked for here, not yet seen in its source.</summary>
    Requested,

    /// <summary>Imported, no accepted owner yet.</summary>
    Discovered,

    /// <summary>Owned.</summary>
    Active,

    /// <summary>Disabled in its source, and can be restored.</summary>
    Quarantined,

    /// <summary>Gone from its source. Terminal.</summary>
    Decommissioned,
}
