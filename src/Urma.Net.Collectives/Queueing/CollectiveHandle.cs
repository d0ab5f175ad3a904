namespace Urma.Net.Collectives;

/// <summary>An operation that was begun. Take its outcome once, by <see cref="Wait()"/> or by awaiting <see cref="AsValueTask"/>.</summary>
/// <remarks>The operation goes on whether anybody waits or not. A copy of a handle whose outcome was taken is no longer valid.</remarks>
public readonly struct CollectiveHandle : IEquatable<CollectiveHandle>
{
    private readonly QueuedCall? _call;
    private readonly short _version;

    internal CollectiveHandle(QueuedCall call) => (_call, _version) = (call, call.Version);

    /// <summary>Whether it is done, well or not.</summary>
    /// <exception cref="InvalidOperationException">The outcome was taken already.</exception>
    public bool IsCompleted => _call is null || _call.IsCompleted(_version);

    /// <summary>Blocks until it is done.</summary>
    /// <exception cref="CollectiveException">The communicator failed.</exception>
    /// <exception cref="InvalidOperationException">The outcome was taken already.</exception>
    public void Wait() => _call?.Wait(_version);

    /// <summary>Blocks until it is done or the time is over.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <returns>Whether it is done; false leaves the handle as it was.</returns>
    /// <exception cref="CollectiveException">The communicator failed.</exception>
    /// <exception cref="InvalidOperationException">The outcome was taken already.</exception>
    public bool Wait(TimeSpan timeout) => _call is null || _call.Wait(_version, timeout);

    /// <summary>Blocks until it is done, whatever interrupts the thread: memory of the caller's frame is in use until then.</summary>
    internal void WaitToTheEnd()
    {
        bool wasInterrupted = false;
        try
        {
            while (!IsCompleted)
            {
                try
                {
                    _call!.WaitForEnd(_version);
                }
                catch (ThreadInterruptedException)
                {
                    wasInterrupted = true;
                }
            }

            _call?.GetResult(_version);
        }
        finally
        {
            if (wasInterrupted)
            {
                Thread.CurrentThread.Interrupt();
            }
        }
    }

    /// <summary>The same as something to await.</summary>
    public ValueTask AsValueTask() => _call is null ? default : new ValueTask(_call, _version);

    /// <inheritdoc/>
    public bool Equals(CollectiveHandle other) => _call == other._call && _version == other._version;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CollectiveHandle other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_call, _version);

    /// <summary>Whether both are one operation.</summary>
    public static bool operator ==(CollectiveHandle left, CollectiveHandle right) => left.Equals(right);

    /// <summary>Whether they are two operations.</summary>
    public static bool operator !=(CollectiveHandle left, CollectiveHandle right) => !left.Equals(right);
}
