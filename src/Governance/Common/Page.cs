using System.Globalization;

namespace Governance.Common;

/// <summary>One page of a list, read by key and not by offset, so that page 2,000 costs what page 1 costs.</summary>
/// <param name="Rows">The rows, in the asked order.</param>
/// <param name="Next">Cursor of the next page; null at the end.</param>
/// <param name="Total">How many there are in all, counted up to <see cref="CountCap"/>.</param>
public sealed record Page<T>(IReadOnlyList<T> Rows, string? Next, int Total)
{
    /// <summary>Counting stops here: "2,000+" costs a bounded read.</summary>
    public const int CountCap = 2_001;
}

/// <summary>Totals in words.</summary>
public static class Totals
{
    /// <summary><c>312</c>, or <c>2,000+</c> where counting stopped.</summary>
    public static string Text(int total) =>
        total >= Page<object>.CountCap ? (Page<object>.CountCap - 1).ToString("N0", CultureInfo.InvariantCulture) + "+" : total.ToString("N0", CultureInfo.InvariantCulture);
}
