using Urma.Net.Diagnostics;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Ub;

/// <summary>What a JFS and a jetty have in common: posting, accounting, and the end.</summary>
/// <remarks>One thread posts at a time. Completions are accounted for by whoever polls the JFC.</remarks>
internal sealed unsafe partial class UbSendQueue : IActivity, IClosingQueue
{
    private readonly UbContext _context;
    private readonly SendScratch _scratch = new();
    private readonly UbJfc _jfc;
    private readonly uint _atomicFeatures;
    private readonly int _maxInline;
    private readonly int _maxSge;
    private readonly long _maxLength;
    private urma_jfs_t* _jfs;
    private urma_jetty_t* _jetty;
    private urma_target_jetty_t* _bound;
    private ulong _boundTarget;
    private uint _activity;
    private EndedRequest[]? _ended;
    private long _endedHead;
    private long _endedTail;
    private int _closeBegun;
    private long _posted;
    private long _completed;
    private volatile bool _isClosed;
    private volatile bool _isFlushed;
    private volatile bool _hasUnsignaled;
    private volatile bool _inError;

    /// <summary>Takes over a native queue: one of the two.</summary>
    public UbSendQueue(UbContext context, UbJfc jfc, JfsOptions options, int depth, urma_jfs_t* jfs, urma_jetty_t* jetty)
    {
        _context = context;
        _jfc = jfc;
        _jfs = jfs;
        _jetty = jetty;
        Depth = depth;
        Mode = options.TransportMode;
        Id = jetty != null ? jetty->jetty_id.id : jfs->jfs_id.id;
        Key = KeyOf(Id, isJetty: jetty != null);
        Counters = new DeviceQueueCounters(context, Id, depth);
        _atomicFeatures = context.Atomics;
        _maxInline = context.Capabilities.MaxInlineLength;
        _maxSge = context.Capabilities.MaxSge;
        _maxLength = context.Capabilities.MaxMessageLength;
        context.Add(this);
        jfc.Add(this);
    }

    public uint Id { get; }

    public int Depth { get; }

    public TransportMode Mode { get; }

    /// <summary>The JFR that takes messages for it; null for a JFS.</summary>
    public UbJfr? ReceiveQueue { get; init; }

    public DeviceQueueCounters Counters { get; }

    /// <summary>Finds it when a completion names it.</summary>
    public ulong Key { get; }

    public int Outstanding => (int)Math.Max(0, Volatile.Read(ref _posted) - Volatile.Read(ref _completed));

    public JettyState State => _isClosed || _inError ? JettyState.Error : JettyState.Ready;

    public bool IsDeleted { get; private set; }

    // Nobody hears of requests that asked for no completion unless they fail, so what is under way of them is not known.
    public bool IsQuiet => _isFlushed || (Outstanding == 0 && !_hasUnsignaled);

    uint IActivity.Activity => Volatile.Read(ref _activity);

    uint IActivity.PendingActivity => 0;

    /// <summary>Ends it now, if it is closed and waits for its JFC to be polled.</summary>
    public void FinishNow()
    {
        if (_isClosed && !IsDeleted)
        {
            _jfc.FinishClosing(force: true);
        }
    }

    /// <summary>Whether something that the device never saw is next. Polling thread.</summary>
    public bool HasEnded =>
        _endedHead != Volatile.Read(ref _endedTail) && (IsDeleted || _completed >= _ended![_endedHead & (_ended.Length - 1)].Behind);

    /// <summary>Takes what the device never saw, in its place. Polling thread.</summary>
    public bool TryTakeEnded(out ReceiveCompletion completion)
    {
        completion = default;
        if (!HasEnded)
        {
            return false;
        }

        completion = _ended![_endedHead & (_ended.Length - 1)].Completion;
        _endedHead++;
        Volatile.Write(ref _completed, _completed + 1);
        Counters.SeeCompleted(_completed, completion.Completion.IsSuccess);
        return true;
    }

    public static ulong KeyOf(uint id, bool isJetty) => ((isJetty ? 1ul : 0) << 32) | id;

    /// <summary>Books a completion of this queue. Polling thread.</summary>
    public void Complete(in urma_cr_t completion)
    {
        if (completion.flag.bs.flush_err_done != 0 || completion.flag.bs.suspend_done != 0)
        {
            _isFlushed |= completion.flag.bs.flush_err_done != 0;
            return;
        }

        bool isSuccess = completion.status == urma_cr_status_t.URMA_CR_SUCCESS;
        Volatile.Write(ref _completed, _completed + 1);
        Counters.SeeCompleted(_completed, isSuccess);
        if (!isSuccess)
        {
            Counters.CountError();
        }
    }

    public void ModifyToError()
    {
        if (_inError || _isClosed)
        {
            return;
        }

        _inError = true;
        if (_jetty != null)
        {
            var attributes = new urma_jetty_attr_t { mask = (uint)urma_jetty_attr_mask_t.JETTY_STATE, state = urma_jetty_state_t.URMA_JETTY_STATE_ERROR };
            UbError.Check((int)Liburma.urma_modify_jetty(_jetty, &attributes), $"move jetty {Id} to its error state");
        }
        else
        {
            var attributes = new urma_jfs_attr_t { mask = (uint)urma_jfs_attr_mask_t.JFS_STATE, state = urma_jetty_state_t.URMA_JETTY_STATE_ERROR };
            UbError.Check((int)Liburma.urma_modify_jfs(_jfs, &attributes), $"move JFS {Id} to its error state");
        }
    }

    public void Bind(UbTargetJetty target)
    {
        if (Mode == TransportMode.ReliableConnection)
        {
            Connect(target);
            return;
        }

        // What the first message would pay otherwise; a device that has nothing to prepare says so, and that is no failure.
        int status = _jetty != null
            ? (int)Liburma.urma_advise_jetty(_jetty, target.Native)
            : (int)Liburma.urma_advise_jfr(_jfs, target.Native);
        if ((UrmaStatus)status is UrmaStatus.TimedOut or UrmaStatus.OperationNotPermitted)
        {
            UbError.Check(status, $"prepare jetty {Id} for jetty {target.Descriptor.JettyId} of engine {target.Descriptor.Uasid}");
        }
    }

    private void Connect(UbTargetJetty target)
    {
        if (_boundTarget != 0)
        {
            throw new UrmaException(UrmaStatus.Exists, $"Send queue {Id} is connected already; it has one target for its whole life.");
        }

        if (_jetty == null)
        {
            // liburma connects jetties only: a JFS keeps to its target by itself.
            _boundTarget = target.Token;
            return;
        }

        urma_target_jetty_t* connection = target.ImportForConnection();
        int status = (int)Liburma.urma_bind_jetty(_jetty, connection);
        if (status is not 0 and not (int)UrmaStatus.Exists)
        {
            UbTargetJetty.Unimport(connection, target.Descriptor.JettyId != 0);
            UbError.Check(status, $"connect jetty {Id} to jetty {target.Descriptor.JettyId} of engine {target.Descriptor.Uasid}");
        }

        _bound = connection;
        _boundTarget = target.Token;
    }

    /// <summary>Ends it: at once where nothing is outstanding, else when the JFC has been polled empty.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closeBegun, 1) != 0)
        {
            return;
        }

        if (!IsQuiet)
        {
            try
            {
                ModifyToError();
            }
            catch (UrmaException error)
            {
                // What is under way is not flushed; it is waited for all the same.
                System.Diagnostics.Trace.TraceWarning(error.Message);
            }
        }

        _isClosed = true;
        if (IsQuiet || !_jfc.FinishLater(this))
        {
            Delete();
        }
    }

    public int TakeUnhandled(Span<urma_cr_t> completions)
    {
        fixed (urma_cr_t* first = completions)
        {
            int count = _jetty != null
                ? Liburma.urma_flush_jetty(_jetty, completions.Length, first)
                : Liburma.urma_flush_jfs(_jfs, completions.Length, first);
            return Math.Max(count, 0);
        }
    }

    public bool TryDelete(bool force)
    {
        Delete();
        return true;
    }

    private void Delete()
    {
        IsDeleted = true;
        _context.Remove(this);
        int status;
        if (_jetty != null)
        {
            if (_bound != null)
            {
                _ = Liburma.urma_unbind_jetty(_jetty);
                _ = Liburma.urma_unimport_jetty(_bound);
            }

            status = (int)Liburma.urma_delete_jetty(_jetty);
        }
        else
        {
            status = (int)Liburma.urma_delete_jfs(_jfs);
        }

        if (status != 0)
        {
            System.Diagnostics.Trace.TraceWarning($"Deleting send queue {Id} returned {status}: the device keeps it until the context is closed.");
        }

        ReceiveQueue?.Leave(this);
        _jetty = null;
        _jfs = null;
        _jfc.Remove(this);
        Counters.Return();
        _jfc.Release(Depth);
        _scratch.Free();
    }
}
