using System.Runtime.CompilerServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <content>From a work request to the device's form of it, in the lane's next slot.</content>
internal sealed unsafe partial class VerbsSendQueue
{
    // Fills the lane's next slot. A refused request ends with a completion; any other status means that it was not posted.
    private UrmaStatus Place(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, Lane lane, out CompletionStatus refused)
    {
        refused = CompletionStatus.Success;
        if (request.Opcode == Opcode.Nop)
        {
            EndHere(in request, lane, CompletionStatus.Success);
            return UrmaStatus.Success;
        }

        if (request.Opcode is Opcode.Send or Opcode.SendImmediate or Opcode.WriteImmediate
            && (request.Target == 0 || (Mode == TransportMode.ReliableConnection && request.Target != _boundTarget && !TryBind(request.Target))))
        {
            return UrmaStatus.InvalidArgument;
        }

        LaneSlot* slot = lane.Next();
        ibv_sge* elements = LaneMemory.Elements(slot);
        int pieces = PlaceLocal(in request, gather, lane, elements, out long length);
        if (pieces < 0)
        {
            return UrmaStatus.InvalidArgument;
        }

        slot->UserContext = request.UserContext;
        slot->Length = length;
        slot->Kind = SlotKind.Device;
        slot->HasFirst = false;
        slot->IsReported = (request.Flags & WorkRequestFlags.Signaled) != 0;
        slot->Opcode = request.Opcode;
        slot->Main.sg_list = elements;
        slot->Main.num_sge = pieces;
        slot->Main.send_flags = SendFlags(request.Flags)
            | ((request.Flags & WorkRequestFlags.Inline) != 0 && lane.IsNativelyInline(length) ? (uint)ibv_send_flags.IBV_SEND_INLINE : 0);
        switch (request.Opcode)
        {
            case Opcode.Send:
                slot->Main.opcode = ibv_wr_opcode.IBV_WR_SEND;
                break;
            case Opcode.SendImmediate:
                slot->Main.opcode = ibv_wr_opcode.IBV_WR_SEND_WITH_IMM;
                if (!TryPlaceImmediate(slot, lane, request.Operand))
                {
                    return UrmaStatus.InvalidArgument;
                }

                break;
            default:
                if (!TryPlaceRemote(in request, slot, lane, length, out refused, out bool isMalformed))
                {
                    return isMalformed ? UrmaStatus.InvalidArgument : UrmaStatus.Success;
                }

                break;
        }

        lane.Append(slot);
        _posted++;
        return UrmaStatus.Success;
    }

    private bool TryPlaceRemote(in WorkRequest request, LaneSlot* slot, Lane lane, long length, out CompletionStatus refused, out bool isMalformed)
    {
        isMalformed = false;
        refused = CompletionStatus.RemoteAccessAbort;
        SegmentAccess needed = request.Opcode switch
        {
            Opcode.Read => SegmentAccess.Read,
            >= Opcode.CompareSwap and <= Opcode.FetchXor => SegmentAccess.Atomic,
            _ => SegmentAccess.Write,
        };
        if (!TryReach(request.Remote, length, needed, lane, out ulong address, out uint key))
        {
            return false;
        }

        slot->Main.wr.rdma.remote_addr = address;
        slot->Main.wr.rdma.rkey = key;
        refused = CompletionStatus.Success;
        switch (request.Opcode)
        {
            case Opcode.Write:
                slot->Main.opcode = ibv_wr_opcode.IBV_WR_RDMA_WRITE;
                return true;
            case Opcode.Read:
                slot->Main.opcode = ibv_wr_opcode.IBV_WR_RDMA_READ;
                isMalformed = (request.Flags & WorkRequestFlags.Inline) != 0;
                return !isMalformed;
            case Opcode.WriteImmediate:
                slot->Main.opcode = ibv_wr_opcode.IBV_WR_RDMA_WRITE_WITH_IMM;
                isMalformed = !TryPlaceImmediate(slot, lane, request.Operand);
                return !isMalformed;
            case Opcode.WriteNotify:
                return TryPlaceNotify(in request, slot, lane, out refused);
            case >= Opcode.CompareSwap and <= Opcode.FetchXor:
                return TryPlaceAtomic(in request, slot, address, key, out refused, out isMalformed);
            default:
                isMalformed = true;
                return false;
        }
    }

    // Two writes, of which the second is placed after the first (InfiniBand specification 9.5: writes of one queue pair are placed in order).
    private bool TryPlaceNotify(in WorkRequest request, LaneSlot* slot, Lane lane, out CompletionStatus refused)
    {
        refused = CompletionStatus.RemoteAccessAbort;
        if (!TryReach(request.Extra, sizeof(ulong), SegmentAccess.Write, lane, out ulong address, out uint key) || (address & 7) != 0)
        {
            return false;
        }

        refused = CompletionStatus.Success;
        slot->First = slot->Main;
        slot->First.opcode = ibv_wr_opcode.IBV_WR_RDMA_WRITE;
        slot->Main.opcode = ibv_wr_opcode.IBV_WR_RDMA_WRITE;
        slot->Main.wr.rdma.remote_addr = address;
        slot->Main.wr.rdma.rkey = key;
        PlaceWord(slot, &slot->Main, lane, request.Operand);
        slot->HasFirst = true;
        return true;
    }

    private bool TryPlaceAtomic(in WorkRequest request, LaneSlot* slot, ulong address, uint key, out CompletionStatus refused, out bool isMalformed)
    {
        refused = CompletionStatus.RemoteOperationError;
        isMalformed = request.GatherCount != 0 || request.Local.Length is not (sizeof(uint) or sizeof(ulong))
            || (request.Flags & WorkRequestFlags.Inline) != 0;
        if (isMalformed || (address & (ulong)(request.Local.Length - 1)) != 0)
        {
            return false;
        }

        bool isNative = _hasAtomics && request.Local.Length == sizeof(ulong)
            && request.Opcode is Opcode.CompareSwap or Opcode.FetchAdd or Opcode.FetchSub;
        if (!isNative)
        {
            refused = ExecuteElsewhere(in request);
            if (refused == CompletionStatus.Success)
            {
                refused = ExecutedElsewhere;
            }

            return false;
        }

        refused = CompletionStatus.Success;
        slot->Main.wr.atomic.remote_addr = address;
        slot->Main.wr.atomic.rkey = key;
        if (request.Opcode == Opcode.CompareSwap)
        {
            slot->Main.opcode = ibv_wr_opcode.IBV_WR_ATOMIC_CMP_AND_SWP;
            slot->Main.wr.atomic.compare_add = request.Operand;
            slot->Main.wr.atomic.swap = request.Extra.Offset;
        }
        else
        {
            slot->Main.opcode = ibv_wr_opcode.IBV_WR_ATOMIC_FETCH_AND_ADD;
            slot->Main.wr.atomic.compare_add = request.Opcode == Opcode.FetchAdd ? request.Operand : 0 - request.Operand;
        }

        return true;
    }

    // Verbs carries 32 bits. One says whether the others are the value or the place where the value was put before.
    // A raw queue pair gets all 32 as they are, and there is no place for more.
    private static bool TryPlaceImmediate(LaneSlot* slot, Lane lane, ulong value)
    {
        if (lane.Target.IsRaw)
        {
            slot->Main.imm_data = Immediate.Plain((uint)value);
            return value <= uint.MaxValue;
        }

        if (value <= Immediate.MostInPlace)
        {
            slot->Main.imm_data = Immediate.InPlace(value);
            return true;
        }

        (ulong address, uint key, uint number) = lane.NextExtension();
        slot->Main.imm_data = Immediate.AtNumber(number);
        slot->First = default;
        slot->First.opcode = ibv_wr_opcode.IBV_WR_RDMA_WRITE;
        slot->First.wr.rdma.remote_addr = address;
        slot->First.wr.rdma.rkey = key;
        PlaceWord(slot, &slot->First, lane, value);
        slot->HasFirst = true;
        return true;
    }

    private static void PlaceWord(LaneSlot* slot, ibv_send_wr* work, Lane lane, ulong value)
    {
        slot->Extra = lane.WordElement(value);
        work->sg_list = &slot->Extra;
        work->num_sge = 1;
        work->send_flags = (work->send_flags & ~(uint)ibv_send_flags.IBV_SEND_INLINE)
            | (lane.IsNativelyInline(sizeof(ulong)) ? (uint)ibv_send_flags.IBV_SEND_INLINE : 0);
    }

    // A negative number where an element is not ours to use, or too much.
    private int PlaceLocal(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, Lane lane, ibv_sge* elements, out long length)
    {
        length = 0;
        bool isInline = (request.Flags & WorkRequestFlags.Inline) != 0;
        ReadOnlySpan<SegmentRange> pieces = new(in request.Local);
        if (request.GatherCount != 0)
        {
            if (request.GatherCount > _maxSge || request.GatherStart < 0 || request.GatherStart > gather.Length - request.GatherCount)
            {
                return -1;
            }

            pieces = gather.Slice(request.GatherStart, request.GatherCount);
        }

        return isInline ? PlaceInline(pieces, lane, elements, out length) : PlacePieces(pieces, elements, out length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int PlacePieces(ReadOnlySpan<SegmentRange> pieces, ibv_sge* elements, out long length)
    {
        length = 0;
        int count = 0;
        foreach (ref readonly SegmentRange piece in pieces)
        {
            if ((ulong)piece.Length > (ulong)(_maxLength - length))
            {
                return -1;
            }

            if (piece.Length == 0)
            {
                continue;
            }

            HandleTable.Entry* entry = Context.LocalSegments.Find(piece.Token);
            if (entry == null)
            {
                return -1;
            }

            ulong offset = (ulong)piece.Address - entry->Start;
            if (offset > (ulong)entry->Length || (ulong)piece.Length > (ulong)entry->Length - offset)
            {
                return -1;
            }

            elements[count++] = new ibv_sge { addr = (ulong)piece.Address, length = (uint)piece.Length, lkey = (uint)entry->Handle };
            length += piece.Length;
        }

        return count;
    }

    // Into memory of the lane's own: the request may be given to the device once more when the caller's bytes are others already.
    private static int PlaceInline(ReadOnlySpan<SegmentRange> pieces, Lane lane, ibv_sge* elements, out long length)
    {
        length = 0;
        byte* payload = lane.NextPayload();
        foreach (ref readonly SegmentRange piece in pieces)
        {
            if ((ulong)piece.Length > (ulong)(LaneMemory.PayloadLength - length))
            {
                return -1;
            }

            Unsafe.CopyBlockUnaligned(payload + length, (void*)piece.Address, (uint)piece.Length);
            length += piece.Length;
        }

        elements[0] = lane.PayloadElement((int)length);
        return length == 0 ? 0 : 1;
    }

    private bool TryReach(in RemoteAddress place, long length, SegmentAccess needed, Lane lane, out ulong address, out uint key)
    {
        address = 0;
        key = 0;
        HandleTable.Entry* entry = Context.RemoteSegments.Find(place.Token);
        if (entry == null || place.Offset > (ulong)entry->Length || (ulong)length > (ulong)entry->Length - place.Offset
            || ((SegmentAccess)entry->Rights & needed) != needed || (int)entry->Route != lane.Target.Engine.Index)
        {
            return false;
        }

        address = entry->Start + place.Offset;
        key = (uint)entry->Handle;
        return true;
    }

    private static uint SendFlags(WorkRequestFlags flags) =>
        ((flags & WorkRequestFlags.Fence) != 0 ? (uint)ibv_send_flags.IBV_SEND_FENCE : 0)
        | ((flags & WorkRequestFlags.Solicited) != 0 ? (uint)ibv_send_flags.IBV_SEND_SOLICITED : 0);

    private bool TryBind(ulong target)
    {
        if (_boundTarget != 0)
        {
            return false;
        }

        _boundTarget = target;
        return true;
    }
}
