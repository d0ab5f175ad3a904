using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>A receive queue: a shared one of the device's, because every lane that leads here has a queue pair of its own.</summary>
internal sealed unsafe class VerbsJfr : Jfr, IActivity
{
    // Requests that go to the device in one call.
    private const int Batch = 16;

    // ENOMEM: the device has no room, which should have been counted.
    private const int NoRoom = 12;

    private readonly VerbsContext _context;
    private readonly VerbsJfc _jfc;
    private readonly Token _token;
    private readonly ReceiveSlots _slots;
    private readonly ibv_recv_wr* _works;
    private readonly ibv_sge* _elements;
    private readonly int _maxSge;
    private uint _activity;
    private long _posted;
    private long _completed;
    private int _disposed;

    public VerbsJfr(VerbsContext context, JfrOptions options, TransportMode mode)
        : base(context, options)
    {
        _context = context;
        _jfc = (VerbsJfc)options.ReceiveJfc;
        _token = options.Token ?? Urma.Net.Token.Random();
        _maxSge = options.MaxSge;
        Mode = mode;
        Depth = VerbsContext.RoundDepth(options.Depth, context.Capabilities.MaxJfrDepth);
        _jfc.Reserve(Depth, 1, "JFR");
        try
        {
            var attributes = default(ibv_srq_init_attr);
            attributes.attr.max_wr = (uint)Depth;
            attributes.attr.max_sge = (uint)_maxSge;
            Marshal.SetLastSystemError(0);
            Native = Libibverbs.ibv_create_srq(context.ProtectionDomain, &attributes);
            int error = Marshal.GetLastSystemError();
            if (Native == null)
            {
                throw VerbsError.FromErrno(error, $"create a JFR of depth {Depth}");
            }
        }
        catch
        {
            _jfc.Release(Depth, 1);
            throw;
        }

        _slots = new ReceiveSlots(Depth);
        _works = (ibv_recv_wr*)NativeMemory.Alloc((nuint)(Batch * sizeof(ibv_recv_wr)));
        _elements = (ibv_sge*)NativeMemory.Alloc((nuint)(Batch * _maxSge * sizeof(ibv_sge)));
        Id = context.AddReceiveQueue(this);
        context.Watch(this);
    }

    public ibv_srq* Native { get; private set; }

    public TransportMode Mode { get; }

    public override uint Id { get; }

    public override int Depth { get; }

    public override int Outstanding => (int)Math.Max(0, Volatile.Read(ref _posted) - Volatile.Read(ref _completed));

    public override Token Token => _token;

    public override JettyDescriptor Descriptor => new(_context.Eid, _context.Uasid, 0, Id);

    public VerbsJfc Jfc => _jfc;

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    uint IActivity.Activity => Volatile.Read(ref _activity);

    uint IActivity.PendingActivity => 0;

    /// <summary>Ends a receive; false where it has ended already. Under the JFC's gate.</summary>
    public bool TryComplete(uint slot, out ulong userContext)
    {
        if (!_slots.TryReturn(slot, out userContext))
        {
            return false;
        }

        Volatile.Write(ref _completed, _completed + 1);
        return true;
    }

    private protected override UrmaStatus PostCore(ReadOnlySpan<ReceiveRequest> requests, ReadOnlySpan<SegmentRange> scatter, out int posted)
    {
        posted = 0;
        if (IsDisposed)
        {
            return UrmaStatus.Failed;
        }

        Volatile.Write(ref _activity, (_activity + 1) | 1);
        UrmaStatus result = UrmaStatus.Success;
        while (posted < requests.Length && result == UrmaStatus.Success)
        {
            int most = Math.Min(Math.Min(requests.Length - posted, Batch), _slots.Free);
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

            int taken = count == 0 ? 0 : Submit(count, ref result);
            posted += taken;
            if (result == UrmaStatus.Success && count < most)
            {
                result = UrmaStatus.InvalidArgument;
            }
        }

        Volatile.Write(ref _activity, (_activity + 1) & ~1u);
        return result;
    }

    private int Submit(int count, ref UrmaStatus result)
    {
        for (int i = 0; i < count; i++)
        {
            _works[i].next = i + 1 < count ? _works + i + 1 : null;
        }

        // Counted before: one may be filled, and polled, before the call returns.
        Volatile.Write(ref _posted, _posted + count);
        ibv_recv_wr* bad = null;
        int error = _context.Native->ops.post_srq_recv(Native, _works, &bad);
        if (error == 0)
        {
            return count;
        }

        int taken = bad == null ? 0 : (int)(bad - _works);
        _slots.Untake(count - taken);
        Volatile.Write(ref _posted, _posted - (count - taken));
        result = error == NoRoom ? UrmaStatus.TryAgain : UrmaStatus.Failed;
        return taken;
    }

    private bool TryTranslate(in ReceiveRequest request, ReadOnlySpan<SegmentRange> scatter, int index)
    {
        ibv_sge* elements = _elements + (index * _maxSge);
        int count = request.ScatterCount;
        if (count == 0)
        {
            // A receive without a buffer, for writes that announce themselves.
            bool isEmpty = request.Buffer.Token == 0 && request.Buffer.Length == 0;
            if (!isEmpty && !TryElement(request.Buffer, elements))
            {
                return false;
            }

            count = isEmpty || request.Buffer.Length == 0 ? 0 : 1;
        }
        else if (count > _maxSge || request.ScatterStart < 0 || request.ScatterStart > scatter.Length - count)
        {
            return false;
        }
        else
        {
            int used = 0;
            for (int i = 0; i < count; i++)
            {
                SegmentRange piece = scatter[request.ScatterStart + i];
                if (!TryElement(piece, elements + used))
                {
                    return false;
                }

                used += piece.Length == 0 ? 0 : 1;
            }

            count = used;
        }

        _works[index] = new ibv_recv_wr
        {
            wr_id = WorkId.OfReceive((int)Id, _slots.Take(request.UserContext)),
            sg_list = elements,
            num_sge = count,
        };
        return true;
    }

    private bool TryElement(in SegmentRange range, ibv_sge* element)
    {
        HandleTable.Entry* entry = _context.LocalSegments.Find(range.Token);
        if (entry == null || (ulong)range.Length > uint.MaxValue || !VerbsSegment.TakesMessages((SegmentAccess)entry->Rights))
        {
            return false;
        }

        ulong offset = (ulong)range.Address - entry->Start;
        *element = new ibv_sge { addr = (ulong)range.Address, length = (uint)range.Length, lkey = (uint)entry->Handle };
        return offset <= (ulong)entry->Length && (ulong)range.Length <= (ulong)entry->Length - offset;
    }

    private protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _context.Objects.Drop(this);
        _context.EndPairs(p => p.Jetty.ReceiveQueue == this);
        _context.EndInbound(0, Id);
        _context.WaitUntilNobodyPosts();
        _context.Unwatch(this);

        int error = Libibverbs.ibv_destroy_srq(Native);
        if (error != 0)
        {
            System.Diagnostics.Trace.TraceWarning($"Destroying JFR {Id} returned {error}: the device keeps it until the context is closed.");
        }

        Native = null;
        _jfc.DrainReceivesOf(this);
        _context.RemoveReceiveQueue(this);
        _jfc.Release(Depth, 1);
        _slots.Dispose();
        NativeMemory.Free(_works);
        NativeMemory.Free(_elements);
    }

    /// <summary>What was posted and never filled, in order. Under the JFC's gate.</summary>
    public ulong[] TakeUnfilled()
    {
        ulong[] unfilled = _slots.ReturnAll();
        Volatile.Write(ref _completed, _completed + unfilled.Length);
        return unfilled;
    }
}
