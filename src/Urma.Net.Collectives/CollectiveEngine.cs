namespace Urma.Net.Collectives;

/// <summary>Carries out the calls of one rank, one after the other. The communicator has checked the arguments.</summary>
/// <remarks>One thread at a time, but for <see cref="Interrupt"/> and <see cref="WaitedFor"/>.</remarks>
internal abstract class CollectiveEngine : IDisposable
{
    /// <summary>The rank that is waited for now; -1 for none.</summary>
    public abstract int WaitedFor { get; }

    /// <summary>Returns when the call's buffers are the caller's again and hold its result.</summary>
    public abstract void Run(in CollectiveCall call);

    /// <summary>Carries out sends and receives together; they need not be in an order that would end one by one.</summary>
    /// <param name="transfers">In the order of the calls; those between the same two ranks keep it.</param>
    public abstract void Run(Span<Transfer> transfers);

    /// <summary>Wakes the thread that waits, because the communicator failed.</summary>
    public abstract void Interrupt();

    public abstract void Dispose();
}
