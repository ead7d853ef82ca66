using System.Globalization;

namespace Governance.Campaigns;

/// <summary>How one reviewer decided in one campaign. Signals, not proof: a person looks at them.</summary>
/// <param name="PersonId">The reviewer.</param>
/// <param name="Name">For people.</param>
/// <param name="Decided">Answers in force.</param>
/// <param name="Certified">Of these, certifications.</param>
/// <param name="Seconds">Average time that an item was open before it was certified by itself; null where the page did not measure it.</param>
/// <param name="InARow">Certifications since the last other answer.</param>
/// <param name="Advised">Answers where the console had recommended something.</param>
/// <param name="AgainstAdvice">Of these, certifications.</param>
/// <param name="InBulk">Answers that came in bulk.</param>
public sealed record ReviewerSignals(Guid PersonId, string Name, int Decided, int Certified, double? Seconds, int InARow, int Advised, int AgainstAdvice, int InBulk)
{
    /// <summary>What stands out, in words; empty where nothing does.</summary>
    public IReadOnlyList<string> Flags => RubberStamp.Flags(this);
}

/// <summary>When a way of deciding looks like a rubber stamp. Pure; the limits are ours and said here.</summary>
public static class RubberStamp
{
    /// <summary>Fewer answers than this say nothing.</summary>
    public const int FewestAnswers = 10;

    public const double FewestSeconds = 5;

    public const int LongRun = 20;

    public const double AgainstShare = 0.8;

    public static IReadOnlyList<string> Flags(ReviewerSignals s)
    {
        var flags = new List<string>();
        if (s.Decided < FewestAnswers)
            return flags;
        if (s.Seconds < FewestSeconds)
            flags.Add(string.Create(CultureInfo.InvariantCulture, $"{s.Seconds:0.#} seconds for an item on average"));
        if (s.InARow >= LongRun)
            flags.Add(string.Create(CultureInfo.InvariantCulture, $"{s.InARow} certified in a row"));
        if (s.Advised >= 5 && s.AgainstAdvice >= AgainstShare * s.Advised)
            flags.Add(string.Create(CultureInfo.InvariantCulture, $"certified {s.AgainstAdvice} of {s.Advised} against the recommendation"));
        return flags;
    }
}
