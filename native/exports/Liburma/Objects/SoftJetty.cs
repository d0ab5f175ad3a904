using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>A jetty: a send queue, and the JFR that takes its messages.</summary>
internal sealed unsafe class SoftJetty : ILife<urma_jetty_t, urma_jetty_cfg_t>
{
    private readonly SoftJfr _receive;
    private readonly SoftGroup? _group;
    private readonly urma_jfr_t* _ownReceive;
    private int _binding;

    public SoftJetty(SoftContext context, urma_jetty_t* block)
    {
        Context = context;
        urma_jetty_cfg_t* config = &block->jetty_cfg;
        Configs.CheckNoId(config->id, "jetty");
        Jfc = Configs.CheckJfs(context, &config->jfs_cfg);
        if (config->jetty_grp != null)
        {
            _group = Blocks.Find<SoftGroup, urma_jetty_grp_t>(config->jetty_grp, BlockKind.JettyGroup);
            context.Require(_group, _group?.Context, "jetty group");
        }

        if (config->flag.bs.share_jfr == 0)
        {
            _ownReceive = CreateReceive(context, config);
        }

        LoopbackJetty? engine = null;
        try
        {
            urma_jfr_t* shared = _ownReceive == null ? config->shared.jfr : _ownReceive;
            SoftJfr? receive = Blocks.Find<SoftJfr, urma_jfr_t>(shared, BlockKind.Jfr);
            context.Require(receive, receive?.Context, "JFR of the jetty");
            _receive = receive;
            Check(config);
            engine = (LoopbackJetty)context.Engine.CreateJetty(SoftSendQueue.OptionsOf(&config->jfs_cfg, Jfc, receive.Engine));
            Queue = new SoftSendQueue(Jfc, engine, &config->jfs_cfg, (nint)block);
            Block = block;
            _group?.Add(this);
        }
        catch
        {
            if (Queue is null)
            {
                engine?.Dispose();
            }
            else
            {
                Queue.Close();
            }

            FreeOwnReceive();
            throw;
        }

        Block->urma_ctx = context.Block;
        Block->jetty_id = Ids.Of(context, Queue.Id);
        Block->handle = Queue.Id;
        _receive.AddUser();
        context.AddChild();
        Blocks.Attach(block, this, BlockKind.Jetty);
    }

    public static BlockKind Kind => BlockKind.Jetty;

    public static BlockKind Draft => BlockKind.JettyDraft;

    public SoftContext Context { get; }

    public SoftJfc Jfc { get; }

    public SoftSendQueue Queue { get; }

    public urma_jetty_t* Block { get; }

    public SoftJfr Receive => _receive;

    private SoftTarget? Bound { get; set; }

    public int Query(urma_jetty_cfg_t* config, urma_jetty_attr_t* attributes)
    {
        *config = Block->jetty_cfg;
        *attributes = new urma_jetty_attr_t { state = Queue.State };
        return URMA_SUCCESS;
    }

    public int Bind(SoftTarget target)
    {
        if (Queue.Mode != urma_transport_mode_t.URMA_TM_RC)
        {
            throw new RefusedException(URMA_ENOPERM, "Only a jetty of URMA_TM_RC is bound; others name the target with each request.");
        }

        if (target.Members.Count != 1 || target.Block->type == urma_target_type_t.URMA_JETTY_GROUP)
        {
            throw new RefusedException(URMA_EINVAL, "A jetty is bound to one jetty, not to a group.");
        }

        lock (Context.Gate)
        {
            if (Bound is not null)
            {
                return URMA_EEXIST;
            }

            Bound = target;
            target.AddUser();
        }

        try
        {
            Queue.Advise(target);
        }
        catch
        {
            Release();
            throw;
        }

        Queue.SetBound(target);
        Block->remote_jetty = target.Block;
        return URMA_SUCCESS;
    }

    /// <summary>A bind in the background begins: until <see cref="EndBind"/> the jetty cannot be deleted.</summary>
    public void BeginBind() => Interlocked.Increment(ref _binding);

    public void EndBind() => Interlocked.Decrement(ref _binding);

    public int Unbind()
    {
        if (Queue.Mode != urma_transport_mode_t.URMA_TM_RC)
        {
            throw new RefusedException(URMA_ENOPERM, "Only a jetty of URMA_TM_RC is bound and unbound.");
        }

        return Release() ? URMA_SUCCESS : throw new RefusedException(URMA_EINVAL, "The jetty is not bound.");
    }

    public static ref urma_jetty_cfg_t ConfigOf(urma_jetty_t* block) => ref block->jetty_cfg;

    public static ref urma_context_t* ContextOf(urma_jetty_t* block) => ref block->urma_ctx;

    public static ref byte IsActive(urma_jetty_t* block) => ref block->urma_jetty_opt.is_actived;

    public static void Make(SoftContext context, urma_jetty_t* block) => _ = new SoftJetty(context, block);

    public void Leave() => Context.Bury(Block);

    /// <summary>Ends the jetty; the structure stays, because unpolled completions name it.</summary>
    public void Close()
    {
        if (Volatile.Read(ref _binding) != 0)
        {
            throw new RefusedException(URMA_EAGAIN, "The jetty is still being bound: wait for the notice first.");
        }

        _group?.Remove(this);
        _ = Release();
        Queue.Close();
        Context.Engine.CloseLanesTo(Queue.Id);
        Context.DropEvents(Block);
        _receive.RemoveUser();
        FreeOwnReceive();
        Blocks.Retire(Block);
        Context.RemoveChild();
    }

    private bool Release()
    {
        lock (Context.Gate)
        {
            if (Bound is null)
            {
                return false;
            }

            Bound.RemoveUser();
            Bound = null;
        }

        Queue.SetBound(null);
        Block->remote_jetty = null;
        return true;
    }

    private static urma_jfr_t* CreateReceive(SoftContext context, urma_jetty_cfg_t* config)
    {
        Configs.Check(config->jfr_cfg != null, "The jetty names no JFR: set flag.bs.share_jfr and shared.jfr.");
        urma_jfr_t* block = Blocks.Allocate<urma_jfr_t>();
        try
        {
            block->jfr_cfg = *config->jfr_cfg;
            _ = new SoftJfr(context, block);
            return block;
        }
        catch
        {
            NativeMemory.Free(block);
            throw;
        }
    }

    private void Check(urma_jetty_cfg_t* config)
    {
        Configs.Check(
            _receive.Block->jfr_cfg.trans_mode == config->jfs_cfg.trans_mode,
            "The transport mode of the jetty's JFR is another than its JFS's: make them equal.");
        Configs.Check(
            _ownReceive != null || config->shared.jfc == null || config->shared.jfc == _receive.Jfc.Block,
            "shared.jfc is another JFC than that of the JFR, which receives for all of its jetties: leave it NULL.");
    }

    private void FreeOwnReceive()
    {
        if (_ownReceive != null && Blocks.Find<SoftJfr, urma_jfr_t>(_ownReceive, BlockKind.Jfr) is { } own)
        {
            own.Close();
            own.Jfc.Context.Bury(_ownReceive);
        }
    }
}
