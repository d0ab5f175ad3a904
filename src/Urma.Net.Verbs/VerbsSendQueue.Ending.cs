using System.Runtime.CompilerServices;
using Urma.Net.Internal;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <content>Requests that end without the device: refused, done already, or carried out by other means.</content>
internal sealed unsafe partial class VerbsSendQueue
{
    // Beside the statuses with which a request may end at once.
    private const CompletionStatus ExecutedElsewhere = (CompletionStatus)byte.MaxValue;

    // Behind those it followed, where there is a lane that they went.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EndHere(in WorkRequest request, Lane? lane, CompletionStatus status)
    {
        _posted++;
        status = status == ExecutedElsewhere ? CompletionStatus.Success : status;
        bool isReported = status != CompletionStatus.Success || (request.Flags & WorkRequestFlags.Signaled) != 0;
        long length = status == CompletionStatus.Success ? request.Local.Length : 0;
        if (lane is null)
        {
            SendJfc.EndOutOfOrder(this, new Completion(request.UserContext, length, status, CompletionFlags), isReported);
            return;
        }

        LaneSlot* slot = lane.Next();
        slot->UserContext = request.UserContext;
        slot->Length = length;
        slot->Kind = SlotKind.Ended;
        slot->Status = status;
        slot->HasFirst = false;
        slot->IsReported = isReported;
        slot->Opcode = request.Opcode;
        lane.Append(slot);
    }

    // Of eight bytes with the device's compare-and-swap, so that all atomics of that width are atomic to each other; of four by the
    // memory's owner, for the device would write the four bytes beside them, too.
    private CompletionStatus ExecuteElsewhere(in WorkRequest request)
    {
        if (Context.LocalSegments.Find(request.Local.Token) == null)
        {
            return CompletionStatus.LocalAccessError;
        }

        // In order with what was posted before.
        _lastLane?.Submit();
        SendJfc.DrainUntil(() => _lastLane is null or { IsEmpty: true } or { State: not LaneState.Ready }, DrainBound);
        try
        {
            if (_hasAtomics && request.Local.Length == sizeof(ulong))
            {
                return Context.GetEmulated().Execute(in request, request.Local.Length);
            }

            ulong old = Context.ExecuteAtOwner(in request);
            Unsafe.CopyBlockUnaligned((void*)request.Local.Address, &old, (uint)request.Local.Length);
            return CompletionStatus.Success;
        }
        catch (UrmaException error)
        {
            System.Diagnostics.Trace.TraceWarning($"An atomic could not be carried out: {error.Message}");
            return error.Status == UrmaStatus.TimedOut ? CompletionStatus.AckTimeout : CompletionStatus.RemoteAccessAbort;
        }
    }

    // Whether the notify word is another engine's than the data.
    private bool GoesTwoWays(in WorkRequest request)
    {
        HandleTable.Entry* data = Context.RemoteSegments.Find(request.Remote.Token);
        HandleTable.Entry* word = Context.RemoteSegments.Find(request.Extra.Token);
        return data != null && word != null && data->Route != word->Route;
    }

    // No connection orders the two: the word is written when the data is known to be there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private UrmaStatus PostTwoWays(in WorkRequest request, ReadOnlySpan<SegmentRange> gather)
    {
        ulong word = request.Operand;
        WorkRequest notify = WorkRequest.WriteInline(&word, sizeof(ulong), request.Extra, request.UserContext);
        notify.Flags = (request.Flags & ~WorkRequestFlags.Fence) | WorkRequestFlags.Inline;
        Lane? wordLane = FindLane(in notify, out CompletionStatus refused);
        if (wordLane is not null && refused == CompletionStatus.Success
            && (!TryReach(request.Extra, sizeof(ulong), SegmentAccess.Write, wordLane, out ulong address, out _) || (address & 7) != 0))
        {
            refused = CompletionStatus.RemoteAccessAbort;
        }

        Lane? lane = refused == CompletionStatus.Success ? FindLane(in request, out refused) : wordLane;
        if (lane is null || wordLane is null || refused != CompletionStatus.Success)
        {
            EndHere(in request, lane, refused == CompletionStatus.Success ? CompletionStatus.RemoteAccessAbort : refused);
            lane?.Submit();
            return UrmaStatus.Success;
        }

        // Whatever fails from here on until the lane is empty again is the data.
        SendJfc.DrainUntil(() => lane.IsEmpty, Context.Options.ControlTimeout);
        if (Depth - Outstanding < 2 || !lane.IsEmpty)
        {
            return UrmaStatus.TryAgain;
        }

        long failures = lane.Failures;
        WorkRequest data = request.Unsignaled();
        data.Opcode = Opcode.Write;
        UrmaStatus status = PostOne(in data, gather, out _, length: null);
        if (status != UrmaStatus.Success)
        {
            return status;
        }

        // Behind it, so that it is heard of.
        EndHere(new WorkRequest { Opcode = Opcode.Nop }, lane, CompletionStatus.Success);
        lane.Submit();
        SendJfc.DrainUntil(() => lane.IsEmpty, Context.Options.ControlTimeout);
        if (!lane.IsEmpty)
        {
            EndHere(in request, wordLane, CompletionStatus.AckTimeout);
            wordLane.Submit();
        }

        return lane.IsEmpty && lane.Failures == failures
            ? PostOne(in notify, default, out _, length: request.GatherCount == 0 ? request.Local.Length : null)
            : UrmaStatus.Success;
    }

    private UrmaStatus PostOne(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, out Lane? lane, long? length)
    {
        lane = FindLane(in request, out CompletionStatus refused);
        UrmaStatus status = UrmaStatus.Success;
        if (lane is not null && refused == CompletionStatus.Success)
        {
            LaneSlot* slot = lane.Next();
            status = Place(in request, gather, lane, out refused);
            if (status == UrmaStatus.Success && refused == CompletionStatus.Success && length is { } shown)
            {
                slot->Length = shown;
            }
        }

        if (status == UrmaStatus.Success && (refused != CompletionStatus.Success || lane is null))
        {
            EndHere(in request, lane, refused);
        }

        lane?.Submit();
        return status;
    }

    private bool TryBind(ulong target)
    {
        if (_boundTarget != 0)
        {
            return false;
        }

        _boundTarget = target;
        return true;
    }

    private void Count(in WorkRequest request)
    {
        long length = request.GatherCount == 0 ? request.Local.Length : 0;
        switch (request.Opcode)
        {
            case Opcode.Write or Opcode.WriteImmediate or Opcode.WriteNotify:
                _writes++;
                _bytes += length;
                break;
            case Opcode.Read:
                _reads++;
                _bytes += length;
                break;
            case Opcode.Send or Opcode.SendImmediate:
                _sends++;
                _bytes += length;
                break;
            case Opcode.Nop:
                break;
            default:
                _atomics++;
                break;
        }
    }
}
