using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Hierarchical;

/// <content>Sends and receives, puts and signals: over the memory of this host where the other rank is there, posted elsewhere.</content>
internal sealed unsafe partial class HierarchicalGroup
{
    private Transfer[] _ofThisHost = new Transfer[8];

    public override void Run(Span<Transfer> transfers)
    {
        int count = TakeThoseOfThisHost(transfers);
        Span<Transfer> local = _ofThisHost.AsSpan(0, count);
        if (count == transfers.Length)
        {
            _local!.Run(local);
            return;
        }

        _all.Begin(transfers);
        _local?.Begin(local);
        while (_local is { IsUnderWay: true } || _schedule.IsUnderWay)
        {
            bool moved = _schedule.IsUnderWay && _schedule.Advance();
            moved |= _local is { IsUnderWay: true } && _local.Advance(local);
            if (moved)
            {
                _traffic.Wait.Reset();
            }
            else if (_schedule.IsUnderWay)
            {
                _schedule.Pause();
            }
            else if (_local is { IsUnderWay: true })
            {
                // Nothing wakes who looks at both kinds of memory, so the naps of posted work have to do.
                _traffic.Wait.Pause(_traffic.Port, _members[FirstUnderWay(local)]);
            }
        }
    }

    private static int FirstUnderWay(ReadOnlySpan<Transfer> transfers)
    {
        foreach (ref readonly Transfer transfer in transfers)
        {
            if (!transfer.IsDone)
            {
                return transfer.Peer;
            }
        }

        return 0;
    }

    // They are done for the posted ones; their copies carry the numbers of the host.
    private int TakeThoseOfThisHost(Span<Transfer> transfers)
    {
        int count = 0;
        foreach (ref Transfer transfer in transfers)
        {
            if (!IsOfThisHost(transfer.Peer))
            {
                continue;
            }

            if (count == _ofThisHost.Length)
            {
                Array.Resize(ref _ofThisHost, 2 * count);
            }

            _ofThisHost[count++] = transfer with { Peer = _map.LocalOf[transfer.Peer] };
            transfer.IsDone = true;
        }

        return count;
    }

    private bool IsOfThisHost(int peer) => _local is not null && _map.HostOf[peer] == _host;

    // What the host does not map is written to by the way that reaches it, and signals go behind what was put.
    private bool IsPutToHere(int peer) => MapsBuffers && IsOfThisHost(peer);

    public override void Put(byte* source, long length, int peer, BufferReference reference, long offset)
    {
        if (IsPutToHere(peer))
        {
            _local!.Put(source, length, _map.LocalOf[peer], reference, offset);
        }
        else
        {
            _all.Put(source, length, peer, reference, offset);
        }
    }

    public override void Signal(int peer, int signal)
    {
        if (IsPutToHere(peer))
        {
            _local!.Signal(_map.LocalOf[peer], signal);
        }
        else
        {
            _all.Signal(peer, signal);
        }
    }

    public override void Flush() => _all.Flush();

    public override void Forget(int peer, BufferReference reference)
    {
        if (IsPutToHere(peer))
        {
            _local!.Forget(_map.LocalOf[peer], reference);
        }
        else
        {
            _all.Forget(peer, reference);
        }
    }

    public override void WaitSignal(int peer, int signal, uint count)
    {
        if (IsPutToHere(peer))
        {
            _local!.WaitSignal(_map.LocalOf[peer], signal, count);
        }
        else
        {
            _all.WaitSignal(peer, signal, count);
        }
    }
}
