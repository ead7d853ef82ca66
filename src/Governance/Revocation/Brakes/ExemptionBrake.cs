using System.Globalization;
using Governance.Common;

namespace Governance.Revocation;

/// <summary>B7: an exemption holds until its date; it is read again in the statement that precedes each send (I-27).</summary>
public static class ExemptionBrake
{
    public const string Id = "B7";

    /// <summary>What an order shows that an exemption overtook.</summary>
    public static Brake Held { get; } = new(Id, "The identity is exempt. The order goes on when the exemption ends; withdraw it if it shall not.");

    /// <summary>Whether an exemption may be granted so.</summary>
    public static Refusal? Check(string reason, DateTimeOffset until, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return new Refusal("exemption.reason", "Say why this identity is exempt: the reason is part of the evidence.", "reason");
        if (until <= now)
            return new Refusal("exemption.past", "The exemption has to end in the future.", "until");
        return until - now > Exemption.MaximumTerm
            ? new Refusal("exemption.too-long", string.Create(CultureInfo.InvariantCulture, $"An exemption lasts at most {Exemption.MaximumTerm.TotalDays:0} days. Choose a day up to {now + Exemption.MaximumTerm:yyyy-MM-dd}."), "until")
            : null;
    }
}
