using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives;

/// <content>Memory that all ranks know of.</content>
public sealed unsafe partial class Communicator
{
    private const long RefusedLength = -1;

    private long _windows;

    /// <summary>Tells all ranks of this rank's memory (<c>ncclCommWindowRegister</c>). Collective.</summary>
    /// <param name="memory">What others may write to; null offers nothing.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The window, by which all ranks' memory is named; <see cref="DeregisterWindow"/> gives it back.</returns>
    /// <exception cref="ArgumentException">The memory is another communicator's, or that of one rank cannot be mapped by others though ranks reach each other in that way; then all ranks throw.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public CollectiveWindow RegisterWindow(RegisteredMemory? memory, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        if (memory is not null && !memory.BelongsTo(_buffers!))
        {
            throw new ArgumentException("The memory was registered with another communicator.", nameof(memory));
        }

        // The others hear of it instead of waiting for this rank.
        bool isRefused = memory is { Segment.Mode: SegmentMode.Copied } && _engine is { MapsBuffers: true };
        Offer own = memory is null
            ? new Offer { Reference = new BufferReference { Id = BufferReference.Unregistered } }
            : new Offer { Reference = new BufferReference { Id = memory.Id }, Length = isRefused ? RefusedLength : memory.Length };
        Offer[] all = new Offer[Size];
        AllGather(MemoryMarshal.AsBytes(new ReadOnlySpan<Offer>(ref own)), MemoryMarshal.AsBytes(all.AsSpan()), file, line);
        int refused = Array.FindIndex(all, offer => offer.Length == RefusedLength);
        if (refused >= 0)
        {
            throw new ArgumentException(
                $"The memory of rank {refused} cannot be mapped by the other ranks: its segment's mode is {SegmentMode.Copied}. Take memory of {nameof(Allocate)}.", nameof(memory));
        }

        return new CollectiveWindow(this, ++_windows, Array.ConvertAll(all, offer => offer.Reference), Array.ConvertAll(all, offer => offer.Length));
    }

    /// <summary>
    /// Gives a window back (<c>ncclCommWindowDeregister</c>). Collective: when it returns, everything that was put to this rank's memory by it is there, nobody puts more, and no
    /// rank holds a mapping of it any more; the memory itself stays registered until it is disposed.
    /// </summary>
    /// <param name="window">The same at all ranks.</param>
    /// <param name="file">Filled in by the compiler, for messages when ranks disagree.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The window is another communicator's, was given back already, or other ranks give back another one.</exception>
    /// <exception cref="CollectiveException">The communicator failed; see <see cref="Fault"/>.</exception>
    public void DeregisterWindow(CollectiveWindow window, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(window);
        if (window.Communicator != this || window.IsGivenBack)
        {
            throw new ArgumentException(window.IsGivenBack ? "The window was given back already." : "The window is another communicator's.", nameof(window));
        }

        // What others still write would have no place: first own writes end, then all meet, twice, the second time without mappings.
        ForgetOrFlush(null, file, line);
        long[] numbers = new long[Size];
        AllGather([window.Number], numbers, file, line);
        int other = Array.FindIndex(numbers, number => number != window.Number);
        if (other >= 0)
        {
            throw new ArgumentException($"Rank {other} gives back window {numbers[other]} of {Name} where rank {Rank} gives back {window.Number}.", nameof(window));
        }

        window.IsGivenBack = true;
        ForgetOrFlush(window, file, line);
        Barrier(file, line);
    }

    private void ForgetOrFlush(CollectiveWindow? window, string? file, int line)
    {
        ThrowIfGrouped();
        FinishQueuedWork();
        var call = new CollectiveCall { Kind = CollectiveKind.DeregisterWindow, Peer = -1, File = file, Line = line };
        Enter(ref call);
        try
        {
            if (window is null)
            {
                _engine!.Flush();
            }

            for (int rank = 0; window is not null && rank < Size; rank++)
            {
                _engine!.Forget(rank, window.ReferenceOf(rank));
            }
        }
        catch (Exception exception)
        {
            FailHere(exception);
        }

        _isBusy = false;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Offer
    {
        public BufferReference Reference;
        public long Length;
    }
}
