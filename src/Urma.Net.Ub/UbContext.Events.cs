using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <content>Asynchronous events.</content>
public sealed unsafe partial class UbContext
{
    // How soon the thread notices that the context closes.
    private const int SliceMilliseconds = 100;
    private const int MaxUnread = 1024;

    private readonly Channel<UbEvent> _events = Channel.CreateBounded<UbEvent>(
        new BoundedChannelOptions(MaxUnread) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });

    private Thread? _eventThread;
    private volatile bool _eventsEnd;

    /// <summary>
    /// What the device tells that belongs to no request: queues that failed, ports that went down. Ends when the context is closed. Each event
    /// goes to one reader; of events that nobody reads the newest 1,024 are kept.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async IAsyncEnumerable<UbEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StartEvents();
        await foreach (UbEvent item in _events.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return item;
        }
    }

    private void StartEvents()
    {
        lock (_lock)
        {
            ThrowIfDisposed();
            if (_eventThread is null && !_eventsEnd)
            {
                // The event that woke the thread may be gone, with its queue, before the thread takes it.
                int flags = Libc.Fcntl(_native->async_fd, Libc.F_GETFL, 0);
                _ = Libc.Fcntl(_native->async_fd, Libc.F_SETFL, flags | Libc.O_NONBLOCK);
                _eventThread = new Thread(WatchEvents) { IsBackground = true, Name = $"urma-events-{Uasid:x6}" };
                _eventThread.Start();
            }
        }
    }

    private void StopEvents()
    {
        Thread? thread;
        lock (_lock)
        {
            _eventsEnd = true;
            thread = _eventThread;
        }

        thread?.Join();
        _events.Writer.TryComplete();
    }

    private void WatchEvents()
    {
        var descriptor = new Pollfd { fd = _native->async_fd, events = Libc.POLLIN };
        while (!_eventsEnd)
        {
            if (Libc.Poll(&descriptor, 1, SliceMilliseconds) <= 0)
            {
                continue;
            }

            urma_async_event_t item;
            if ((int)Liburma.urma_get_async_event(_native, &item) != 0)
            {
                // A descriptor that stays readable without an event must not keep a processor busy.
                Thread.Sleep(SliceMilliseconds);
                continue;
            }

            _events.Writer.TryWrite(Describe(item));
            Liburma.urma_ack_async_event(&item);
        }
    }

    private static UbEvent Describe(in urma_async_event_t item)
    {
        var kind = (UbEventKind)item.event_type;
        uint id = kind switch
        {
            UbEventKind.JfcError => item.element.jfc->jfc_id.id,
            UbEventKind.JfsError => item.element.jfs->jfs_id.id,
            UbEventKind.JfrError or UbEventKind.JfrLimit => item.element.jfr->jfr_id.id,
            UbEventKind.JettyError or UbEventKind.JettyLimit => item.element.jetty->jetty_id.id,
            UbEventKind.JettyGroupError => item.element.jetty_grp->jetty_grp_id.id,
            UbEventKind.PortActive or UbEventKind.PortDown => item.element.port_id,
            UbEventKind.EidChange => item.element.eid_idx,
            _ => 0,
        };
        return new UbEvent(kind, id, $"{kind} of {id}");
    }
}
