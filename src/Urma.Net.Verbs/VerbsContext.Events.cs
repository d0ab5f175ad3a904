using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <content>Asynchronous events.</content>
public sealed unsafe partial class VerbsContext
{
    // How soon the thread notices that the context closes.
    private const int SliceMilliseconds = 100;
    private const int MaxUnread = 1024;

    private readonly Channel<VerbsEvent> _events = Channel.CreateBounded<VerbsEvent>(
        new BoundedChannelOptions(MaxUnread) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });

    private Thread? _eventThread;
    private volatile bool _eventsEnd;

    /// <summary>
    /// What the device tells that belongs to no request: queues that failed, ports that went down. Ends when the context is closed. Each event
    /// goes to one reader; of events that nobody reads the newest 1,024 are kept.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async IAsyncEnumerable<VerbsEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StartEvents();
        await foreach (VerbsEvent item in _events.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
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
                int flags = Libc.Fcntl(Native->async_fd, Libc.F_GETFL, 0);
                _ = Libc.Fcntl(Native->async_fd, Libc.F_SETFL, flags | Libc.O_NONBLOCK);
                _eventThread = new Thread(WatchEvents) { IsBackground = true, Name = $"urma-events-{Uasid}" };
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
        var descriptor = new Pollfd { fd = Native->async_fd, events = Libc.POLLIN };
        while (!_eventsEnd)
        {
            if (Libc.Poll(&descriptor, 1, SliceMilliseconds) <= 0)
            {
                continue;
            }

            ibv_async_event item;
            if (Libibverbs.ibv_get_async_event(Native, &item) != 0)
            {
                // A descriptor that stays readable without an event must not keep a processor busy.
                Thread.Sleep(SliceMilliseconds);
                continue;
            }

            var kind = (VerbsEventKind)item.event_type;
            bool isOfPort = kind is VerbsEventKind.PortActive or VerbsEventKind.PortError or VerbsEventKind.LidChange or VerbsEventKind.PartitionKeyChange
                or VerbsEventKind.SubnetManagerChange or VerbsEventKind.ClientReregister or VerbsEventKind.GidChange;
            string words = System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)Libibverbs.ibv_event_type_str(item.event_type)) ?? kind.ToString();
            _events.Writer.TryWrite(new VerbsEvent(kind, isOfPort ? item.element.port_num : 0, words));
            Libibverbs.ibv_ack_async_event(&item);
        }
    }
}
