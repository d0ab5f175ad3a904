using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// Posted receives, laid out for senders: descriptors and their count in memory only we write, claim words in memory only
/// senders write.
/// </summary>
/// <remarks>
/// A receive lives in a *slot* (private: user context, buffer). Posting puts the slot at the next *position* of the shared ring;
/// a sender claims positions in order, by compare-and-swap on the position's claim word, which also records who claimed. The
/// completion names the slot. Slots complete in any order, so one slow sender does not hold up the ring.
/// </remarks>
internal sealed unsafe partial class LoopbackJfr : Jfr
{
    public const int TailOffset = LoopbackLayout.LineSpacing;
    public const int DescriptorsOffset = 4 * LoopbackLayout.LineSpacing;
    public const int HintOffset = 0;
    public const int ClaimsOffset = LoopbackLayout.LineSpacing;

    private readonly LoopbackContext _context;
    private readonly LoopbackJfc _jfc;
    private readonly MemoryFile _readOnlyFile;
    private readonly MemoryFile _claimFile;
    private readonly SharedMapping _readOnly;
    private readonly SharedMapping _claims;
    private readonly ReceiveDescriptor* _descriptors;
    private readonly ulong* _claimWords;
    private ReceiveSlot* _slots;
    private readonly uint* _freeSlots;
    private readonly ushort* _slotAt;
    private readonly SegmentRange[] _scatter;
    private readonly int _depthLog2;
    private readonly uint _mask;
    private SpinLock _postLock = new(enableThreadOwnerTracking: false);
    private long _tail;
    private readonly CounterBlock* _counters;
    private long _freeTaken;
    private long _freeReturned;
    private volatile bool _closed;

    public LoopbackJfr(LoopbackContext context, uint id, JfrOptions options)
        : base(context, options)
    {
        _context = context;
        _jfc = (LoopbackJfc)options.ReceiveJfc;
        Id = id;
        Depth = (int)BitOperations.RoundUpToPowerOf2((uint)options.Depth);
        MaxSge = (int)BitOperations.RoundUpToPowerOf2((uint)options.MaxSge);
        Token = options.Token ?? Urma.Net.Token.Random();
        IsOpen = options.IsOpen;
        _depthLog2 = BitOperations.Log2((uint)Depth);
        _mask = (uint)Depth - 1;
        _scatter = MaxSge > 1 ? new SegmentRange[Depth * MaxSge] : [];
        _jfc.Reserve(Depth, "receive queue");
        try
        {
            _readOnlyFile = MemoryFile.Create("urma-jfr", ReadOnlyLength(Depth, MaxSge), new MemoryFileOptions { ReadOnlyForOthers = true });
            _readOnly = _readOnlyFile.MapShared(writable: true);
            _claimFile = MemoryFile.Create("urma-claims", ClaimLength(Depth));
            _claims = _claimFile.MapShared(writable: true);
        }
        catch
        {
            _readOnly?.Dispose();
            _readOnlyFile?.Dispose();
            _claimFile?.Dispose();
            _jfc.Release(Depth);
            throw;
        }

        _descriptors = (ReceiveDescriptor*)(_readOnly.Pointer + DescriptorsOffset);
        _claimWords = (ulong*)(_claims.Pointer + ClaimsOffset);
        _slots = (ReceiveSlot*)SparseMemory.Allocate(PrivateLength);
        _freeSlots = (uint*)(_slots + Depth);
        _slotAt = (ushort*)(_freeSlots + Depth);
        for (uint i = 0; i < Depth; i++)
        {
            _freeSlots[i] = i;
        }

        _freeReturned = Depth;
        _counters = context.Statistics.Take(BlockKind.ReceiveQueue, id, Depth);
    }

    public override uint Id { get; }

    public override int Depth { get; }

    public int MaxSge { get; }

    public override Token Token { get; }

    /// <summary>Whether senders need not show it.</summary>
    public bool IsOpen { get; }

    public override JettyDescriptor Descriptor => new(_context.Eid, _context.Uasid, 0, Id);

    public override int Outstanding => Depth - (int)(Volatile.Read(ref _freeReturned) - Volatile.Read(ref _freeTaken));

    public LoopbackJfc LoopbackJfc => _jfc;

    public int ReadOnlyDescriptor => _readOnlyFile.Descriptor;

    public int ClaimDescriptor => _claimFile.Descriptor;

    public bool IsClosed => _closed;


    // Slots, which of them are free, and which is at each position.
    private long PrivateLength => Depth * (long)(sizeof(ReceiveSlot) + sizeof(uint) + sizeof(ushort));

    public static long ReadOnlyLength(int depth, int maxSge) => DescriptorsOffset + ((long)depth * maxSge * sizeof(ReceiveDescriptor));

    public static long ClaimLength(int depth) => ClaimsOffset + ((long)depth * sizeof(ulong));

    private protected override UrmaStatus PostCore(ReadOnlySpan<ReceiveRequest> requests, ReadOnlySpan<SegmentRange> scatter, out int posted)
    {
        posted = 0;
        UrmaStatus status = UrmaStatus.Success;
        LocalSegmentTable.Entry* segments = _context.LocalSegments;
        bool locked = false;
        _postLock.Enter(ref locked);
        if (_closed)
        {
            _postLock.Exit();
            return UrmaStatus.Failed;
        }

        long tail = _tail;
        foreach (ref readonly ReceiveRequest request in requests)
        {
            if (_freeTaken == Volatile.Read(ref _freeReturned))
            {
                status = UrmaStatus.TryAgain;
                break;
            }

            uint slot = _freeSlots[(uint)_freeTaken & _mask];
            if (!TryPrepare(segments, request, scatter, slot))
            {
                status = UrmaStatus.InvalidArgument;
                break;
            }

            _freeTaken++;
            Place(tail++, slot);
            posted++;
        }

        Publish(tail);
        if (Observability.IsOn)
        {
            _counters->Begun = (ulong)_freeTaken;
        }

        _postLock.Exit(useMemoryBarrier: false);
        return status;
    }

    private bool TryPrepare(LocalSegmentTable.Entry* segments, in ReceiveRequest request, ReadOnlySpan<SegmentRange> scatter, uint slot)
    {
        ReceiveSlot* record = _slots + slot;
        SegmentRange buffer = request.Buffer;
        if (request.ScatterCount == 0)
        {
            if (buffer.Length != 0 && !IsReceivable(segments, buffer))
            {
                return false;
            }

            record->Buffer = buffer;
            record->Length = buffer.Length;
            record->Pieces = 1;
        }
        else if (!TryPrepareScatter(segments, request, scatter, slot))
        {
            return false;
        }

        record->UserContext = request.UserContext;
        return true;
    }

    private static bool IsReceivable(LocalSegmentTable.Entry* segments, in SegmentRange buffer)
    {
        LocalSegmentTable.Entry* entry = segments + (ushort)buffer.Token;
        if (!LocalSegmentTable.Contains(segments, buffer) || entry->CanReceive == 0)
        {
            return false;
        }

        entry->IsReceiveBuffer = 1;
        return true;
    }

    private bool TryPrepareScatter(LocalSegmentTable.Entry* segments, in ReceiveRequest request, ReadOnlySpan<SegmentRange> scatter, uint slot)
    {
        if (request.ScatterCount > MaxSge || request.ScatterStart < 0 || request.ScatterCount > scatter.Length - request.ScatterStart)
        {
            return false;
        }

        long total = 0;
        for (int i = 0; i < request.ScatterCount; i++)
        {
            SegmentRange piece = scatter[request.ScatterStart + i];
            if (piece.Length != 0 && !IsReceivable(segments, piece))
            {
                return false;
            }

            if (MaxSge > 1)
            {
                _scatter[(slot * MaxSge) + i] = piece;
            }

            total += piece.Length;
        }

        ReceiveSlot* record = _slots + slot;
        record->Buffer = scatter[request.ScatterStart];
        record->Length = total;
        record->Pieces = request.ScatterCount;
        return true;
    }

    // Puts a prepared slot at a position. The position's former slot may still be in the hands of a slow sender: then its record
    // must remember who that is, because the claim word is about to be reused.
    private void Place(long position, uint slot)
    {
        uint index = (uint)position & _mask;
        if (position >= Depth)
        {
            ReceiveSlot* former = _slots + _slotAt[index];
            if (_slotAt[index] != slot && former->Position == position - Depth && former->State == ReceiveSlot.Posted)
            {
                former->Claimant = (uint)(_claimWords[index] & LoopbackLayout.LaneMask);
            }
        }

        ReceiveSlot* record = _slots + slot;
        record->Position = position;
        record->Claimant = 0;
        Volatile.Write(ref record->State, ReceiveSlot.Posted);
        _slotAt[index] = (ushort)slot;
        ReceiveDescriptor* target = _descriptors + ((long)index * MaxSge);
        if (record->Pieces == 1)
        {
            target[0] = Describe(record->Buffer, _context.LocalSegments, slot);
        }
        else
        {
            for (int i = 0; i < record->Pieces; i++)
            {
                target[i] = Describe(_scatter[(slot * MaxSge) + i], _context.LocalSegments, slot);
            }
        }

        for (int i = record->Pieces; i < MaxSge; i++)
        {
            target[i] = new ReceiveDescriptor(0, 0, 0, slot);
        }
    }

    private void Publish(long tail)
    {
        _tail = tail;
        Volatile.Write(ref *(long*)(_readOnly.Pointer + TailOffset), tail);
    }

    private static ReceiveDescriptor Describe(in SegmentRange buffer, LocalSegmentTable.Entry* segments, uint slot)
    {
        uint index = (ushort)buffer.Token;
        return new ReceiveDescriptor(buffer.Length == 0 ? 0 : (byte*)buffer.Address - segments[index].Address, index, buffer.Length, slot);
    }
}
