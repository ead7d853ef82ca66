namespace Governance.Audit;

/// <summary>Wakes the followers of this process early; across nodes a short poll does. Losing a signal loses nothing.</summary>
public sealed class FollowerSignal : IDisposable
{
    private readonly SemaphoreSlim raised = new(0, 1);

    public void Raise()
    {
        try
        {
            raised.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already raised: one wake-up serves all that was appended before it.
        }
    }

    /// <summary>Waits for a signal, or for the poll interval to pass.</summary>
    public Task WaitAsync(TimeSpan poll, CancellationToken ct) => raised.WaitAsync(poll, ct);

    public void Dispose() => raised.Dispose();
}
