namespace Governance.Common;

/// <summary>Yes, no, or the source does not report it. Unknown is not good, and never counted as if it were.</summary>
public enum Reported
{
    Unknown,
    No,
    Yes,
}
