using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>A completion queue.</summary>
internal sealed unsafe partial class UbJfc : Jfc
{
    // What some devices give at most in one call.
    private const int Batch = 16;

    // A device that has not said by then that a queue is flushed will not say it.
    private static readonly TimeSpan FlushBound = TimeSpan.FromSeconds(2);

    private readonly UbContext _context;
    private readonly UbJfce? _ownJfce;
    private readonly Lock _lock = new();
    private readonly Queue<ReceiveCompletion> _spilled = new();
    private readonly List<(IClosingQueue Queue, long Deadline)> _closing = [];
    private readonly urma_cr_t* _batch = (urma_cr_t*)NativeMemory.AlignedAlloc((nuint)(Batch * sizeof(urma_cr_t)), 64);
    private urma_jfc_t* _native;
    private UbSendQueue? _lastSender;
    private UbJfr? _lastReceiver;
    private uint _lastReceiverId;
    private bool _lastReceiverIsJetty;
    private volatile int _spilledCount;
    private volatile UbSendQueue[] _senders = [];
    private int _endedCount;
    private volatile int _closingCount;
    private int _reserved;
    private int _queues;
    private volatile int _disposed;
    private volatile bool _isWaiting;

    public UbJfc(UbContext context, JfcOptions options)
        : base(context, options)
    {
        _context = context;
        Depth = options.Depth;

        // Waiting for one JFC needs a channel as well.
        _ownJfce = options.Jfce is null ? new UbJfce(context) : null;
        Channel = _ownJfce ?? (UbJfce)options.Jfce!;
        var config = default(urma_jfc_cfg_t);
        config.depth = (uint)Math.Min((long)Depth + Markers(Depth), context.Capabilities.MaxJfcDepth);
        config.jfce = Channel.Native;
        Marshal.SetLastSystemError(0);
        _native = Liburma.urma_create_jfc(context.Native, &config);
        int error = Marshal.GetLastSystemError();
        if (_native == null)
        {
            UrmaException failure = UbError.FromErrno(error, $"create a JFC of depth {Depth}");
            _ownJfce?.Dispose();
            throw failure;
        }

        Channel.Attach(this);
    }

    public override int Depth { get; }

    public urma_jfc_t* Native => _native;

    /// <summary>The channel its events come through; one of its own where the user gave none.</summary>
    public UbJfce Channel { get; }

    // Each queue ends with one completion more, which says that it is flushed (UMDK's API guide: the sum of the depths plus the number of
    // jetties).
    private static int Markers(int depth) => Math.Min(depth, 4096);

    /// <summary>Sets aside room for a queue of the given depth, or says why there is none.</summary>
    public void Reserve(int depth, string what)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (depth > Depth - _reserved)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"The JFC has a depth of {Depth}, of which {_reserved} serve other queues; a {what} of depth {depth} does not fit. " +
                    $"Set JfcOptions.Depth to at least {_reserved + depth}, the sum of the depths of all queues that report to it.");
            }

            if (_queues == Markers(Depth))
            {
                throw new UrmaException(UrmaStatus.InvalidArgument, $"{_queues} queues report to this JFC already, as many as its depth of {Depth} allows: use another JFC, or a deeper one.");
            }

            _queues++;
            _reserved += depth;
        }
    }

    public void Release(int depth)
    {
        lock (_lock)
        {
            _queues--;
            _reserved -= depth;
        }
    }

    /// <summary>Looks for what ended without the device in a send queue, too.</summary>
    public void Add(UbSendQueue queue)
    {
        lock (_lock)
        {
            _senders = [.. _senders, queue];
        }
    }

    /// <summary>Takes what a deleted queue still has, and forgets it.</summary>
    public void Remove(UbSendQueue queue)
    {
        lock (_lock)
        {
            SpillEnded(queue);
            _spilledCount = _spilled.Count;
            _senders = [.. _senders.Where(q => q != queue)];
        }
    }

    /// <summary>Says that a request ended without the device. Posting thread.</summary>
    public void TellEnded()
    {
        Interlocked.Increment(ref _endedCount);
        Channel.Nudge();
    }
}
