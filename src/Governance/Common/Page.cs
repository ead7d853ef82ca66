namespace Governance.Common;

/// <summary>One page of a list, read by key and not by offset, so that page 2,000 costs what page 1 costs.</summary>
/// <param name="Rows">The rows, in the asked order.</param>
/// <param name="Next">Cursor of the next page; null at the end.</param>
/// <param name="Total">How many there are in all, counted up to <see cref="CountCap"/>.</param>
public sealed record Page<T>(IReadOnlyList<T> Rows, string? Next, int Total)
{
    /// <summary>Counting stops here: "10,000+" costs a bounded read.</summary>
    public const int CountCap = 10_001;
}
