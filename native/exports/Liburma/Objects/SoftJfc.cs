using System.Runtime.CompilerServices;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>A completion queue. Thread-safe unless made lock_free.</summary>
/// <remarks>
/// The engine's queue never loses a completion. A program that makes the queue shallower than what reports to it is told by an
/// asynchronous event when it would have overflowed; the completions are there all the same.
/// </remarks>
internal sealed unsafe class SoftJfc : ILife<urma_jfc_t, urma_jfc_cfg_t>
{
    private const uint PostsPerLook = 16;

    private readonly SoftContext _context;
    private readonly SoftJfce? _channel;
    private readonly List<SoftSendQueue> _flushing = [];
    private readonly bool _lockFree;
    private BiasedLock _lock;
    private volatile int _markers;
    private volatile bool _canOverflow;
    private uint _posts;
    private long _reserved;
    private int _users;
    private bool _overflowed;

    public SoftJfc(SoftContext context, urma_jfc_t* block)
    {
        _context = context;
        urma_jfc_cfg_t* config = &block->jfc_cfg;
        Configs.CheckLimits(config);
        if (config->jfce != null)
        {
            _channel = Blocks.Find<SoftJfce, urma_jfce_t>(config->jfce, BlockKind.Jfce);
            context.Require(_channel, _channel?.Context, "JFCE of the JFC");
        }

        _lockFree = config->flag.bs.lock_free != 0;
        Engine = (LoopbackJfc)context.Engine.CreateJfc(new JfcOptions { Depth = context.Engine.Capabilities.MaxJfcDepth, Jfce = _channel?.Engine });
        Block = block;
        Block->urma_ctx = context.Block;
        Block->jfc_id = Ids.Of(context, context.NextJfcId());
        Block->handle = Block->jfc_id.id;
        Engine.Face = (nint)Block;
        _channel?.AddUser();
        context.AddChild();
        Blocks.Attach(block, this, BlockKind.Jfc);
    }

    public static BlockKind Kind => BlockKind.Jfc;

    public static BlockKind Draft => BlockKind.JfcDraft;

    public SoftContext Context => _context;

    public LoopbackJfc Engine { get; }

    public urma_jfc_t* Block { get; }

    /// <summary>Whether more can complete than the program made room for.</summary>
    public bool CanOverflow => _canOverflow;

    /// <summary>A queue of this depth reports here from now on.</summary>
    public void AddUser(uint depth)
    {
        lock (_context.Gate)
        {
            _users++;
            _reserved += depth;
            _canOverflow = _reserved > Block->jfc_cfg.depth;
        }
    }

    public void RemoveUser(uint depth)
    {
        lock (_context.Gate)
        {
            _users--;
            _reserved -= depth;
            _canOverflow = _reserved > Block->jfc_cfg.depth;
        }
    }

    public static ref urma_jfc_cfg_t ConfigOf(urma_jfc_t* block) => ref block->jfc_cfg;

    public static ref urma_context_t* ContextOf(urma_jfc_t* block) => ref block->urma_ctx;

    public static ref byte IsActive(urma_jfc_t* block) => ref block->urma_jfc_opt.is_actived;

    public static void Make(SoftContext context, urma_jfc_t* block) => _ = new SoftJfc(context, block);

    public void Leave() => _context.Bury(Block);

    /// <summary>Ends the queue; the structure stays, because events that were not acknowledged name it.</summary>
    public void Close()
    {
        lock (_context.Gate)
        {
            if (_users != 0)
            {
                throw new RefusedException(URMA_FAIL, $"{_users} queues still report to the JFC: delete them first.");
            }
        }

        Engine.Dispose();
        _channel?.RemoveUser(this);
        _context.DropEvents(Block);
        Blocks.Retire(Block);
        _context.RemoveChild();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Poll(int count, urma_cr_t* records)
    {
        bool privileged = _lockFree || _lock.Enter();

        int taken = Engine.PollAs<urma_cr_t, CompletionRecordForm>(new Span<urma_cr_t>(records, count));
        if (_markers != 0 && taken < count)
        {
            taken += TakeMarkers(new Span<urma_cr_t>(records + taken, count - taken));
        }

        if (!_lockFree)
        {
            _lock.Exit(privileged);
        }

        return taken;
    }

    /// <summary>Lets others poll after an exception threw the calling thread out of a call of this object.</summary>
    public void Abandon() => _lock.Abandon();

    public void Rearm(bool solicitedOnly)
    {
        if (_channel is null)
        {
            return;
        }

        bool privileged = _lock.Enter();
        Engine.Rearm(solicitedOnly);
        bool marked = _markers != 0;
        _lock.Exit(privileged);
        if (marked)
        {
            _channel.Raise((nint)Block);
        }
    }

    public int Modify(urma_jfc_attr_t* attributes) =>
        // Moderation delays events; none is the moderation of a device that raises them at once.
        (attributes->mask & ~(uint)(urma_jfc_attr_mask_t.JFC_MODERATE_COUNT | urma_jfc_attr_mask_t.JFC_MODERATE_PERIOD)) == 0 && attributes->mask != 0
            ? URMA_SUCCESS
            : URMA_EINVAL;

    /// <summary>Asks for the record that says that a queue is flushed, once its completions were polled.</summary>
    public void AddMarker(SoftSendQueue queue)
    {
        bool privileged = _lock.Enter();
        _flushing.Add(queue);
        _markers = _flushing.Count;
        _lock.Exit(privileged);
        _channel?.Raise((nint)Block);
    }

    public void DropMarker(SoftSendQueue queue)
    {
        if (_markers == 0)
        {
            return;
        }

        bool privileged = _lock.Enter();
        _flushing.Remove(queue);
        _markers = _flushing.Count;
        _lock.Exit(privileged);
    }

    /// <summary>After posting to a queue of a JFC that is too shallow: tells the program when the device would have lost completions.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void CheckOverflow()
    {
        // Counting looks at every sender; being told some posts late is early enough.
        if (_overflowed || ++_posts % PostsPerLook != 0 || Engine.CountWaiting() <= Block->jfc_cfg.depth)
        {
            return;
        }

        _overflowed = true;
        _context.Raise(urma_async_event_type_t.URMA_EVENT_JFC_ERR, Block);
    }

    private int TakeMarkers(Span<urma_cr_t> records)
    {
        int taken = 0;
        for (int i = _flushing.Count - 1; i >= 0 && taken < records.Length; i--)
        {
            if (_flushing[i].IsFlushed)
            {
                records[taken++] = _flushing[i].FlushedRecord();
                _flushing.RemoveAt(i);
            }
        }

        _markers = _flushing.Count;
        return taken;
    }
}
