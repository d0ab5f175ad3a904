using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives;

/// <summary>Carries out the calls of one rank, one after the other. The communicator has checked the arguments.</summary>
/// <remarks>One thread at a time, but for <see cref="Interrupt"/> and <see cref="WaitedFor"/>.</remarks>
internal abstract unsafe class CollectiveEngine : IDisposable
{
    /// <summary>The rank that is waited for now; -1 for none.</summary>
    public abstract int WaitedFor { get; }

    /// <summary>Whether some ranks write to each other's registered buffers by mapping them, so that those must be of a kind that can be mapped.</summary>
    public abstract bool MapsBuffers { get; }

    /// <summary>Returns when the call's buffers are the caller's again and hold its result.</summary>
    public abstract void Run(in CollectiveCall call);

    /// <summary>Carries out sends and receives together; they need not be in an order that would end one by one.</summary>
    /// <param name="transfers">In the order of the calls; those between the same two ranks keep it.</param>
    public abstract void Run(Span<Transfer> transfers);

    /// <summary>Writes to what another rank registered; done, or under way in order with the next <see cref="Signal"/> to it.</summary>
    public abstract void Put(byte* source, long length, int peer, BufferReference reference, long offset);

    /// <summary>Raises another rank's signal, behind what was put to it.</summary>
    public abstract void Signal(int peer, int signal);

    /// <summary>Waits until another rank has raised a signal so many times more than were waited for before.</summary>
    public abstract void WaitSignal(int peer, int signal, uint count);

    /// <summary>Returns when everything that was put is at its place.</summary>
    public abstract void Flush();

    /// <summary>Gives up what this rank has imported of another's memory for puts; what is put there later is imported anew.</summary>
    public abstract void Forget(int peer, BufferReference reference);

    /// <summary>Wakes the thread that waits, because the communicator failed.</summary>
    public abstract void Interrupt();

    public abstract void Dispose();
}
