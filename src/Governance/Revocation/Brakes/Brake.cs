namespace Governance.Revocation;

/// <summary>What a brake says when it holds: its id, and in words what it holds and what would lift it.</summary>
public sealed record Brake(string Id, string Message)
{
    /// <summary>As it is kept in <see cref="RevocationOrder.HeldBy"/>: <c>B4: 12 orders …</c></summary>
    public override string ToString() => $"{Id}: {Message}";
}
