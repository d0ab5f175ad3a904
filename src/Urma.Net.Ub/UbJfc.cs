using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Ub;

/// <summary>A completion queue.</summary>
internal sealed unsafe partial class UbJfc : DeviceJfc
{
    // What some devices give at most in one call.
    private const int Batch = 16;

    // A device that has not said by then that a queue is flushed will not say it.
    private static readonly TimeSpan FlushBound = TimeSpan.FromSeconds(2);

    private readonly UbContext _context;
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
    private int _queues;

    public UbJfc(UbContext context, JfcOptions options)
        : base(context, context.Objects, options, (UbJfce?)options.Jfce ?? new UbJfce(context))
    {
        _context = context;
        var config = default(urma_jfc_cfg_t);
        config.depth = (uint)Math.Min((long)Depth + Markers(Depth), context.Capabilities.MaxJfcDepth);
        config.jfce = ((UbJfce)Channel).Native;
        Marshal.SetLastSystemError(0);
        _native = Liburma.urma_create_jfc(context.Native, &config);
        int error = Marshal.GetLastSystemError();
        if (_native == null)
        {
            UrmaException failure = UbError.FromErrno(error, $"create a JFC of depth {Depth}");
            CloseOwnChannel();
            NativeMemory.AlignedFree(_batch);
            throw failure;
        }

        Channel.Attach(this);
    }

    public urma_jfc_t* Native => _native;

    public override nint Handle => (nint)_native;

    public override bool HasSpilled => _spilledCount != 0 || (Volatile.Read(ref _endedCount) != 0 && Array.Exists(_senders, static s => s.HasEnded));

    // Each queue ends with one completion more, which says that it is flushed (UMDK's API guide: the sum of the depths plus the number of
    // jetties).
    private static int Markers(int depth) => Math.Min(depth, 4096);

    /// <summary>Sets aside room for a queue of the given depth, or says why there is none.</summary>
    public void Reserve(int depth, string what)
    {
        lock (Lock)
        {
            RequireDepth(depth, what);
            if (_queues == Markers(Depth))
            {
                throw new UrmaException(UrmaStatus.InvalidArgument, $"{_queues} queues report to this JFC already, as many as its depth of {Depth} allows: use another JFC, or a deeper one.");
            }

            _queues++;
            Reserved += depth;
        }
    }

    public void Release(int depth)
    {
        lock (Lock)
        {
            _queues--;
            Reserved -= depth;
        }
    }

    /// <summary>Looks for what ended without the device in a send queue, too.</summary>
    public void Add(UbSendQueue queue)
    {
        lock (Lock)
        {
            _senders = [.. _senders, queue];
        }
    }

    /// <summary>Takes what a deleted queue still has, and forgets it.</summary>
    public void Remove(UbSendQueue queue)
    {
        lock (Lock)
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

    // Takes what there is out of the library.
    private protected override bool TryPeek()
    {
        if (_spilledCount != 0)
        {
            return true;
        }

        int got = Fill();
        if (got <= 0 && _closingCount != 0)
        {
            FinishClosing(force: false);
        }

        return _spilledCount != 0;
    }

    private protected override void RearmNative(bool solicitedOnly) =>
        UbError.Check((int)Liburma.urma_rearm_jfc(_native, solicitedOnly ? (byte)1 : (byte)0), "arm a JFC");
}
