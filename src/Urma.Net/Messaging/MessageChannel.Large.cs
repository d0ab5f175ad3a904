using Urma.Net.Messaging;

namespace Urma.Net;

public sealed partial class MessageChannel
{
    // Unregistered bytes go in pieces that a request can carry, each copied once, straight into the peer's buffer.
    private unsafe bool TrySendLarge(ReadOnlySpan<byte> message)
    {
        if (!TryTakeBuffer(message.Length, out int buffer, out TargetSegment? target))
        {
            return false;
        }

        try
        {
            fixed (byte* data = message)
            {
                int piece = Context.Capabilities.MaxInlineLength;
                for (int offset = 0; offset < message.Length; offset += piece)
                {
                    int length = Math.Min(piece, message.Length - offset);
                    Execute(WorkRequest.WriteInline(data + offset, length, target.At(offset, length), PostContext));
                }
            }
        }
        catch (Exception) when (_fault is null)
        {
            _largeSender.PutBack(buffer);
            throw;
        }

        FinishLarge(buffer, message.Length);
        return true;
    }

    private bool TrySendLarge(SegmentRange message)
    {
        if (!TryTakeBuffer(message.Length, out int buffer, out TargetSegment? target))
        {
            return false;
        }

        try
        {
            Execute(WorkRequest.Write(message, target.At(0, message.Length), PostContext));
        }
        catch (Exception) when (_fault is null)
        {
            // The range was not registered, say: the peer still waits for this buffer to be filled or given back.
            _largeSender.PutBack(buffer);
            throw;
        }

        FinishLarge(buffer, message.Length);
        return true;
    }

    private bool TryTakeBuffer(long length, out int buffer, out TargetSegment target)
    {
        if (_largeSender.TryTake(length, out buffer, out target))
        {
            return true;
        }

        PollForSender();
        if (_largeSender.TryTake(length, out buffer, out target))
        {
            return true;
        }

        if (HasCredit && _largeSender.TryAsk(length, out uint returned, out ushort number))
        {
            SendInOrder(new ChannelMessage(ChannelMessageKind.Want, length, returned, number));
            _sender.Sent++;
        }

        return false;
    }

    /// <summary>The pending send was cancelled.</summary>
    internal void GiveUpSend()
    {
        EndStall();
        _largeSender.GiveUp();
    }

    private void FinishLarge(int buffer, long length)
    {
        Span<byte> trace = stackalloc byte[TraceParent.Size];
        _trace.WriteTo(trace);
        SendInOrder(new ChannelMessage(ChannelMessageKind.Filled, length, (uint)buffer), _sender.IsTraced ? trace : default);
        _sender.Sent++;
    }
}
