using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>One-sided operations: checks, copies, atomics.</summary>
internal sealed unsafe partial class LoopbackSendQueue
{
    // Long enough to run at memory speed, short enough to end within a millisecond of a revocation.
    private const long CopyStep = 4L << 20;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Outcome Execute(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, out CompletionStatus status, out long length)
    {
        // The two short cuts cover what latency is measured on; everything else takes the general way.
        if (request.GatherCount == 0 && request.Local.Length < _engineThreshold && (request.Flags & LateBound) == 0)
        {
            if (request.Opcode == Opcode.Write)
            {
                return ExecuteWrite(in request, out status, out length);
            }

            if (request.Opcode == Opcode.Send)
            {
                return ExecuteSend(in request, out status, out length);
            }
        }

        return ExecuteGeneral(in request, gather, out status, out length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsLocalAllowed(in WorkRequest request) =>
        (request.Flags & WorkRequestFlags.Inline) != 0
            ? request.Local.Length <= LoopbackLayout.MaxInlineLength
            : LocalSegmentTable.Contains(_local, request.Local);

    private Outcome ExecuteWrite(in WorkRequest request, out CompletionStatus status, out long length)
    {
        length = request.Local.Length;
        RemoteSegmentTable.Entry* target = RemoteSegmentTable.Find(_remote, _remoteTable.Limit, request.Remote, length, SegmentAccess.Write);
        if (target == null || target->Mode == SegmentMode.Copied || !IsLocalAllowed(in request))
        {
            return ExecuteWriteSlow(in request, out status, out length);
        }

        byte* destination = target->Address + request.Remote.Offset;
        byte* source = (byte*)request.Local.Address;
        if (length == 8 && ((nuint)destination & 7) == 0)
        {
            // One store: a peer that watches this word never sees half of it.
            Volatile.Write(ref *(ulong*)destination, Unsafe.ReadUnaligned<ulong>(source));
        }
        else if (length <= CopyStep)
        {
            CopyKernel.Copy(destination, source, length);
        }
        else
        {
            return ExecuteWriteSlow(in request, out status, out length);
        }

        _counters->CountWrite(length);
        status = Volatile.Read(ref *target->EpochWord) == target->Epoch ? CompletionStatus.Success : Revoked(ref length);
        return Outcome.Done;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Outcome ExecuteWriteSlow(in WorkRequest request, out CompletionStatus status, out long length) =>
        ExecuteOneSided(in request, new ReadOnlySpan<SegmentRange>(in request.Local), out status, out length);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Outcome ExecuteGeneral(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, out CompletionStatus status, out long length)
    {
        status = CompletionStatus.Success;
        length = 0;
        if (request.GatherCount != 0
            && (request.GatherCount > LoopbackLayout.MaxGather
                || request.GatherStart > gather.Length - request.GatherCount
                || request.GatherStart < 0))
        {
            return Outcome.Malformed;
        }

        if ((request.Flags & LateBound) != 0)
        {
            return ExecuteLate(in request, gather, out status, out length);
        }

        ReadOnlySpan<SegmentRange> pieces = request.GatherCount != 0
            ? gather.Slice(request.GatherStart, request.GatherCount)
            : new ReadOnlySpan<SegmentRange>(in request.Local);
        return request.Opcode switch
        {
            Opcode.Write or Opcode.Read or Opcode.WriteNotify => ExecuteOneSided(in request, pieces, out status, out length),
            Opcode.Send or Opcode.SendImmediate or Opcode.WriteImmediate => ExecuteMessage(in request, pieces, out status, out length),
            >= Opcode.CompareSwap and <= Opcode.FetchXor => ExecuteAtomic(in request, out status, out length),
            Opcode.Nop => Outcome.Done,
            _ => Outcome.Malformed,
        };
    }

    private Outcome ExecuteOneSided(in WorkRequest request, ReadOnlySpan<SegmentRange> pieces, out CompletionStatus status, out long length)
    {
        if (!TrySum(in request, pieces, out length, out status))
        {
            return Done(ref length, status);
        }

        bool isRead = request.Opcode == Opcode.Read;
        RemoteSegmentTable.Entry* target = RemoteSegmentTable.Find(
            _remote, _remoteTable.Limit, request.Remote, length, isRead ? SegmentAccess.Read : SegmentAccess.Write);
        if (target == null)
        {
            status = _remoteTable.Explain(request.Remote);
            return Done(ref length, status);
        }

        RemoteSegmentTable.Entry* notify = null;
        if (request.Opcode == Opcode.WriteNotify)
        {
            notify = RemoteSegmentTable.Find(_remote, _remoteTable.Limit, request.Extra, sizeof(ulong), SegmentAccess.Write);
            if (notify == null || ((notify->OwnerAddress + request.Extra.Offset) & 7) != 0)
            {
                status = CompletionStatus.RemoteAccessAbort;
                return Done(ref length, status);
            }
        }

        if (length >= _engineThreshold && !_isEngineTurn)
        {
            return Outcome.Engine;
        }

        status = CopyPieces(target, request.Remote.Offset, pieces, isRead);
        if (status == CompletionStatus.Success && notify != null)
        {
            status = StoreNotify(notify, request.Extra.Offset, request.Operand);
        }

        if (isRead)
        {
            _counters->CountRead(length);
        }
        else
        {
            _counters->CountWrite(length);
        }

        return Done(ref length, status);
    }

    private static CompletionStatus CopyPieces(RemoteSegmentTable.Entry* target, ulong offset, ReadOnlySpan<SegmentRange> pieces, bool isRead)
    {
        foreach (ref readonly SegmentRange piece in pieces)
        {
            // In steps, so that a long copy notices soon when the grant ends.
            for (long done = 0; done < piece.Length;)
            {
                long step = Math.Min(piece.Length - done, CopyStep);
                CompletionStatus status = CopyStepwise(target, offset, (byte*)piece.Address + done, step, piece.Length, isRead);
                if (status != CompletionStatus.Success)
                {
                    return status;
                }

                done += step;
                offset += (ulong)step;
            }
        }

        return CompletionStatus.Success;
    }

    private static CompletionStatus CopyStepwise(RemoteSegmentTable.Entry* target, ulong offset, byte* local, long length, long wholeLength, bool isRead)
    {
        if (target->Mode == SegmentMode.Copied)
        {
            if (!LoopbackCopied.TryCopy(target, offset, local, length, isRead))
            {
                return CompletionStatus.RemoteOperationError;
            }
        }
        else if (isRead)
        {
            CopyKernel.CopyStep(local, target->Address + offset, length, wholeLength);
        }
        else
        {
            CopyKernel.CopyStep(target->Address + offset, local, length, wholeLength);
        }

        return Volatile.Read(ref *target->EpochWord) == target->Epoch ? CompletionStatus.Success : CompletionStatus.RemoteAccessAbort;
    }

    private static CompletionStatus StoreNotify(RemoteSegmentTable.Entry* target, ulong offset, ulong value)
    {
        if (target->Mode == SegmentMode.Copied)
        {
            return LoopbackCopied.TryCopy(target, offset, (byte*)&value, sizeof(ulong), isRead: false)
                ? CompletionStatus.Success
                : CompletionStatus.RemoteOperationError;
        }

        Volatile.Write(ref *(ulong*)(target->Address + offset), value);
        return Volatile.Read(ref *target->EpochWord) == target->Epoch ? CompletionStatus.Success : CompletionStatus.RemoteAccessAbort;
    }

    private Outcome ExecuteAtomic(in WorkRequest request, out CompletionStatus status, out long length)
    {
        length = request.Local.Length;
        if ((length != 4 && length != 8) || request.GatherCount != 0 || (request.Flags & WorkRequestFlags.Inline) != 0)
        {
            status = CompletionStatus.LocalLengthError;
            return Done(ref length, status);
        }

        if (!LocalSegmentTable.Contains(_local, request.Local))
        {
            status = CompletionStatus.LocalAccessError;
            return Done(ref length, status);
        }

        RemoteSegmentTable.Entry* target = RemoteSegmentTable.Find(_remote, _remoteTable.Limit, request.Remote, length, SegmentAccess.Atomic);
        if (target == null)
        {
            status = _remoteTable.Explain(request.Remote);
            return Done(ref length, status);
        }

        if (((target->OwnerAddress + request.Remote.Offset) & (ulong)(length - 1)) != 0)
        {
            status = CompletionStatus.RemoteOperationError;
            return Done(ref length, status);
        }

        ulong old;
        if (target->Mode == SegmentMode.Copied)
        {
            status = CompletionStatus.Success;
            if (!_isEngineTurn)
            {
                return Outcome.Engine;
            }

            if (!_context.TryExecuteAtOwner(target, in request, out old))
            {
                status = CompletionStatus.RemoteOperationError;
                return Done(ref length, status);
            }
        }
        else
        {
            old = LoopbackAtomics.Execute(request.Opcode, target->Address + request.Remote.Offset, length == 8, request.Operand, request.Extra.Offset);
        }

        if (length == 8)
        {
            Unsafe.WriteUnaligned((void*)request.Local.Address, old);
        }
        else
        {
            Unsafe.WriteUnaligned((void*)request.Local.Address, (uint)old);
        }

        _counters->CountAtomic();
        status = Volatile.Read(ref *target->EpochWord) == target->Epoch ? CompletionStatus.Success : CompletionStatus.RemoteAccessAbort;
        return Done(ref length, status);
    }

    // Adds up the pieces, each of which must lie in a registered segment; inline payload may lie anywhere.
    private bool TrySum(in WorkRequest request, ReadOnlySpan<SegmentRange> pieces, out long length, out CompletionStatus status)
    {
        length = 0;
        bool isInline = (request.Flags & WorkRequestFlags.Inline) != 0;
        foreach (ref readonly SegmentRange piece in pieces)
        {
            if (piece.Length < 0 || (piece.Length != 0 && !isInline && !LocalSegmentTable.Contains(_local, piece)))
            {
                status = CompletionStatus.LocalAccessError;
                return false;
            }

            if (piece.Length > LoopbackLayout.MaxLength - length)
            {
                status = CompletionStatus.LocalLengthError;
                return false;
            }

            length += piece.Length;
        }

        if (isInline && (length > LoopbackLayout.MaxInlineLength || request.Opcode == Opcode.Read))
        {
            status = CompletionStatus.LocalLengthError;
            return false;
        }

        status = CompletionStatus.Success;
        return true;
    }

    private Outcome Done(ref long length, CompletionStatus status)
    {
        if (status != CompletionStatus.Success)
        {
            length = 0;
            _counters->CountError();
        }

        return Outcome.Done;
    }

    private CompletionStatus Revoked(ref long length)
    {
        length = 0;
        _counters->CountError();
        return CompletionStatus.RemoteAccessAbort;
    }
}
