using System.Text;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// What the ranks of a heap tell each other, in memory of rank 0: a header, and for every rank a record of words that only grow. Nothing
/// in it is needed to use the memory of the slices.
/// </summary>
internal sealed unsafe class HeapBoard : IDisposable
{
    public const int MaxRanks = 1024;

    // Words of a record, by their offset.
    public const int Stage = 0;
    public const int Vote = 8;
    public const int Arrived = 16;
    public const int Process = 24;
    public const int Proposal = 32;
    public const int Base = 40;
    public const int Decision = 48;

    private const ulong Magic = 0x0001_5041_4548_5501; // version 1 in the highest two bytes
    private const int SizeOffset = 8;
    private const int SliceOffset = 16;
    private const int SymmetricOffset = 24;
    private const int BellOffset = 128;
    private const int SleepersOffset = 132;
    private const int HeaderLength = 256;
    private const int RecordLength = 1024;
    private const int PresenceOffset = 56;
    private const int DescriptorOffset = 128;
    private const int TokenOffset = 192;
    private const int ReasonOffset = 200;
    private const int MaxReason = 300;
    private const int LogOffset = 512;
    private const int LogLength = 64;

    private readonly IDisposable _memory;
    private readonly ISegmentLease _lease;
    private readonly byte* _start;
    private int _released;

    private HeapBoard(IDisposable memory, in SegmentView view)
    {
        _memory = memory;
        _lease = view.Lease!;
        _start = (byte*)view.Address;
    }

    /// <summary>Whether rank 0 is gone, and this with it.</summary>
    public bool IsGone => _lease.IsRevoked;

    /// <summary>Changes whenever somebody has written something others may wait for.</summary>
    public int Bell => Volatile.Read(ref *(int*)(_start + BellOffset));

    /// <summary>Makes one in a segment of rank 0.</summary>
    public static HeapBoard Create(Segment segment, GlobalHeapOptions options, HeapShape shape)
    {
        var board = new HeapBoard(segment, segment.Map());
        *(long*)(board._start + SizeOffset) = options.Size;
        *(long*)(board._start + SliceOffset) = shape.SliceLength;
        *(long*)(board._start + SymmetricOffset) = shape.SymmetricLength;
        Volatile.Write(ref *(ulong*)board._start, Magic);
        return board;
    }

    /// <summary>Opens that of rank 0.</summary>
    /// <exception cref="UrmaException">It is none, or rank 0 has other options.</exception>
    public static HeapBoard Open(TargetSegment segment, GlobalHeapOptions options, HeapShape shape)
    {
        var board = new HeapBoard(segment, segment.Map());
        try
        {
            board.Check(segment, options, shape);
            return board;
        }
        catch
        {
            board.Dispose();
            throw;
        }
    }

    public static long LengthFor(int ranks) => HeaderLength + ((long)ranks * RecordLength);

    public ref ulong Word(int rank, int field) => ref *(ulong*)(Record(rank) + field);

    public HeapStage StageOf(int rank) => (HeapStage)Volatile.Read(ref Word(rank, Stage));

    /// <summary>Writes a word of one's own record and tells whoever waits.</summary>
    public void Tell(int rank, int field, ulong value)
    {
        Volatile.Write(ref Word(rank, field), value);
        Interlocked.Increment(ref *(int*)(_start + BellOffset));
        if (Volatile.Read(ref *(int*)(_start + SleepersOffset)) != 0)
        {
            Futex.Wake((int*)(_start + BellOffset), int.MaxValue);
        }
    }

    /// <summary>Sleeps until somebody tells something after <paramref name="seen"/> was read.</summary>
    public void Sleep(int seen, TimeSpan atMost)
    {
        // Who dies asleep is counted for ever: that costs wake-ups for nothing.
        Interlocked.Increment(ref *(int*)(_start + SleepersOffset));
        Futex.Wait((int*)(_start + BellOffset), seen, atMost);
        Interlocked.Decrement(ref *(int*)(_start + SleepersOffset));
    }

    /// <summary>Takes a rank.</summary>
    /// <returns>False where somebody else has it.</returns>
    public bool TryClaim(int rank, Presence presence)
    {
        if (Interlocked.CompareExchange(ref Word(rank, Stage), (ulong)HeapStage.Claimed, (ulong)HeapStage.Absent) != (ulong)HeapStage.Absent)
        {
            return false;
        }

        presence.WriteTo(new Span<byte>(Record(rank) + PresenceOffset, Presence.Size));
        Word(rank, Process) = (ulong)Environment.ProcessId;
        Tell(rank, Stage, (ulong)HeapStage.Joined);
        return true;
    }

    public byte[] PresenceOf(int rank) => new ReadOnlySpan<byte>(Record(rank) + PresenceOffset, Presence.Size).ToArray();

    public void Offer(int rank, Segment slice)
    {
        slice.Descriptor.WriteTo(new Span<byte>(Record(rank) + DescriptorOffset, SegmentDescriptor.Size));
        Word(rank, TokenOffset) = slice.Token.Value;
        Tell(rank, Stage, (ulong)HeapStage.Offered);
    }

    public (SegmentDescriptor Descriptor, Token Token) OfferOf(int rank) =>
        (SegmentDescriptor.Read(new ReadOnlySpan<byte>(Record(rank) + DescriptorOffset, SegmentDescriptor.Size)), new Token((uint)Word(rank, TokenOffset)));

    /// <summary>Says why a rank could not join.</summary>
    public void Fail(int rank, string reason)
    {
        var room = new Span<byte>(Record(rank) + ReasonOffset, MaxReason);
        Encoding.UTF8.GetEncoder().Convert(reason, room[4..], flush: true, out _, out int used, out _);
        BitConverter.TryWriteBytes(room, used);
        Tell(rank, Stage, (ulong)HeapStage.Failed);
    }

    public string ReasonOf(int rank)
    {
        var room = new ReadOnlySpan<byte>(Record(rank) + ReasonOffset, MaxReason);
        return Encoding.UTF8.GetString(room.Slice(4, Math.Clamp(BitConverter.ToInt32(room), 0, MaxReason - 4)));
    }

    /// <summary>What a rank did as its n-th symmetric call: <c>n (32) | hash of all calls up to it (32)</c>. The last 64 are kept.</summary>
    public ref ulong LogOf(int rank, uint call) => ref *(ulong*)(Record(rank) + LogOffset + (call % LogLength * sizeof(ulong)));

    /// <summary>Ends it for all ranks, where it is this rank's, or for this rank. Threads that still look at it see scratch memory.</summary>
    public void Close() => _memory.Dispose();

    /// <summary>Gives the addresses back, too: nobody looks at it any more.</summary>
    public void Dispose()
    {
        _memory.Dispose();
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            _lease.Release();
        }
    }

    private void Check(TargetSegment segment, GlobalHeapOptions options, HeapShape shape)
    {
        if (segment.Length < HeaderLength || Volatile.Read(ref *(ulong*)_start) != Magic)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"What is published as heap '{options.Name}' is none, or of another version of Urma.Net.");
        }

        long size = *(long*)(_start + SizeOffset);
        long slice = *(long*)(_start + SliceOffset);
        long symmetric = *(long*)(_start + SymmetricOffset);
        if (size != options.Size || slice != shape.SliceLength || symmetric != shape.SymmetricLength || segment.Length != LengthFor(options.Size))
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"Rank 0 of heap '{options.Name}' says {size} ranks, slices of {slice} bytes, {symmetric} of them symmetric; this rank says {options.Size}, "
                + $"{shape.SliceLength}, {shape.SymmetricLength}: give all ranks the same options.");
        }
    }

    private byte* Record(int rank) => _start + HeaderLength + ((long)rank * RecordLength);
}
