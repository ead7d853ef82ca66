using Governance.Inventory;

namespace Governance.Connectors.Outbound;

/// <summary>The source answered, but not with what was asked for.</summary>
internal sealed class FeedHttpException(int status, string message, bool retryable, string? code = null) : FeedException(message, retryable)
{
    public int Status { get; } = status;

    /// <summary>The source's own code, where it gives one.</summary>
    public string? Code { get; } = code;
}
