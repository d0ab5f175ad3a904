using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// Moves bytes from and to memory that cannot be mapped, by posted reads, writes and atomics: what loads, stores and copies between
/// global addresses come down to there. Its lanes are made when they are first needed and shared by all threads.
/// </summary>
/// <remarks>
/// Thread-safe. As many threads work at once as there may be lanes; the others wait for one, which is bounded because every use of
/// one is. Between Enter and Leave of the caller's translation cache, so local memory stays where it is.
/// </remarks>
internal sealed unsafe class RemoteMover(UrmaContext context)
{
    /// <summary>Bytes of a copy between two looks at the grants: an import that goes waits for so much at most.</summary>
    public const ulong LongestStep = 4 << 20;

    private static readonly int MostLanes = Math.Clamp(Environment.ProcessorCount, 2, 8);
    private static readonly TimeSpan RentSlice = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private readonly Stack<PostedLane> _idle = new(MostLanes);
    private int _lanes;
    private bool _closed;

    /// <summary>Makes one step of a copy of which at least one end is not mapped; at least one byte.</summary>
    /// <param name="to">Where to; its pointer is the owner's where it is not mapped.</param>
    /// <param name="from">Where from.</param>
    /// <param name="length">Bytes, up to <see cref="LongestStep"/>.</param>
    /// <param name="isBackward">Whether the last bytes are moved first.</param>
    /// <param name="overlaps">Whether the ends overlap, so that one piece must have arrived before the next is read.</param>
    public GlobalMemoryStatus Move(in CopyEnd to, in CopyEnd from, long length, bool isBackward, bool overlaps)
    {
        GlobalMemoryStatus status = CheckWay(to.Range);
        status = status == GlobalMemoryStatus.Success ? CheckWay(from.Range) : status;
        if (status != GlobalMemoryStatus.Success)
        {
            return status;
        }

        // Once more where a queue failed because of what another thread had asked of it, or a registered buffer went meanwhile.
        Segment? direct = RegisteredOf(to) ?? RegisteredOf(from);
        status = MoveOnce(to, from, length, direct, isBackward, overlaps);
        if (status == GlobalMemoryStatus.NotAttempted || (status == GlobalMemoryStatus.CopyRefused && direct is not null))
        {
            status = MoveOnce(to, from, length, null, isBackward, overlaps);
        }

        return status == GlobalMemoryStatus.NotAttempted ? GlobalMemoryStatus.OwnerLost : status;
    }

    /// <summary>Carries out an atomic of 4 or 8 bytes.</summary>
    /// <param name="opcode">Which.</param>
    /// <param name="target">The imported segment.</param>
    /// <param name="range">Whose word it is.</param>
    /// <param name="offset">Bytes from the start of the segment.</param>
    /// <param name="width">4 or 8.</param>
    /// <param name="operand">The operand; what a compare-and-swap compares with.</param>
    /// <param name="second">What a compare-and-swap stores.</param>
    /// <param name="before">The value before.</param>
    public GlobalMemoryStatus Atomic(
        Opcode opcode, TargetSegment target, TranslationRange range, long offset, int width, ulong operand, ulong second, out ulong before)
    {
        before = 0;
        if (!target.HasWay)
        {
            return GlobalMemoryStatus.NoWay;
        }

        PostedLane? lane = Rent();
        if (lane is null)
        {
            return GlobalMemoryStatus.CopyRefused;
        }

        ulong found = 0;
        Span<GlobalMemoryStatus> result = stackalloc GlobalMemoryStatus[1];
        try
        {
            lane.Atomic(opcode, &found, width, target, range, offset, operand, second, result);
            lane.Drain(result);
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            lane.Abandon(result);
        }
        finally
        {
            Return(lane);
        }

        // Whether one that was taken back had been made nobody knows: it is not tried again.
        before = found;
        return result[0] == GlobalMemoryStatus.NotAttempted ? GlobalMemoryStatus.OwnerLost : result[0];
    }

    /// <summary>A lane of the caller's own until <see cref="Return"/>; null where none can be had.</summary>
    public PostedLane? Rent()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_closed)
                {
                    return null;
                }

                if (_idle.TryPop(out PostedLane? lane))
                {
                    return lane;
                }

                if (_lanes < MostLanes)
                {
                    _lanes++;
                    break;
                }

                _ = Monitor.Wait(_gate, RentSlice);
            }
        }

        return MakeLane();
    }

    /// <summary>Gives a lane back.</summary>
    public void Return(PostedLane lane)
    {
        lock (_gate)
        {
            if (!lane.IsBroken && !_closed)
            {
                _idle.Push(lane);
                Monitor.Pulse(_gate);
                return;
            }

            _lanes--;
            Monitor.Pulse(_gate);
        }

        Discard(lane);
    }

    /// <summary>Lets nobody in any more and closes what is idle; what is in use closes when it is given back.</summary>
    public void Close()
    {
        PostedLane[] idle;
        lock (_gate)
        {
            _closed = true;
            idle = [.. _idle];
            _idle.Clear();
            Monitor.PulseAll(_gate);
        }

        Array.ForEach(idle, Discard);
    }

    /// <summary>Whether a range can be reached by posted work now; a range that is mapped need not.</summary>
    public static GlobalMemoryStatus CheckWay(TranslationRange? range) =>
        range is { IsPosted: true } && !((TargetSegment)range.Owner).HasWay ? GlobalMemoryStatus.NoWay : GlobalMemoryStatus.Success;

    /// <summary>The registered segment of this context that an end lies in; null where posted work cannot use it in place.</summary>
    public static Segment? RegisteredOf(in CopyEnd end) => end.Range is { IsPosted: false } range ? range.Owner as Segment : null;

    private GlobalMemoryStatus MoveOnce(in CopyEnd to, in CopyEnd from, long length, Segment? direct, bool isBackward, bool overlaps)
    {
        PostedLane? lane = Rent();
        if (lane is null)
        {
            return GlobalMemoryStatus.CopyRefused;
        }

        Span<GlobalMemoryStatus> result = stackalloc GlobalMemoryStatus[1];
        try
        {
            long longest = direct is null ? lane.PieceLength : lane.DirectLength;
            for (long done = 0; done < length && result[0] == GlobalMemoryStatus.Success;)
            {
                long piece = Math.Min(longest, length - done);
                AddPiece(lane, to, from, isBackward ? length - done - piece : done, piece, direct, 0, result);
                done += piece;
                if (overlaps)
                {
                    lane.Drain(result);
                }
            }

            lane.Drain(result);
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            lane.Abandon(result);
        }
        finally
        {
            Return(lane);
        }

        return result[0];
    }

    /// <summary>Adds a piece of a copy to a lane.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="to">Where the copy goes.</param>
    /// <param name="from">Where it comes from.</param>
    /// <param name="at">Where the piece begins in it.</param>
    /// <param name="length">Bytes: of one piece.</param>
    /// <param name="direct">The registered segment that the mapped end lies in, to be used in place; null to go through a buffer.</param>
    /// <param name="item">The caller's number of the copy.</param>
    /// <param name="results">By that number.</param>
    public static void AddPiece(
        PostedLane lane, in CopyEnd to, in CopyEnd from, long at, long length, Segment? direct, int item, Span<GlobalMemoryStatus> results)
    {
        byte* destination = to.Pointer + at;
        byte* source = from.Pointer + at;
        if (to.Range is { IsPosted: true } toRange)
        {
            long toOffset = (long)((ulong)destination - toRange.Start);
            if (from.Range is { IsPosted: true } relayed)
            {
                lane.Relay(toRange, toOffset, relayed, (long)((ulong)source - relayed.Start), (int)length, item, results);
            }
            else if (direct is not null)
            {
                lane.Write(toRange, toOffset, direct.Range((nint)source - direct.Address, length), item, results);
            }
            else
            {
                lane.Write(toRange, toOffset, source, (int)length, item, results);
            }

            return;
        }

        TranslationRange fromRange = from.Range!;
        long fromOffset = (long)((ulong)source - fromRange.Start);
        if (direct is not null)
        {
            lane.Read(direct.Range((nint)destination - direct.Address, length), fromRange, fromOffset, item, results);
        }
        else
        {
            lane.Read(destination, fromRange, fromOffset, (int)length, item, results);
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "it is the caller's")]
    private PostedLane? MakeLane()
    {
        try
        {
            return new PostedLane(context);
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            Trace.TraceWarning($"Memory that is not mapped cannot be reached: {error.Message}");
            lock (_gate)
            {
                _lanes--;
                Monitor.Pulse(_gate);
            }

            return null;
        }
    }

    private static void Discard(PostedLane lane)
    {
        try
        {
            lane.Dispose();
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            // It goes with the context.
            Trace.TraceInformation($"A lane was not closed: {error.Message}");
        }
    }
}
