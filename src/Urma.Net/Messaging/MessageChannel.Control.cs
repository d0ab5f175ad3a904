using System.Runtime.CompilerServices;
using System.Text;
using Urma.Net.Messaging;

namespace Urma.Net;

public sealed partial class MessageChannel
{
    /// <summary>Posts a control message on the queue kept for them. False where it could not be posted, which breaks the channel.</summary>
    internal bool TryPostControl(in ChannelMessage message, ReadOnlySpan<byte> tail)
    {
        _receiver.PostGate.Enter();
        bool posted = PostControl(in message, tail);
        _receiver.PostGate.Exit();
        return posted;
    }

    /// <summary>Posts text on behalf of a refusal.</summary>
    internal bool TryPostText(ChannelMessageKind kind, string text, ushort number = 0)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return TryPostControl(new ChannelMessage(kind, 0, number: number), bytes.AsSpan(0, Math.Min(bytes.Length, ChannelMessage.MaxTail)));
    }

    // Holds the post gate: it orders everything on the control queue.
    private unsafe bool PostControl(in ChannelMessage message, ReadOnlySpan<byte> tail)
    {
        if (_target is null || _fault is not null || _closed)
        {
            return false;
        }

        byte* payload = stackalloc byte[ChannelMessage.Size + ChannelMessage.MaxTail];
        WorkRequest request = Build(payload, in message, tail).Unsignaled();
        UrmaStatus status = _control.Post(in request);
        if (status == UrmaStatus.Success)
        {
            return true;
        }

        SetFault($"it keeps no receives for control messages (posting one returned {status})");
        return false;
    }

    /// <summary>Posts a control message behind the messages sent so far. Only as the sender.</summary>
    private unsafe void SendInOrder(in ChannelMessage message, ReadOnlySpan<byte> tail = default)
    {
        byte* payload = stackalloc byte[ChannelMessage.Size + ChannelMessage.MaxTail];
        WorkRequest request = Build(payload, in message, tail);
        request.UserContext = PostContext;
        Execute(in request);
    }

    private unsafe WorkRequest Build(byte* payload, in ChannelMessage message, ReadOnlySpan<byte> tail)
    {
        int length = ChannelMessage.Size + tail.Length;
        message.WriteTo(new Span<byte>(payload, ChannelMessage.Size));
        tail.CopyTo(new Span<byte>(payload + ChannelMessage.Size, tail.Length));
        WorkRequest request = WorkRequest.SendInline(_target!, payload, length);
        request.Opcode = Opcode.SendImmediate;
        return request;
    }

    private void SendEnd()
    {
        Block(SendBlocks.Completed);
        if (_fault is null && _target is not null)
        {
            try
            {
                SendInOrder(new ChannelMessage(ChannelMessageKind.End, 0));
            }
            catch (OperationCanceledException) when (!_isPosted)
            {
                Unblock(SendBlocks.Completed);
                throw;
            }
            catch (UrmaException)
            {
                // The peer closed or died, or has no room for it while this end closes: it needs no end. Receiving tells what happened.
            }
            catch (InvalidOperationException)
            {
            }
        }
    }

    // Of a completion that was given up waiting for.
    private void AwaitEnd()
    {
        _sendDeadline = Environment.TickCount64 + LongestFarewell;
        try
        {
            AwaitPosted();
        }
        catch (UrmaException)
        {
            // As in SendEnd.
        }
    }

    private void SayClosed()
    {
        if (_target is not null)
        {
            TryPostControl(new ChannelMessage(ChannelMessageKind.Closed, 0), default);
        }
    }

    // Holds the poll gate. Everything in the message is the peer's word and checked before it is used.
    private unsafe void OnControl(int slot, int length)
    {
        var payload = new ReadOnlySpan<byte>((void*)_slots[slot].Address, length);
        int credits = 0;
        if (length < ChannelMessage.Size)
        {
            SetFault($"it sent a control message of {length} bytes, which is none");
        }
        else
        {
            ChannelMessage message = ChannelMessage.Read(payload);
            if (message.Kind == ChannelMessageKind.Traced && OnTraced(slot, length, payload))
            {
                return;
            }

            credits = message.Kind is ChannelMessageKind.Want or ChannelMessageKind.Filled ? 1 : 0;
            Handle(in message, payload[ChannelMessage.Size..]);
        }

        _receiver.PostGate.Enter();
        Repost(slot, credits);
        _receiver.PostGate.Exit();
    }

    private void Handle(in ChannelMessage message, ReadOnlySpan<byte> tail)
    {
        switch (message.Kind)
        {
            case ChannelMessageKind.Credit:
                OnCredit((uint)message.Value);
                break;
            case ChannelMessageKind.Want:
                _largeReceiver.OnWant(message.Value, message.Buffers, message.Number);
                break;
            case ChannelMessageKind.Grant:
                _largeSender.OnGrant((int)message.Buffers, message.Value, tail);
                break;
            case ChannelMessageKind.Refuse:
                _largeSender.OnRefused(message.Number, Encoding.UTF8.GetString(tail));
                break;
            case ChannelMessageKind.Filled:
                OnFilled((int)message.Buffers, message.Value, tail);
                break;
            case ChannelMessageKind.Traced:
                // Said what is wrong with it already.
                break;
            case ChannelMessageKind.End:
                PutEnd();
                break;
            case ChannelMessageKind.Closed:
                Block(SendBlocks.PeerClosed);
                EndStall();
                Advance();
                break;
            case ChannelMessageKind.Accept when ChannelHello.TryRead(tail, out ChannelHello hello):
                _hello = new StrongBox<ChannelHello>(hello);
                break;
            default:
                SetFault($"it sent a control message of unknown kind {(int)message.Kind}");
                break;
        }
    }

    private void OnCredit(uint reposted)
    {
        uint limit = reposted + (uint)_peerSlots;
        if ((int)(limit - _credit.Limit) > 0)
        {
            Volatile.Write(ref _credit.Limit, limit);
            Advance();
            EndStall();
        }
    }

    private void OnFilled(int buffer, long length, ReadOnlySpan<byte> tail)
    {
        if (!_largeReceiver.TryFill(buffer, length, out nint address))
        {
            SetFault($"it claims to have filled large buffer {buffer} with {length} bytes, which is not its to fill");
            return;
        }

        int slot = _slotCount + buffer;
        _slots[slot].Address = address;
        _slots[slot].Length = length;
        if (_traces is not null)
        {
            _traces[slot] = tail.Length < TraceParent.Size ? default : TraceParent.Read(tail);
        }

        _inbox[_receiver.InboxPut & (uint)(_inbox.Length - 1)] = slot;
        _receiver.InboxPut++;
    }

    // Once only: a second end would not fit the inbox.
    private void PutEnd()
    {
        if (_endPut)
        {
            SetFault("it ended its messages twice");
            return;
        }

        _endPut = true;
        _inbox[_receiver.InboxPut & (uint)(_inbox.Length - 1)] = EndOfMessages;
        _receiver.InboxPut++;
    }
}
