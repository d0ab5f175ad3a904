using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives;

/// <content>One-sided writes with signals.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>How many signals there are for each pair of ranks.</summary>
    public const int SignalCount = LocalLayout.SignalsPerRank;

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
    /// <param name="file">Filled in by the compiler, for messages.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">Peer, signal or range is not valid, or the window is another communicator's or was given back.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void PutSignal<T>(
        ReadOnlySpan<T> source, int peer, CollectiveWindow window, long offset, int signal = 0, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        fixed (T* from = source)
        {
            PutSignal((nint)from, (long)source.Length * sizeof(T), peer, window, offset, signal, file, line);
        }
    }

    /// <summary>As the form on spans, on an address.</summary>
    /// <param name="source">What to write, an address.</param>
    /// <param name="length">Bytes to write.</param>
    /// <param name="peer">The other rank.</param>
    /// <param name="window">Where.</param>
    /// <param name="offset">Bytes from the start of the peer's memory.</param>
    /// <param name="signal">Which signal, from 0 to <see cref="SignalCount"/> − 1.</param>
    /// <param name="file">Filled in by the compiler, for messages.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">Peer, signal or range is not valid, or the window is another communicator's or was given back.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void PutSignal(
        nint source, long length, int peer, CollectiveWindow window, long offset, int signal = 0, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakePut(source, length, peer, window, offset, signal, file, line);
        RunBlocking(ref call, new SignalTarget(window, offset, signal));
    }

    /// <summary>As the form on addresses, in the background: the memory belongs to the operation until it is done.</summary>
    /// <returns>Tells when it is done.</returns>
    /// <inheritdoc cref="PutSignal(nint, long, int, CollectiveWindow, long, int, string?, int)"/>
    public CollectiveHandle BeginPutSignal(
        nint source, long length, int peer, CollectiveWindow window, long offset, int signal = 0, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        BeginOneSided(MakePut(source, length, peer, window, offset, signal, file, line), new SignalTarget(window, offset, signal));

    /// <summary>As the form on spans, awaited. The memory is pinned, and belongs to the operation until it is done.</summary>
    /// <inheritdoc cref="PutSignal{T}(ReadOnlySpan{T}, int, CollectiveWindow, long, int, string?, int)"/>
    public ValueTask PutSignalAsync<T>(
        ReadOnlyMemory<T> source, int peer, CollectiveWindow window, long offset, int signal = 0, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
        where T : unmanaged
    {
        CollectiveCall call = MakePut(0, (long)source.Length * sizeof(T), peer, window, offset, signal, file, line);
        ThrowIfGrouped();
        QueuedCall queued = Worker.Rent();
        queued.Call = call;
        queued.Target = new SignalTarget(window, offset, signal);
        queued.Pin<T>(source, default);
        return Enqueue(queued).AsValueTask();
    }

    /// <summary>Raises a signal of another rank; what this rank put to it before is visible then (<c>ncclSignal</c>).</summary>
    /// <param name="peer">The other rank.</param>
    /// <param name="signal">Which signal, from 0 to <see cref="SignalCount"/> − 1.</param>
    /// <param name="file">Filled in by the compiler, for messages.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">Peer or signal is not valid.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void Signal(int peer, int signal = 0, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeSignal(CollectiveKind.Signal, peer, signal, 1, file, line);
        RunBlocking(ref call, new SignalTarget(null, 0, signal));
    }

    /// <summary>As <see cref="Signal"/>, in the background: behind what was begun before.</summary>
    /// <returns>Tells when it is done.</returns>
    /// <inheritdoc cref="Signal"/>
    public CollectiveHandle BeginSignal(int peer, int signal = 0, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        BeginOneSided(MakeSignal(CollectiveKind.Signal, peer, signal, 1, file, line), new SignalTarget(null, 0, signal));

    /// <summary>As <see cref="Signal"/>, awaited.</summary>
    /// <inheritdoc cref="Signal"/>
    public ValueTask SignalAsync(int peer, int signal = 0, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        BeginSignal(peer, signal, file, line).AsValueTask();

    /// <summary>Waits until another rank has raised a signal so many times more than were waited for before (<c>ncclWaitSignal</c>).</summary>
    /// <param name="peer">The other rank.</param>
    /// <param name="signal">Which signal, from 0 to <see cref="SignalCount"/> − 1.</param>
    /// <param name="count">How many times; not negative.</param>
    /// <param name="file">Filled in by the compiler, for messages.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">Peer, signal or count is not valid.</exception>
    /// <exception cref="CollectiveException">The communicator failed, or the signals did not come in time; see <see cref="Fault"/>.</exception>
    public void WaitSignal(int peer, int signal = 0, int count = 1, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        CollectiveCall call = MakeSignal(CollectiveKind.WaitSignal, peer, signal, count, file, line);
        RunBlocking(ref call, new SignalTarget(null, 0, signal));
    }

    /// <summary>As <see cref="WaitSignal"/>, in the background: what is begun or called after it waits behind it.</summary>
    /// <returns>Tells when it is done.</returns>
    /// <inheritdoc cref="WaitSignal"/>
    public CollectiveHandle BeginWaitSignal(int peer, int signal = 0, int count = 1, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        BeginOneSided(MakeSignal(CollectiveKind.WaitSignal, peer, signal, count, file, line), new SignalTarget(null, 0, signal));

    /// <summary>As <see cref="WaitSignal"/>, awaited: what is begun or called after it waits behind it.</summary>
    /// <inheritdoc cref="WaitSignal"/>
    public ValueTask WaitSignalAsync(int peer, int signal = 0, int count = 1, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) =>
        BeginWaitSignal(peer, signal, count, file, line).AsValueTask();

    private static bool IsOneSided(CollectiveKind kind) => kind is CollectiveKind.PutSignal or CollectiveKind.Signal or CollectiveKind.WaitSignal;

    private CollectiveCall MakePut(nint source, long length, int peer, CollectiveWindow window, long offset, int signal, string? file, int line)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        CollectiveCall call = MakeSignal(CollectiveKind.PutSignal, peer, signal, length, file, line);
        if (window.Communicator != this || window.IsGivenBack)
        {
            throw new ArgumentException(window.IsGivenBack ? "The window was given back." : "The window is another communicator's.", nameof(window));
        }

        if (offset < 0 || length > window.LengthOf(peer) - offset)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), offset, $"Rank {peer} offers {window.LengthOf(peer)} bytes; {length} from {offset} on do not lie inside.");
        }

        call.Send = (byte*)source;
        return call;
    }

    private CollectiveCall MakeSignal(CollectiveKind kind, int peer, int signal, long count, string? file, int line)
    {
        if ((uint)peer >= (uint)Size)
        {
            ThrowPeer(peer);
        }

        if ((uint)signal >= SignalCount)
        {
            ThrowSignal(signal);
        }

        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new CollectiveCall { Kind = kind, Peer = peer, Count = count, File = file, Line = line };
    }

    private void RunBlocking(ref CollectiveCall call, in SignalTarget target)
    {
        ThrowIfGrouped();
        FinishQueuedWork();
        RunOneSided(ref call, target);
    }

    private void RunOneSided(ref CollectiveCall call, in SignalTarget target)
    {
        Enter(ref call);
        try
        {
            switch (call.Kind)
            {
                case CollectiveKind.PutSignal:
                    _engine!.Put(call.Send, call.Count, call.Peer, target.Window!.ReferenceOf(call.Peer), target.Offset);
                    _engine.Signal(call.Peer, target.Signal);
                    break;
                case CollectiveKind.Signal:
                    _engine!.Signal(call.Peer, target.Signal);
                    break;
                default:
                    _engine!.WaitSignal(call.Peer, target.Signal, (uint)call.Count);
                    break;
            }
        }
        catch (Exception exception)
        {
            FailHere(exception);
        }

        _isBusy = false;
    }

    [DoesNotReturn]
    private static void ThrowSignal(int signal) =>
        throw new ArgumentOutOfRangeException(nameof(signal), signal, $"Signals are 0 to {SignalCount - 1}.");
}
