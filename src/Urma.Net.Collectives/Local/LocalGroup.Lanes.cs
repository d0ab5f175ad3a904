using Urma.Net.Internal;

namespace Urma.Net.Collectives.Local;

/// <summary>
/// Sends and receives: a lane from each rank to each, in the sender's arena. Chunks of a message, or one that names the sender's buffer,
/// from which the receiver then copies by itself.
/// </summary>
internal sealed unsafe partial class LocalGroup
{
    private const uint NamesBuffer = 1;
    private const long LaneDirectLength = 32 << 10;

    // By rank: chunks sent to it, chunks taken from it.
    private readonly uint[] _sent;
    private readonly uint[] _received;


    public override void Run(Span<Transfer> transfers)
    {
        int left = transfers.Length;
        while (left > 0)
        {
            int before = left;
            bool moved = Advance(transfers, ref left);
            if (left > 0 && !moved && left == before)
            {
                fixed (Transfer* first = transfers)
                {
                    _wait.Until(new TransferCondition(this, first, transfers.Length));
                }
            }
        }
    }

    /// <summary>Moves what can be moved without waiting.</summary>
    /// <param name="transfers">In the order of the calls.</param>
    /// <param name="left">How many are not done.</param>
    /// <returns>Whether anything was.</returns>
    public bool Advance(Span<Transfer> transfers, ref int left)
    {
        bool moved = false;
        for (int i = 0; i < transfers.Length; i++)
        {
            ref Transfer transfer = ref transfers[i];
            if (transfer.IsDone || IsBehindAnother(transfers[..i], transfer))
            {
                continue;
            }

            moved |= transfer.IsSend ? AdvanceSend(ref transfer) : AdvanceReceive(ref transfer);
            if (transfer.IsDone)
            {
                left--;
            }
        }

        return moved;
    }

    // Messages between two ranks keep their order.
    private static bool IsBehindAnother(ReadOnlySpan<Transfer> earlier, in Transfer transfer)
    {
        foreach (ref readonly Transfer other in earlier)
        {
            if (!other.IsDone && other.Peer == transfer.Peer && other.IsSend == transfer.IsSend)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether something about the transfers can go on; looked at while waiting.</summary>
    internal bool CanAdvance(ReadOnlySpan<Transfer> transfers)
    {
        for (int i = 0; i < transfers.Length; i++)
        {
            ref readonly Transfer transfer = ref transfers[i];
            if (!transfer.IsDone && !IsBehindAnother(transfers[..i], transfer) && (transfer.IsSend ? CanSend(transfer) : CanReceive(transfer)))
            {
                return true;
            }
        }

        return false;
    }

    private bool CanSend(in Transfer transfer)
    {
        uint taken = Volatile.Read(ref *TakenBy(transfer.Peer));
        return transfer.HasNamed ? (int)(taken - transfer.Named) >= 0 : _sent[transfer.Peer] - taken < LocalLayout.LaneDepth;
    }

    private bool CanReceive(in Transfer transfer)
    {
        uint chunk = _received[transfer.Peer] + 1;
        return (uint)Volatile.Read(ref *(ulong*)(_arenas[transfer.Peer] + _layout.LaneFlags(_rank, chunk))) == chunk;
    }

    private uint* TakenBy(int rank) => (uint*)(_arenas[rank] + LocalLayout.Taken(_rank));

    private bool AdvanceSend(ref Transfer transfer)
    {
        int peer = transfer.Peer;
        bool moved = false;
        while (CanSend(transfer))
        {
            moved = true;
            if (transfer.HasNamed)
            {
                transfer.IsDone = true;
                break;
            }

            uint chunk = ++_sent[peer];
            byte* line = _own + _layout.LaneFlags(peer, chunk);
            if (transfer.Bytes >= LaneDirectLength && transfer.Moved == 0 && _buffers.Find(transfer.Buffer, transfer.Bytes) is { IsReachable: true } reference)
            {
                *(BufferReference*)(line + sizeof(ulong)) = reference;
                (transfer.HasNamed, transfer.Named) = (true, chunk);
                Volatile.Write(ref *(ulong*)line, Flag(chunk, transfer.Signature | NamesBuffer));
            }
            else
            {
                long length = Math.Min(LocalLayout.LaneBytes, transfer.Bytes - transfer.Moved);
                byte* place = length <= LocalLayout.InlineBytes ? line + sizeof(ulong) : _own + _layout.LaneStaging(peer, chunk);
                Move(place, transfer.Buffer + transfer.Moved, length);
                transfer.Moved += length;
                Volatile.Write(ref *(ulong*)line, Flag(chunk, transfer.Signature));
                transfer.IsDone = transfer.Moved == transfer.Bytes;
            }

            _wait.WakeOther(peer);
            if (transfer.IsDone)
            {
                break;
            }
        }

        return moved;
    }

    private bool AdvanceReceive(ref Transfer transfer)
    {
        int peer = transfer.Peer;
        bool moved = false;
        while (!transfer.IsDone && CanReceive(transfer))
        {
            moved = true;
            uint chunk = ++_received[peer];
            byte* line = _arenas[peer] + _layout.LaneFlags(_rank, chunk);
            uint signature = (uint)(Volatile.Read(ref *(ulong*)line) >> 32);
            if ((signature & ~NamesBuffer) != transfer.Signature)
            {
                _owner.ThrowMismatch(peer);
            }

            if ((signature & NamesBuffer) != 0)
            {
                MoveLong(transfer.Buffer, _remote.Resolve(peer, *(BufferReference*)(line + sizeof(ulong)), transfer.Bytes), transfer.Bytes);
                transfer.Moved = transfer.Bytes;
            }
            else
            {
                long length = Math.Min(LocalLayout.LaneBytes, transfer.Bytes - transfer.Moved);
                byte* place = length <= LocalLayout.InlineBytes ? line + sizeof(ulong) : _arenas[peer] + _layout.LaneStaging(_rank, chunk);
                Move(transfer.Buffer + transfer.Moved, place, length);
                transfer.Moved += length;
            }

            Volatile.Write(ref *(uint*)(_own + LocalLayout.Taken(peer)), chunk);
            _wait.WakeOther(peer);
            transfer.IsDone = transfer.Moved == transfer.Bytes;
        }

        return moved;
    }
}
