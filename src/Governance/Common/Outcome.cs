using System.Diagnostics.CodeAnalysis;

namespace Governance.Common;

/// <summary>A value, or the refusal that stands in its place. Faults are exceptions; this is for what a person can cause.</summary>
public readonly record struct Outcome<T>
{
    private Outcome(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    /// <summary>The value; default when refused.</summary>
    public T? Value { get; }

    /// <summary>Null when it was done.</summary>
    public Refusal? Refusal { get; }

    [MemberNotNullWhen(true, nameof(Refusal))]
    [MemberNotNullWhen(false, nameof(Value))]
    public bool IsRefused => Refusal is not null;

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);

    [SuppressMessage("Design", "CA1000", Justification = "Named twin of the operator.")]
    public static Outcome<T> From(T value) => new(value, null);

    [SuppressMessage("Design", "CA1000", Justification = "Named twin of the operator.")]
    public static Outcome<T> Refused(Refusal refusal) => new(default, refusal);

    /// <summary>The value, where a refusal would be a fault of the caller.</summary>
    public T OrThrow() => IsRefused ? throw new InvalidOperationException(Refusal.Message) : Value;
}

/// <summary>What nothing more can be said of than that it was done.</summary>
public readonly record struct Done
{
    public static Done Value => default;
}

/// <summary>The answer for one of many: a batch refuses single ids, never the whole.</summary>
public sealed record ItemOutcome(Guid Id, Refusal? Refusal);
