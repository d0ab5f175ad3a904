using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Providers.Devices;

/// <summary>Asynchronous events of a device: read by a thread that begins with the first reader, and kept for readers.</summary>
/// <typeparam name="TEvent">What the provider tells of one.</typeparam>
internal sealed unsafe class DeviceEvents<TEvent>
{
    // How soon the thread notices that the context closes.
    private const int SliceMilliseconds = 100;
    private const int MaxUnread = 1024;

    private readonly Lock _lock = new();
    private readonly Channel<TEvent> _unread = Channel.CreateBounded<TEvent>(
        new BoundedChannelOptions(MaxUnread) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });

    private readonly DeviceObjects _objects;
    private readonly int _descriptor;
    private readonly string _threadName;
    private readonly Taker _take;
    private Thread? _thread;
    private volatile bool _isEnding;

    /// <summary>Begins nothing yet.</summary>
    /// <param name="objects">Of the context.</param>
    /// <param name="descriptor">Readable when there is an event.</param>
    /// <param name="threadName">For debuggers.</param>
    /// <param name="take">Takes an event from the library and acknowledges it, without waiting for one.</param>
    public DeviceEvents(DeviceObjects objects, int descriptor, string threadName, Taker take)
    {
        _objects = objects;
        _descriptor = descriptor;
        _threadName = threadName;
        _take = take;
    }

    public delegate bool Taker(out TEvent item);

    /// <summary>Each event goes to one reader; of events that nobody reads the newest 1,024 are kept.</summary>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public async IAsyncEnumerable<TEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Start();
        await foreach (TEvent item in _unread.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return item;
        }
    }

    /// <summary>Ends the thread, and with it what the readers read.</summary>
    public void Stop()
    {
        Thread? thread;
        lock (_lock)
        {
            _isEnding = true;
            thread = _thread;
        }

        thread?.Join();
        _unread.Writer.TryComplete();
    }

    private void Start()
    {
        lock (_lock)
        {
            _objects.ThrowIfDisposed();
            if (_thread is null && !_isEnding)
            {
                // The event that woke the thread may be gone, with its queue, before the thread takes it.
                int flags = Libc.Fcntl(_descriptor, Libc.F_GETFL, 0);
                _ = Libc.Fcntl(_descriptor, Libc.F_SETFL, flags | Libc.O_NONBLOCK);
                _thread = new Thread(Watch) { IsBackground = true, Name = _threadName };
                _thread.Start();
            }
        }
    }

    private void Watch()
    {
        var descriptor = new Pollfd { fd = _descriptor, events = Libc.POLLIN };
        while (!_isEnding)
        {
            if (Libc.Poll(&descriptor, 1, SliceMilliseconds) <= 0)
            {
                continue;
            }

            if (_take(out TEvent item))
            {
                _unread.Writer.TryWrite(item);
            }
            else
            {
                // A descriptor that stays readable without an event must not keep a processor busy.
                Thread.Sleep(SliceMilliseconds);
            }
        }
    }
}
