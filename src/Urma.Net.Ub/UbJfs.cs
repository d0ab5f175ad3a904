using System.Numerics;
using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>A bare send queue.</summary>
internal sealed unsafe class UbJfs : Jfs
{
    private readonly UbContext _context;
    private readonly UbSendQueue _queue;

    public UbJfs(UbContext context, JfsOptions options)
        : base(context, options)
    {
        _context = context;
        var jfc = (UbJfc)options.SendJfc;
        int depth = RoundDepth(options.Depth, context.Capabilities.MaxJfsDepth);
        jfc.Reserve(depth, "JFS");
        try
        {
            urma_jfs_cfg_t config = Configure(context, options, depth);
            config.trans_mode = urma_transport_mode_t.URMA_TM_RM;
            Marshal.SetLastSystemError(0);
            urma_jfs_t* native = Liburma.urma_create_jfs(context.Native, &config);
            int error = Marshal.GetLastSystemError();
            if (native == null)
            {
                throw UbError.FromErrno(error, $"create a JFS of depth {depth}");
            }

            _queue = new UbSendQueue(context, jfc, options, depth, native, null);
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

    /// <summary>The library's form of what a send queue shall be. A copy for each call: the library writes into it.</summary>
    public static urma_jfs_cfg_t Configure(UbContext context, JfsOptions options, int depth)
    {
        var config = default(urma_jfs_cfg_t);
        config.depth = (uint)depth;
        config.trans_mode = (urma_transport_mode_t)options.TransportMode;
        config.priority = (byte)context.UbOptions.Priority;
        config.max_sge = (byte)Math.Min(context.Capabilities.MaxSge, byte.MaxValue);
        config.max_rsge = 1;
        config.max_inline_data = (uint)context.Capabilities.MaxInlineLength;
        config.rnr_retry = (byte)options.RnrRetry;
        config.err_timeout = (byte)context.UbOptions.ErrorTimeout;
        config.jfc = ((UbJfc)options.SendJfc).Native;
        return config;
    }

    /// <summary>A power of two, but for a device whose limit is none.</summary>
    public static int RoundDepth(int depth, int most) => (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)depth), (uint)most);

    public override void ModifyToError() => _queue.ModifyToError();

    private protected override UrmaStatus PostCore(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted) =>
        _queue.Post(requests, gather, out posted);

    private protected override void BindCore(TargetJetty target) => _queue.Bind((UbTargetJetty)target);

    private protected override void DisposeCore()
    {
        _context.Objects.Drop(this);
        _queue.Close();
    }
}
