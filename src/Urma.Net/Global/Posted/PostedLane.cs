using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// A send queue with its completion queue and registered buffers, by which one thread at a time reads and writes memory that cannot
/// be mapped. Requests gather until one of them is waited for, and are posted in one go.
/// </summary>
/// <remarks>Allocates nothing once made. Results are indexed by the caller's numbers; a first failure stays.</remarks>
internal sealed unsafe class PostedLane : IDisposable
{
    /// <summary>Most bytes of a piece that goes through a buffer.</summary>
    public const int BufferLength = 32 << 10;

    // Most bytes of a piece straight from or to registered memory.
    private const long LongestDirect = 1 << 20;
    private const int MostSlots = 32;
    private const int SpinPolls = 2000;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);
    private static readonly long FlushBound = 2 * Stopwatch.Frequency;

    private readonly TranslationTable _table;
    private readonly Jfc _jfc;
    private readonly Jfs _jfs;
    private readonly Segment _buffer;
    private readonly PostedSlot[] _slots;
    private readonly int[] _free;
    private readonly WorkRequest[] _gathered;
    private readonly Completion[] _completions;
    private readonly long _patience;
    private int _freeCount;
    private int _gatheredCount;
    private bool _isGivenUp;

    public PostedLane(UrmaContext context)
    {
        ProviderCapabilities can = context.Capabilities;
        int slots = Math.Min(MostSlots, Math.Min(can.MaxJfsDepth, can.MaxJfcDepth));
        PieceLength = (int)Math.Min(BufferLength, can.MaxMessageLength);
        DirectLength = Math.Min(LongestDirect, can.MaxMessageLength);
        _table = context.Global.Table;
        _patience = (long)(context.Options.ControlTimeout.TotalSeconds * Stopwatch.Frequency);
        _slots = new PostedSlot[slots];
        _free = new int[slots];
        _gathered = new WorkRequest[slots];
        _completions = new Completion[slots];
        for (; _freeCount < slots; _freeCount++)
        {
            _free[_freeCount] = slots - 1 - _freeCount;
        }

        _buffer = context.AllocateSegment((long)slots * BufferLength, new SegmentOptions { Access = SegmentAccess.LocalOnly });
        context.Global.Forget(_buffer.Translation);
        Jfc? jfc = null;
        try
        {
            jfc = context.CreateJfc(new JfcOptions { Depth = slots });
            _jfs = context.CreateJfs(new JfsOptions { SendJfc = jfc, Depth = slots });
            _jfc = jfc;
        }
        catch
        {
            jfc?.Dispose();
            _buffer.Dispose();
            throw;
        }
    }

    /// <summary>Most bytes of a piece through a buffer, on this device.</summary>
    public int PieceLength { get; }

    /// <summary>Most bytes of a piece straight from or to registered memory, on this device.</summary>
    public long DirectLength { get; }

    /// <summary>Whether it must not be used any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Requests under way.</summary>
    public int Busy => _slots.Length - _freeCount;

    /// <summary>Writes registered memory.</summary>
    public void Write(TranslationRange to, long offset, SegmentRange from, int item, Span<GlobalMemoryStatus> results)
    {
        int slot = Take(to, item, results);
        Gather(WorkRequest.Write(from, Place(to, offset, from.Length), (ulong)slot));
    }

    /// <summary>Writes ordinary memory, of at most <see cref="PieceLength"/> bytes, which may be used again when this returns.</summary>
    public void Write(TranslationRange to, long offset, byte* from, int length, int item, Span<GlobalMemoryStatus> results)
    {
        int slot = Take(to, item, results);
        CopyKernel.Copy(BufferOf(slot), from, length);
        Gather(WorkRequest.Write(RangeOf(slot, length), Place(to, offset, length), (ulong)slot));
    }

    /// <summary>Reads into registered memory.</summary>
    public void Read(SegmentRange to, TranslationRange from, long offset, int item, Span<GlobalMemoryStatus> results)
    {
        int slot = Take(from, item, results);
        Gather(WorkRequest.Read(to, Place(from, offset, to.Length), (ulong)slot));
    }

    /// <summary>Reads at most <see cref="PieceLength"/> bytes into ordinary memory.</summary>
    public void Read(byte* to, TranslationRange from, long offset, int length, int item, Span<GlobalMemoryStatus> results)
    {
        int slot = Take(from, item, results);
        _slots[slot].Copy = to;
        _slots[slot].Length = length;
        Gather(WorkRequest.Read(RangeOf(slot, length), Place(from, offset, length), (ulong)slot));
    }

    /// <summary>Reads at most <see cref="PieceLength"/> bytes here and writes them there.</summary>
    public void Relay(TranslationRange to, long toOffset, TranslationRange from, long fromOffset, int length, int item, Span<GlobalMemoryStatus> results)
    {
        int slot = Take(from, item, results);
        _slots[slot].NextRange = to;
        _slots[slot].Next = Place(to, toOffset, length);
        _slots[slot].Length = length;
        Gather(WorkRequest.Read(RangeOf(slot, length), Place(from, fromOffset, length), (ulong)slot));
    }

    /// <summary>An atomic of 4 or 8 bytes, alone on the lane; the value before goes to <paramref name="before"/>.</summary>
    public void Atomic(Opcode opcode, ulong* before, int width, TargetSegment target, TranslationRange range, long offset, ulong operand, ulong second, Span<GlobalMemoryStatus> results)
    {
        int slot = Take(range, 0, results);
        _slots[slot].Copy = (byte*)before;
        _slots[slot].Length = width;
        RemoteAddress place = target.At(offset, width);
        Gather(opcode == Opcode.CompareSwap
            ? WorkRequest.CompareSwap(RangeOf(slot, width), place, operand, second, (ulong)slot)
            : WorkRequest.Atomic(opcode, RangeOf(slot, width), place, operand, (ulong)slot));
    }

    /// <summary>Posts what has gathered and waits until nothing is under way any more. Bounded.</summary>
    public void Drain(Span<GlobalMemoryStatus> results)
    {
        while (Busy != 0)
        {
            WaitForOne(results);
        }
    }

    /// <summary>Gives up: whatever is under way has not been attempted, as far as anybody knows.</summary>
    public void Abandon(Span<GlobalMemoryStatus> results)
    {
        IsBroken = true;
        for (int slot = 0; slot < _slots.Length; slot++)
        {
            if (_slots[slot].IsBusy)
            {
                End(slot, GlobalMemoryStatus.NotAttempted, results);
            }
        }
    }

    public void Dispose()
    {
        _jfs.Dispose();

        // What a device still has under way may yet write here; the buffer of a lane that is broken goes with the context.
        if (!IsBroken)
        {
            _jfc.Dispose();
            _buffer.Dispose();
        }
    }

    private static RemoteAddress Place(TranslationRange range, long offset, long length) => ((TargetSegment)range.Owner).At(offset, length);

    private byte* BufferOf(int slot) => (byte*)_buffer.Address + ((long)slot * BufferLength);

    private SegmentRange RangeOf(int slot, int length) => _buffer.Range((long)slot * BufferLength, length);

    private int Take(TranslationRange range, int item, Span<GlobalMemoryStatus> results)
    {
        while (_freeCount == 0)
        {
            WaitForOne(results);
        }

        int slot = _free[--_freeCount];
        _slots[slot] = new PostedSlot { IsBusy = true, Item = item, Range = range };
        return slot;
    }

    private void Gather(in WorkRequest request) => _gathered[_gatheredCount++] = request;

    private void Post(Span<GlobalMemoryStatus> results)
    {
        while (_gatheredCount != 0)
        {
            UrmaStatus status = _jfs.Post(_gathered.AsSpan(0, _gatheredCount), out int posted);
            if (posted != _gatheredCount && status is not (UrmaStatus.Success or UrmaStatus.TryAgain))
            {
                // One that is malformed ends by itself; a queue that takes nothing ends all of them.
                IsBroken |= status != UrmaStatus.InvalidArgument;
                End((int)_gathered[posted].UserContext, status == UrmaStatus.InvalidArgument ? GlobalMemoryStatus.CopyRefused : GlobalMemoryStatus.NotAttempted, results);
                posted++;
            }

            // A completion may add a request: there is room, because a slot has one at most.
            _gatheredCount -= posted;
            _gathered.AsSpan(posted, _gatheredCount).CopyTo(_gathered);
            if (status == UrmaStatus.TryAgain && !Poll(results))
            {
                return;
            }
        }
    }

    private void WaitForOne(Span<GlobalMemoryStatus> results)
    {
        int before = Busy;
        if (_gatheredCount != 0)
        {
            Post(results);
        }

        for (int i = 0; i < SpinPolls; i++)
        {
            if (Poll(results) || Busy < before)
            {
                return;
            }
        }

        WaitLong(results);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WaitLong(Span<GlobalMemoryStatus> results)
    {
        long deadline = Stopwatch.GetTimestamp() + _patience;
        while (Stopwatch.GetTimestamp() < deadline)
        {
            _ = _jfc.WaitUntilReady(Slice);
            if (Poll(results))
            {
                return;
            }

            Post(results);
        }

        // Nobody answers. The queue's end ends what is under way, so that no late answer writes anywhere.
        IsBroken = _isGivenUp = true;
        _jfs.ModifyToError();
        for (deadline = Stopwatch.GetTimestamp() + FlushBound; Busy != 0 && Stopwatch.GetTimestamp() < deadline;)
        {
            _ = _jfc.WaitUntilReady(Slice);
            _ = Poll(results);
        }

        for (int slot = 0; slot < _slots.Length; slot++)
        {
            if (_slots[slot].IsBusy)
            {
                MarkLost(_slots[slot].Range!);
                End(slot, GlobalMemoryStatus.OwnerLost, results);
            }
        }
    }

    private bool Poll(Span<GlobalMemoryStatus> results)
    {
        int taken = _jfc.Poll(_completions);
        for (int i = 0; i < taken; i++)
        {
            if (_completions[i].Status is not (CompletionStatus.SuspendDone or CompletionStatus.FlushDone))
            {
                Complete(_completions[i], results);
            }
        }

        return taken != 0;
    }

    private void Complete(in Completion completion, Span<GlobalMemoryStatus> results)
    {
        int number = (int)completion.UserContext;
        ref PostedSlot slot = ref _slots[number];
        if (!completion.IsSuccess)
        {
            End(number, Judge(completion.Status, slot.Range!), results);
            return;
        }

        if (slot.Copy != null)
        {
            CopyKernel.Copy(slot.Copy, BufferOf(number), slot.Length);
        }
        else if (slot.NextRange is { } next)
        {
            slot.Range = next;
            slot.NextRange = null;
            Gather(WorkRequest.Write(RangeOf(number, slot.Length), slot.Next, (ulong)number));
            return;
        }

        slot = default;
        _free[_freeCount++] = number;
    }

    private void End(int slot, GlobalMemoryStatus status, Span<GlobalMemoryStatus> results)
    {
        ref GlobalMemoryStatus result = ref results[_slots[slot].Item];
        result = result == GlobalMemoryStatus.Success ? status : result;
        _slots[slot] = default;
        _free[_freeCount++] = slot;
    }

    // Rights and bounds were checked before: what the owner's device refuses was revoked.
    private GlobalMemoryStatus Judge(CompletionStatus status, TranslationRange range)
    {
        IsBroken |= _jfs.State != JettyState.Ready;
        switch (status)
        {
            case CompletionStatus.RemoteAccessAbort:
                if (range.IsPosted)
                {
                    _table.MarkEnded(range);
                }

                return range.State == GlobalMemoryStatus.OwnerLost ? GlobalMemoryStatus.OwnerLost : GlobalMemoryStatus.Revoked;
            case CompletionStatus.WorkRequestFlushed or CompletionStatus.WorkRequestUnhandled when !_isGivenUp:
                IsBroken = true;
                return GlobalMemoryStatus.NotAttempted;
            case CompletionStatus.AckTimeout or CompletionStatus.WorkRequestFlushed or CompletionStatus.WorkRequestUnhandled:
                MarkLost(range);
                return GlobalMemoryStatus.OwnerLost;
            default:
                return GlobalMemoryStatus.CopyRefused;
        }
    }

    // What is mapped, too, is known to be gone by other signs.
    private void MarkLost(TranslationRange range)
    {
        if (range.IsPosted)
        {
            _table.MarkLost(range);
        }
    }
}
