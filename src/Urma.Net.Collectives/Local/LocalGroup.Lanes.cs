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

    // By rank and direction: transfers that are not done, and the look in which one of them was met, behind which the others keep their order.
    private readonly int[] _open;
    private readonly uint[] _met;
    private int _openWays;
    private uint _look;

    public override void Run(Span<Transfer> transfers)
    {
        Begin(transfers);
        while (IsUnderWay)
        {
            bool moved = Advance(transfers);
            while (IsUnderWay && transfers[0].IsDone)
            {
                transfers = transfers[1..];
            }

            if (IsUnderWay && !moved)
            {
                fixed (Transfer* first = transfers)
                {
                    _wait.Until(new TransferCondition(this, first, transfers.Length));
                }
            }
        }
    }

    /// <summary>Takes note of transfers that <see cref="Advance"/> then moves.</summary>
    public void Begin(ReadOnlySpan<Transfer> transfers)
    {
        _openWays = 0;
        Array.Clear(_open);
        foreach (ref readonly Transfer transfer in transfers)
        {
            _openWays += _open[Way(transfer)]++ == 0 ? 1 : 0;
        }
    }

    /// <summary>Whether something that was begun is not done.</summary>
    public bool IsUnderWay => _openWays > 0;

    /// <summary>Moves what can be moved without waiting.</summary>
    /// <param name="transfers">Those that were begun, in the order of the calls; of those at the front that are done none need be there.</param>
    /// <returns>Whether anything was.</returns>
    public bool Advance(Span<Transfer> transfers)
    {
        bool moved = false;
        int blocked = 0;
        _look++;
        foreach (ref Transfer transfer in transfers)
        {
            int way = Way(transfer);
            if (transfer.IsDone || _met[way] == _look)
            {
                continue;
            }

            moved |= transfer.IsSend ? AdvanceSend(ref transfer) : AdvanceReceive(ref transfer);
            if (transfer.IsDone)
            {
                moved = true;
                _openWays -= --_open[way] == 0 ? 1 : 0;
            }
            else
            {
                _met[way] = _look;
                blocked++;
            }

            if (blocked == _openWays)
            {
                break;
            }
        }

        return moved;
    }

    private static int Way(in Transfer transfer) => (2 * transfer.Peer) + (transfer.IsSend ? 1 : 0);

    /// <summary>Whether something about the transfers can go on; looked at while waiting.</summary>
    internal bool CanAdvance(ReadOnlySpan<Transfer> transfers)
    {
        int blocked = 0;
        _look++;
        foreach (ref readonly Transfer transfer in transfers)
        {
            int way = Way(transfer);
            if (transfer.IsDone || _met[way] == _look)
            {
                continue;
            }

            if (transfer.IsSend ? CanSend(transfer) : CanReceive(transfer))
            {
                return true;
            }

            _met[way] = _look;
            if (++blocked == _openWays)
            {
                break;
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
