namespace Governance.Findings;

/// <summary>How far an evaluation of all has got in this process; pages say so while one runs.</summary>
public sealed class EvaluationProgress
{
    private volatile Step? current;

    /// <summary>Null while none runs.</summary>
    public Step? Current => current;

    internal void At(int part, int of) => current = of > 1 ? new Step(part + 1, of) : null;

    internal void Done() => current = null;

    /// <summary>The part that is being worked on.</summary>
    public sealed record Step(int Part, int Of);
}
