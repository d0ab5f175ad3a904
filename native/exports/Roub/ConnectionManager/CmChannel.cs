using Urma.Net.Interop.Librdmacm;

namespace Urma.Net.Exports.Roub;

/// <summary>An event channel: events of the ids that report to it, behind a descriptor. Thread-safe.</summary>
internal sealed unsafe class CmChannel : IDisposable
{
    private readonly EventDescriptor _ready = new();
    private readonly Queue<CmEvent> _events = new();
    private bool _isClosed;

    public CmChannel()
    {
        Block = Blocks.Create<rdma_event_channel>(this, BlockKind.EventChannel);
        Block->fd = _ready.Number;
    }

    public rdma_event_channel* Block { get; }

    public void Raise(CmEvent item)
    {
        lock (_events)
        {
            _events.Enqueue(item);
            if (!_isClosed)
            {
                _ready.Raise();
            }
        }
    }

    /// <summary>Takes the next event; never waits for one.</summary>
    /// <param name="target">Where the structure goes.</param>
    /// <returns>0, or −1 with errno; EAGAIN: there is none.</returns>
    public int Take(rdma_cm_event** target)
    {
        while (TryTake() is { } item)
        {
            if (TryHand(item, target))
            {
                return 0;
            }
        }

        return Answer.Negative(Errno.EAGAIN);
    }

    /// <summary>Takes an id's events out.</summary>
    public List<CmEvent> Forget(CmId owner)
    {
        List<CmEvent> found = [];
        lock (_events)
        {
            for (int i = _events.Count; i > 0; i--)
            {
                CmEvent item = _events.Dequeue();
                if (item.Owner == owner)
                {
                    found.Add(item);
                }
                else
                {
                    _events.Enqueue(item);
                }
            }

            ClearIfEmpty();
        }

        return found;
    }

    /// <summary>Whether an event of an id waits here.</summary>
    public bool Holds(CmId id)
    {
        lock (_events)
        {
            return _events.Any(item => item.Id == id);
        }
    }

    /// <summary>Closes the descriptor, whose number may be another file's from then on. Events of ids that the program left on it stay until those go.</summary>
    public void Dispose()
    {
        Blocks.Free(Block);
        lock (_events)
        {
            _isClosed = true;
            _ready.Dispose();
        }
    }

    // What does not reach the program needs no acknowledgement of it.
    private bool TryHand(CmEvent item, rdma_cm_event** target)
    {
        bool isHanded = false;
        try
        {
            if (item.Id.Prepare(item, this))
            {
                *target = item.Hand();
                isHanded = true;
            }
        }
        finally
        {
            if (!isHanded)
            {
                item.Owner.OnAcknowledged();
            }
        }

        return isHanded;
    }

    // Counted while it is taken, so that nobody thinks that its id has no event with the program.
    private CmEvent? TryTake()
    {
        lock (_events)
        {
            if (_events.TryDequeue(out CmEvent? item))
            {
                item.Owner.OnTaken(item);
            }

            ClearIfEmpty();
            return item;
        }
    }

    private void ClearIfEmpty()
    {
        if (_events.Count == 0 && !_isClosed)
        {
            _ready.Clear();
        }
    }
}
