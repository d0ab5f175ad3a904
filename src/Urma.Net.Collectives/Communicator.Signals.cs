using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives;

/// <content>One-sided writes with signals.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>How many signals there are for each pair of ranks.</summary>
    public const int SignalCount = LocalLayout.SignalsPerRank;

    /// <summary>Tells all ranks of this rank's memory (<c>ncclCommWindowRegister</c>). Collective.</summary>
    /// <param name="memory">What others may write to; null offers nothing.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The window, by which all ranks' memory is named.</returns>
    /// <exception cref="ArgumentException">The memory is another communicator's.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public CollectiveWindow RegisterWindow(RegisteredMemory? memory, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        if (memory is not null && !memory.BelongsTo(_buffers!))
        {
            throw new ArgumentException("The memory was registered with another communicator.", nameof(memory));
        }

        Offer own = memory is null
            ? new Offer { Reference = new BufferReference { Id = BufferReference.Unregistered } }
            : new Offer { Reference = new BufferReference { Id = memory.Id }, Length = memory.Length };
        Offer[] all = new Offer[Size];
        AllGather(MemoryMarshal.AsBytes(new ReadOnlySpan<Offer>(ref own)), MemoryMarshal.AsBytes(all.AsSpan()), file, line);
        return new CollectiveWindow(this, Array.ConvertAll(all, offer => offer.Reference), Array.ConvertAll(all, offer => offer.Length));
    }

    /// <summary>
    /// Writes to another rank's window, then raises one of its signals (<c>ncclPutSignal</c>). The other rank calls nothing; it may wait for the signal. Returns
    /// when <paramref name="source"/> is the caller's again.
    /// </summary>
    /// <typeparam name="T">The type of an element.</typeparam>
    /// <param name="source">What to write.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="window">Where.</param>
    /// <param name="offset">Bytes from the start of the peer's memory.</param>
    /// <param name="signal">Which signal, from 0 to <see cref="SignalCount"/> − 1.</param>
    /// <exception cref="ArgumentException">Peer, signal or range is not valid, or the window is another communicator's.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void PutSignal<T>(ReadOnlySpan<T> source, int peer, CollectiveWindow window, long offset, int signal = 0)
        where T : unmanaged
    {
        fixed (T* from = source)
        {
            PutSignal((nint)from, (long)source.Length * sizeof(T), peer, window, offset, signal);
        }
    }

    /// <summary>As the form on spans, on an address.</summary>
    /// <param name="source">What to write, an address.</param>
    /// <param name="length">Bytes to write.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="window">Where.</param>
    /// <param name="offset">Bytes from the start of the peer's memory.</param>
    /// <param name="signal">Which signal, from 0 to <see cref="SignalCount"/> − 1.</param>
    /// <exception cref="ArgumentException">Peer, signal or range is not valid, or the window is another communicator's.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void PutSignal(nint source, long length, int peer, CollectiveWindow window, long offset, int signal = 0)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        CheckSignal(peer, signal);
        if (window.Communicator != this)
        {
            throw new ArgumentException("The window is another communicator's.", nameof(window));
        }

        if (offset < 0 || length > window.LengthOf(peer) - offset)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), offset, $"Rank {peer} offers {window.LengthOf(peer)} bytes; {length} from {offset} on do not lie inside.");
        }

        Enter();
        try
        {
            _engine!.Put((byte*)source, length, peer, window.ReferenceOf(peer), offset);
            _engine.Signal(peer, signal);
        }
        catch (Exception exception)
        {
            FailHere(exception);
        }

        _isBusy = false;
    }

    /// <summary>Raises a signal of another rank; what this rank put to it before is visible then (<c>ncclSignal</c>).</summary>
    /// <param name="peer">The other rank.</param>
    /// <param name="signal">Which signal, from 0 to <see cref="SignalCount"/> − 1.</param>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Signal(int peer, int signal = 0)
    {
        CheckSignal(peer, signal);
        Enter();
        try
        {
            _engine!.Signal(peer, signal);
        }
        catch (Exception exception)
        {
            FailHere(exception);
        }

        _isBusy = false;
    }

    /// <summary>Waits until another rank has raised a signal so many times more than were waited for before (<c>ncclWaitSignal</c>).</summary>
    /// <param name="peer">The other rank.</param>
    /// <param name="signal">Which signal, from 0 to <see cref="SignalCount"/> − 1.</param>
    /// <param name="count">How many times; not negative.</param>
    /// <exception cref="CollectiveException">The communicator failed, or the signals did not come in time; see <see cref="Fault"/>.</exception>
    public void WaitSignal(int peer, int signal = 0, int count = 1)
    {
        CheckSignal(peer, signal);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Enter();
        try
        {
            _engine!.WaitSignal(peer, signal, (uint)count);
        }
        catch (Exception exception)
        {
            FailHere(exception);
        }

        _isBusy = false;
    }

    private void Enter()
    {
        ThrowIfGrouped();
        CollectiveCall call = default;
        FinishQueuedWork();
        Enter(ref call);
    }

    private void CheckSignal(int peer, int signal)
    {
        if ((uint)peer >= (uint)Size)
        {
            ThrowPeer(peer);
        }

        if ((uint)signal >= SignalCount)
        {
            ThrowSignal(signal);
        }
    }

    [DoesNotReturn]
    private static void ThrowSignal(int signal) =>
        throw new ArgumentOutOfRangeException(nameof(signal), signal, $"Signals are 0 to {SignalCount - 1}.");

    [StructLayout(LayoutKind.Sequential)]
    private struct Offer
    {
        public BufferReference Reference;
        public long Length;
    }
}
