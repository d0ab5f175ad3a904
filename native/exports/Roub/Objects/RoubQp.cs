using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>A QP: a jetty of the engine, whose number is part of the QP's, and the JFR that takes its messages. Posting is thread-safe.</summary>
internal sealed unsafe partial class RoubQp : IDisposable, IJettyAdmission
{
    private readonly RoubContext _context;
    private readonly RoubPd _domain;
    private readonly RoubCq _sendCq;
    private readonly RoubCq _receiveCq;
    private readonly RoubSrq? _srq;
    private readonly ReceivePoster _poster;
    private readonly uint _index;
    private readonly ibv_qp_cap _limits;
    private readonly bool _signalsAll;
    private IConnection _way;
    private LoopbackJetty _jetty;
    private LoopbackSendQueue _queue;
    private LoopbackJfr _receive;

    public RoubQp(RoubPd domain, in ibv_qp_init_attr init)
    {
        _context = domain.Context;
        _domain = domain;
        Type = init.qp_type;
        CheckType(Type);
        RoubCq? sendCq = Find.Cq(init.send_cq);
        RoubCq? receiveCq = Find.Cq(init.recv_cq);
        _context.Require(sendCq, sendCq?.Context, "send CQ");
        _context.Require(receiveCq, receiveCq?.Context, "receive CQ");
        _sendCq = sendCq;
        _receiveCq = receiveCq;
        if (init.srq != null)
        {
            RoubSrq? srq = Find.Srq(init.srq);
            _context.Require(srq, srq?.Context, "SRQ");
            _srq = srq;
        }

        _limits = Round(init.cap);
        _signalsAll = init.sq_sig_all != 0;
        _poster = new ReceivePoster(_context, domain.Number, (int)_limits.max_recv_sge);
        _index = _context.Claim(this);
        Number = QueueNumber.Of(_context.Engine.Uasid, _index);
        Outer = Blocks.Create<QpBlock>(this, BlockKind.QueuePair);
        Describe(in init);
        try
        {
            MakeEngine();
        }
        catch
        {
            _context.Release(_index);
            Blocks.Free(Outer);
            throw;
        }

        domain.AddUser();
        _sendCq.AddUser();
        _receiveCq.AddUser();
        _srq?.AddUser();
        if (_srq is not null)
        {
            _receiveCq.WatchReceives();
        }

        _context.Keep(this);
    }

    public RoubContext Context => _context;

    public ibv_qp_type Type { get; }

    public uint Number { get; }

    /// <summary>Its number within the engine.</summary>
    public uint Index => _index;

    public RoubPd Domain => _domain;

    /// <summary>What it can take: what was asked for, rounded.</summary>
    public ref readonly ibv_qp_cap Limits => ref _limits;

    /// <summary>The engine's send queue; another one after each reset.</summary>
    public LoopbackSendQueue Queue => _queue;

    public ibv_qp* Block => (ibv_qp*)Outer;

    /// <summary>Asynchronous events that the program has in its hands.</summary>
    public Acknowledgements Events { get; } = new();

    private QpBlock* Outer { get; }

    private bool IsDatagram => Type == ibv_qp_type.IBV_QPT_UD;

    /// <summary>Posts a list of receives.</summary>
    public int Post(ibv_recv_wr* request, ibv_recv_wr** bad)
    {
        if (_state == ibv_qp_state.IBV_QPS_RESET || _srq is not null)
        {
            *bad = request;
            return Errno.EINVAL;
        }

        int status = _poster.Post(_receive, request, bad);
        if (status != Errno.EIO)
        {
            return status;
        }

        // In the error state receives are taken, and given back.
        for (request = *bad; request != null; request = request->next)
        {
            _receiveCq.AddFlushed(request->wr_id, Number, ibv_wc_opcode.IBV_WC_RECV);
        }

        return 0;
    }

    public int Close()
    {
        _context.Drop(this);
        End();
        Events.Wait();
        Blocks.Free(Outer);
        return 0;
    }

    /// <summary>Ends it with its context, which waits for nobody.</summary>
    public void Dispose()
    {
        End();
        Blocks.Free(Outer);
    }

    private void End()
    {
        // A failure that is being dealt with in the background comes to its end first.
        lock (_context.Gate)
        {
            _state = ibv_qp_state.IBV_QPS_RESET;
            CloseEngine();
            _held.Drop();
            _context.Release(_index);
        }

        _headers?.Dispose();
        _context.Events.Forget(Block);
        _srq?.RemoveUser();
        _receiveCq.RemoveUser();
        _sendCq.RemoveUser();
        _domain.RemoveUser();
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_way), nameof(_jetty), nameof(_queue), nameof(_receive))]
    private void MakeEngine()
    {
        nint face = (nint)(Number | (IsDatagram ? WorkCompletionForm.Datagram : 0));
        _way = IsDatagram ? new DatagramWay(this) : new ConnectedWay(this);
        _receive = _srq?.Engine ?? (LoopbackJfr)_context.Engine.CreateJfr(new JfrOptions
        {
            ReceiveJfc = _receiveCq.Engine,
            Depth = (int)_limits.max_recv_wr,
            MaxSge = (int)_limits.max_recv_sge,
            IsOpen = true,
        });
        try
        {
            _jetty = (LoopbackJetty)_context.Engine.CreateJetty(new JettyOptions
            {
                SendJfc = _sendCq.Engine,
                Depth = (int)_limits.max_send_wr,
                SharedJfr = _receive,
                LaneJfc = _receiveCq.Engine,
                TransportMode = Type == ibv_qp_type.IBV_QPT_RC ? TransportMode.ReliableMessage : TransportMode.UnreliableMessage,
                OnFailure = Type == ibv_qp_type.IBV_QPT_RC ? QueueFailure.End : QueueFailure.Hide,
                Number = _index,
                Way = _way,
            });
        }
        catch
        {
            _way.Dispose();
            CloseReceive();
            throw;
        }

        _queue = _jetty.Queue;
        _jetty.Face = face;
        _jetty.Admission = this;
        if (_srq is null)
        {
            _receive.Face = face;
        }
    }

    private void CloseEngine()
    {
        _jetty.Dispose();
        _context.Engine.CloseLanesTo(_index);
        CloseReceive();
        _way.Dispose();
        _sendCq.Purge(Number);
        if (_receiveCq != _sendCq)
        {
            _receiveCq.Purge(Number);
        }
    }

    private void CloseReceive()
    {
        if (_srq is null)
        {
            _receive.Dispose();
        }
    }

    private void Describe(in ibv_qp_init_attr init)
    {
        Block->context = _context.Block;
        Block->qp_context = init.qp_context;
        Block->pd = _domain.Block;
        Block->send_cq = init.send_cq;
        Block->recv_cq = init.recv_cq;
        Block->srq = init.srq;
        Block->handle = _index;
        Block->qp_num = Number;
        Block->qp_type = Type;
    }

    private static void CheckType(ibv_qp_type type)
    {
        bool isKnown = type == ibv_qp_type.IBV_QPT_RC || (!Settings.IsStrict && type is ibv_qp_type.IBV_QPT_UC or ibv_qp_type.IBV_QPT_UD);
        if (!isKnown)
        {
            throw new RefusedException(Errno.EOPNOTSUPP, $"QPs of type {(int)type} do not exist here: RC" + (Settings.IsStrict ? " does." : ", UC and UD do."));
        }
    }

    // A queue has room for one at least, and the engine's for a power of two.
    private ibv_qp_cap Round(ibv_qp_cap asked)
    {
        RoubDeviceLimits.CheckSend(asked.max_send_wr, asked.max_send_sge, asked.max_inline_data);
        if (_srq is null)
        {
            RoubDeviceLimits.CheckReceive(asked.max_recv_wr, asked.max_recv_sge);
        }

        return new ibv_qp_cap
        {
            max_send_wr = System.Numerics.BitOperations.RoundUpToPowerOf2(Math.Max(1, asked.max_send_wr)),
            max_recv_wr = System.Numerics.BitOperations.RoundUpToPowerOf2(Math.Max(1, _srq is null ? asked.max_recv_wr : 0)),
            max_send_sge = Math.Max(1, asked.max_send_sge),
            max_recv_sge = Math.Max(1, _srq is null ? asked.max_recv_sge : 0),
            max_inline_data = Math.Max(asked.max_inline_data, 64),
        };
    }
}
