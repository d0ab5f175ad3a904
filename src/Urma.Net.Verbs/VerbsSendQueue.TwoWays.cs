using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Verbs;

/// <content>Writes whose notify word is another engine's than their data.</content>
internal sealed unsafe partial class VerbsSendQueue
{
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
}
