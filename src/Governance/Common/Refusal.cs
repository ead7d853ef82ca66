namespace Governance.Common;

/// <summary>Why something that a person asked for isn't done, in words that person can act on.</summary>
/// <param name="Code">Stable and short, for tests and clients: <c>campaign.closed</c>.</param>
/// <param name="Message">What, where, and what to do next. Shown as it is.</param>
/// <param name="Field">The input it concerns, if one.</param>
public sealed record Refusal(string Code, string Message, string? Field = null);
