using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>The asynchronous events of a context, behind its descriptor. Thread-safe.</summary>
internal sealed unsafe class AsyncEvents : IDisposable
{
    private readonly EventDescriptor _ready = new();
    private readonly Queue<(ibv_async_event Event, Acknowledgements Taken)> _events = new();

    public int Descriptor => _ready.Number;

    /// <param name="type">What happened.</param>
    /// <param name="element">To which QP or SRQ.</param>
    /// <param name="taken">What counts its events while the program has them.</param>
    public void Raise(ibv_event_type type, void* element, Acknowledgements taken)
    {
        var item = new ibv_async_event { event_type = type };
        item.element.cq = (ibv_cq*)element;
        lock (_events)
        {
            _events.Enqueue((item, taken));
            _ready.Raise();
        }
    }

    /// <summary>Takes the next event; never waits for one.</summary>
    /// <returns>0, or −1 with errno; EAGAIN: there is none.</returns>
    public int Take(ibv_async_event* target) => TryTake(out *target) ? 0 : Answer.Negative(Errno.EAGAIN);

    /// <summary>Drops events of an object that is being destroyed.</summary>
    public void Forget(void* element)
    {
        lock (_events)
        {
            for (int i = _events.Count; i > 0; i--)
            {
                (ibv_async_event Event, Acknowledgements Taken) item = _events.Dequeue();
                if (item.Event.element.cq != element)
                {
                    _events.Enqueue(item);
                }
            }

            ClearIfEmpty();
        }
    }

    public void Dispose() => _ready.Dispose();

    private bool TryTake(out ibv_async_event item)
    {
        lock (_events)
        {
            bool found = _events.TryDequeue(out (ibv_async_event Event, Acknowledgements Taken) next);
            item = next.Event;
            next.Taken?.Take();
            ClearIfEmpty();
            return found;
        }
    }

    private void ClearIfEmpty()
    {
        if (_events.Count == 0)
        {
            _ready.Clear();
        }
    }
}
