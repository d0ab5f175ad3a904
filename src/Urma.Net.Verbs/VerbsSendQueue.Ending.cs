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

        // Nobody at the other end of a raw queue pair would do it.
        if (_lastLane is { Target.IsRaw: true })
        {
            return CompletionStatus.RemoteUnsupportedRequest;
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
}
