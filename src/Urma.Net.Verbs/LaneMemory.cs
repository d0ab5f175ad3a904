using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>The slots of a lane, with room for the elements and for the bytes that requests carry in themselves; the device knows that room.</summary>
internal sealed unsafe class LaneMemory : IDisposable
{
    /// <summary>Bytes that a request may carry in itself.</summary>
    public const int PayloadLength = 256;

    /// <summary>Requests of the device's that one of a user's may take.</summary>
    public const int NativePerRequest = 2;

    private const int PayloadStride = PayloadLength + sizeof(ulong);

    private readonly int _maxSge;
    private readonly long _slotsLength;
    private readonly long _payloadLength;
    private readonly byte* _slots;
    private readonly byte* _payload;
    private readonly ibv_mr* _registration;

    public LaneMemory(VerbsContext context, int depth, int maxSge)
    {
        _maxSge = maxSge;
        Mask = depth - 1;
        _slotsLength = PageSize.RoundUp((depth * (long)Stride) + (Lane.ExtraRequests * sizeof(ibv_send_wr)), PageSize.Bytes);
        _payloadLength = PageSize.RoundUp(depth * (long)PayloadStride, PageSize.Bytes);
        _slots = (byte*)SparseMemory.Allocate(_slotsLength + _payloadLength);
        _payload = _slots + _slotsLength;
        try
        {
            _registration = context.RegisterNative(_payload, _payloadLength, (int)ibv_access_flags.IBV_ACCESS_LOCAL_WRITE);
        }
        catch
        {
            SparseMemory.Free(_slots, _slotsLength + _payloadLength);
            throw;
        }
    }

    /// <summary>By which the device knows the payloads.</summary>
    public uint PayloadKey => _registration->lkey;

    private int Mask { get; }

    private int Stride => sizeof(LaneSlot) + (_maxSge * sizeof(ibv_sge));

    public LaneSlot* Slot(long position) => (LaneSlot*)(_slots + ((position & Mask) * Stride));

    /// <summary>A request beside the slots'.</summary>
    public ibv_send_wr* Probe => Last + 1;

    /// <summary>A request behind all of the slots'.</summary>
    public ibv_send_wr* Last => (ibv_send_wr*)(_slots + ((Mask + 1L) * Stride));

    public static ibv_sge* Elements(LaneSlot* slot) => (ibv_sge*)(slot + 1);

    public byte* Payload(long position) => _payload + ((position & Mask) * PayloadStride);

    /// <summary>A word beside the payload.</summary>
    public ulong* Word(long position) => (ulong*)(Payload(position) + PayloadLength);

    public void Dispose()
    {
        VerbsContext.DeregisterNative(_registration);
        SparseMemory.Free(_slots, _slotsLength + _payloadLength);
    }
}
