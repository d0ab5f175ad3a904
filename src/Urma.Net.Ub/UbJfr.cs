using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>A receive queue.</summary>
internal sealed unsafe class UbJfr : Jfr, IActivity, IClosingQueue
{
    // Requests that go to the library in one call.
    private const int Batch = 16;

    private readonly UbContext _context;
    private readonly UbJfc _jfc;
    private readonly Token _token;
    private readonly Lock _lock = new();
    private readonly List<UbSendQueue> _jetties = [];
    private readonly urma_jfr_wr_t* _works;
    private readonly urma_sge_t* _elements;
    private readonly int _maxSge;
    private urma_jfr_t* _native;
    private uint _activity;
    private long _posted;
    private long _completed;
    private bool _isFlushed;
    private bool _isFinishing;
    private int _disposed;

    public UbJfr(UbContext context, JfrOptions options, TransportMode mode)
        : base(context, options)
    {
        _context = context;
        _jfc = (UbJfc)options.ReceiveJfc;
        _token = options.Token ?? Urma.Net.Token.Random();
        _maxSge = options.MaxSge;
        Mode = mode;
        Depth = UbJfs.RoundDepth(options.Depth, context.Capabilities.MaxJfrDepth);
        _jfc.Reserve(Depth, "JFR");
        try
        {
            var config = default(urma_jfr_cfg_t);
            config.depth = (uint)Depth;
            config.trans_mode = (urma_transport_mode_t)mode;
            config.max_sge = (byte)_maxSge;
            config.flag.bs.token_policy = Liburma.URMA_TOKEN_PLAIN_TEXT;
            config.token_value.token = _token.Value;
            config.jfc = _jfc.Native;
            Marshal.SetLastSystemError(0);
            _native = Liburma.urma_create_jfr(context.Native, &config);
            int error = Marshal.GetLastSystemError();
            if (_native == null)
            {
                throw UbError.FromErrno(error, $"create a JFR of depth {Depth}");
            }
        }
        catch
        {
            _jfc.Release(Depth);
            throw;
        }

        Id = _native->jfr_id.id;
        _works = (urma_jfr_wr_t*)NativeMemory.Alloc((nuint)(Batch * sizeof(urma_jfr_wr_t)));
        _elements = (urma_sge_t*)NativeMemory.Alloc((nuint)(Batch * _maxSge * sizeof(urma_sge_t)));
        context.Watch(this);
    }

    public urma_jfr_t* Native => _native;

    public TransportMode Mode { get; }

    public override uint Id { get; }

    public override int Depth { get; }

    public override int Outstanding => (int)Math.Max(0, Volatile.Read(ref _posted) - Volatile.Read(ref _completed));

    public override Token Token => _token;

    public override JettyDescriptor Descriptor => new(_context.Eid, _context.Uasid, 0, Id);

    public bool IsDeleted { get; private set; }

    public bool IsQuiet => _isFlushed || Outstanding == 0;

    uint IActivity.Activity => Volatile.Read(ref _activity);

    uint IActivity.PendingActivity => 0;

    /// <summary>Remembers a jetty that takes its messages here.</summary>
    public void Serve(UbSendQueue jetty)
    {
        lock (_lock)
        {
            _jetties.Add(jetty);
            _context.Serve(jetty.Id, this);
        }
    }

    /// <summary>Forgets a jetty that was deleted.</summary>
    public void Leave(UbSendQueue jetty)
    {
        lock (_lock)
        {
            _jetties.Remove(jetty);
        }
    }

    /// <summary>Books a completion of this queue. Polling thread.</summary>
    public void Complete(in urma_cr_t completion)
    {
        if (completion.flag.bs.flush_err_done != 0 || completion.flag.bs.suspend_done != 0)
        {
            _isFlushed |= completion.flag.bs.flush_err_done != 0;
            return;
        }

        Volatile.Write(ref _completed, _completed + 1);
    }

    // There is no such call for receives: the device flushes them.
    public int TakeUnhandled(Span<urma_cr_t> completions) => 0;

    public bool TryDelete(bool force)
    {
        if (force && !_isFinishing)
        {
            // Where both queues of a jetty report to one JFC, its turn comes again while its jetties are deleted.
            _isFinishing = true;
            UbSendQueue[] jetties;
            lock (_lock)
            {
                jetties = [.. _jetties];
            }

            Array.ForEach(jetties, static j => j.FinishNow());
            _isFinishing = false;
        }

        lock (_lock)
        {
            if (_jetties.Count != 0)
            {
                return false;
            }
        }

        if (!IsDeleted)
        {
            Delete();
        }

        return true;
    }

    private void Delete()
    {
        IsDeleted = true;
        _context.Remove(this);
        _context.Unwatch(this);
        int status = (int)Liburma.urma_delete_jfr(_native);
        if (status != 0)
        {
            System.Diagnostics.Trace.TraceWarning($"Deleting JFR {Id} returned {status}: the device keeps it until the context is closed.");
        }

        _native = null;
        _jfc.Release(Depth);
        NativeMemory.Free(_works);
        NativeMemory.Free(_elements);
    }

    private protected override UrmaStatus PostCore(ReadOnlySpan<ReceiveRequest> requests, ReadOnlySpan<SegmentRange> scatter, out int posted)
    {
        posted = 0;
        if (Volatile.Read(ref _disposed) != 0)
        {
            return UrmaStatus.Failed;
        }

        Volatile.Write(ref _activity, (_activity + 1) | 1);
        UrmaStatus result = UrmaStatus.Success;
        while (posted < requests.Length && result == UrmaStatus.Success)
        {
            int most = Math.Min(Math.Min(requests.Length - posted, Batch), Depth - Outstanding);
            if (most == 0)
            {
                result = UrmaStatus.TryAgain;
                break;
            }

            int count = 0;
            while (count < most && TryTranslate(in requests[posted + count], scatter, count))
            {
                count++;
            }

            int taken = count == 0 ? 0 : Submit(count, out result);
            Volatile.Write(ref _posted, _posted + taken);
            posted += taken;
            if (result == UrmaStatus.Success && count < most)
            {
                result = UrmaStatus.InvalidArgument;
            }
        }

        Volatile.Write(ref _activity, (_activity + 1) & ~1u);
        return result;
    }

    private int Submit(int count, out UrmaStatus result)
    {
        urma_jfr_wr_t* bad = null;
        for (int i = 0; i < count; i++)
        {
            _works[i].next = i + 1 < count ? _works + i + 1 : null;
        }

        int code = (int)Liburma.urma_post_jfr_wr(_native, _works, &bad);
        return PostAnswer.Taken(code, bad == null ? -1 : bad - _works, count, out result);
    }

    private bool TryTranslate(in ReceiveRequest request, ReadOnlySpan<SegmentRange> scatter, int index)
    {
        urma_sge_t* elements = _elements + (index * _maxSge);
        int count = request.ScatterCount;
        if (count == 0)
        {
            // A receive without a buffer, for writes that announce themselves.
            bool isEmpty = request.Buffer.Token == 0 && request.Buffer.Length == 0;
            if (!isEmpty && !TryElement(request.Buffer, elements))
            {
                return false;
            }

            count = isEmpty ? 0 : 1;
        }
        else if (count > _maxSge || request.ScatterStart < 0 || request.ScatterStart > scatter.Length - count)
        {
            return false;
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                if (!TryElement(scatter[request.ScatterStart + i], elements + i))
                {
                    return false;
                }
            }
        }

        _works[index] = new urma_jfr_wr_t { src = new urma_sg_t { sge = elements, num_sge = (uint)count }, user_ctx = request.UserContext };
        return true;
    }

    private bool TryElement(in SegmentRange range, urma_sge_t* element)
    {
        HandleTable.Entry* entry = _context.LocalSegments.Find(range.Token);
        if (entry == null || (ulong)range.Length > uint.MaxValue)
        {
            return false;
        }

        ulong offset = (ulong)range.Address - entry->Start;
        *element = new urma_sge_t { addr = (ulong)range.Address, len = (uint)range.Length, tseg = (urma_target_seg_t*)entry->Handle };
        return offset <= (ulong)entry->Length && (ulong)range.Length <= (ulong)entry->Length - offset;
    }

    private protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _context.Objects.Drop(this);
        if (Outstanding > 0)
        {
            var attributes = new urma_jfr_attr_t { mask = (uint)urma_jfr_attr_mask_t.JFR_STATE, state = urma_jfr_state_t.URMA_JFR_STATE_ERROR };
            _ = Liburma.urma_modify_jfr(_native, &attributes);
        }

        if ((Outstanding > 0 || !TryDelete(force: false)) && !_jfc.FinishLater(this))
        {
            Delete();
        }
    }
}
