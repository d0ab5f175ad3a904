using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>A send queue with the JFR that takes its messages, which on UB devices is a queue of its own in any case.</summary>
internal sealed unsafe class UbJetty : Jetty
{
    private readonly UbContext _context;
    private readonly UbSendQueue _queue;
    private readonly UbJfr _receiveQueue;
    private readonly bool _ownsReceiveQueue;

    public UbJetty(UbContext context, JettyOptions options, UbJfr receiveQueue, bool ownsReceiveQueue, UbJettyGroup? group)
        : base(context, options, receiveQueue)
    {
        _context = context;
        _receiveQueue = receiveQueue;
        _ownsReceiveQueue = ownsReceiveQueue;
        var jfc = (UbJfc)options.SendJfc;
        int depth = UbJfs.RoundDepth(options.Depth, context.Capabilities.MaxJfsDepth);
        jfc.Reserve(depth, "jetty");
        try
        {
            var config = default(urma_jetty_cfg_t);
            config.jfs_cfg = UbJfs.Configure(context, options, depth);
            config.flag.bs.share_jfr = 1;
            config.shared.jfr = receiveQueue.Native;
            config.shared.jfc = ((UbJfc)receiveQueue.ReceiveJfc).Native;
            config.jetty_grp = group is null ? null : group.Native;
            Marshal.SetLastSystemError(0);
            urma_jetty_t* native = Liburma.urma_create_jetty(context.Native, &config);
            int error = Marshal.GetLastSystemError();
            if (native == null)
            {
                throw UbError.FromErrno(error, $"create a jetty of depth {depth}");
            }

            _queue = new UbSendQueue(context, jfc, options, depth, null, native) { ReceiveQueue = receiveQueue };
            receiveQueue.Serve(_queue);
        }
        catch
        {
            jfc.Release(depth);
            throw;
        }
    }

    internal override Diagnostics.CounterBlock* Counters => _queue.Counters.Block;

    public override uint Id => _queue.Id;

    public override int Depth => _queue.Depth;

    public override int Outstanding => _queue.Outstanding;

    public override JettyState State => _queue.State;

    public override void ModifyToError() => _queue.ModifyToError();

    private protected override UrmaStatus PostCore(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted) =>
        _queue.Post(requests, gather, out posted);

    private protected override void BindCore(TargetJetty target) => _queue.Bind((UbTargetJetty)target);

    private protected override void DisposeCore()
    {
        _context.Objects.Drop(this);
        _queue.Close();
        if (_ownsReceiveQueue)
        {
            _receiveQueue.Dispose();
        }
    }
}
