using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>An imported jetty, JFR, or group of jetties.</summary>
internal sealed unsafe class SoftTarget
{
    // No import's: its index is beyond all.
    private const ulong NoTarget = ulong.MaxValue;

    private readonly SoftContext _context;
    private int _users;
    private uint _turn;

    private SoftTarget(SoftContext context, List<TargetJetty> members)
    {
        _context = context;
        Members = members;
        Block = Blocks.Create<urma_target_jetty_t>(this, BlockKind.TargetJetty);
        Block->urma_ctx = context.Block;
        Block->handle = members.Count == 0 ? NoTarget : members[0].Token;
        context.AddChild();
    }

    public SoftContext Context => _context;

    public urma_target_jetty_t* Block { get; }

    /// <summary>The engine's targets: one, or those of a group.</summary>
    public IReadOnlyList<TargetJetty> Members { get; private set; }

    public static SoftTarget Import(SoftContext context, in urma_rjfr_t remote, urma_token_t* token)
    {
        Configs.CheckPolicy(remote.flag.bs.token_policy);
        var descriptor = new JettyDescriptor(Ids.ToEid(remote.jfr_id.eid), remote.jfr_id.uasid, 0, remote.jfr_id.id);
        var target = new SoftTarget(context, [context.Engine.ImportJetty(descriptor, TokenOf(token))]);
        target.Block->id = remote.jfr_id;
        target.Block->type = urma_target_type_t.URMA_JFR;
        target.Block->trans_mode = remote.trans_mode;
        target.Block->flag = remote.flag;
        target.Block->tp_type = remote.tp_type;
        return target;
    }

    public static SoftTarget Import(SoftContext context, in urma_rjetty_t remote, urma_token_t* token)
    {
        Configs.CheckPolicy(remote.flag.bs.token_policy);
        var target = new SoftTarget(context, Resolve(context, in remote, TokenOf(token)));
        target.Describe(in remote);
        return target;
    }

    /// <summary>A target that is imported later; until then requests to it are refused, and it cannot be deleted before.</summary>
    public static SoftTarget Promise(SoftContext context, in urma_rjetty_t remote)
    {
        Configs.CheckPolicy(remote.flag.bs.token_policy);
        var target = new SoftTarget(context, []);
        target.Describe(in remote);
        target.AddUser();
        return target;
    }

    /// <summary>Imports what was promised; whoever called for it calls <see cref="RemoveUser"/> when it ended.</summary>
    public void Keep(in urma_rjetty_t remote, urma_token_t token)
    {
        List<TargetJetty> members = Resolve(_context, in remote, new Token(token.token));
        Members = members;
        Volatile.Write(ref Block->handle, members[0].Token);
    }

    private static List<TargetJetty> Resolve(SoftContext context, in urma_rjetty_t remote, Token token) => remote.type switch
    {
        urma_target_type_t.URMA_JETTY_GROUP => SoftGroup.Import(context, in remote.jetty_id, token),
        urma_target_type_t.URMA_JETTY => [ImportOne(context, in remote.jetty_id, token)],
        urma_target_type_t.URMA_JFR => [context.Engine.ImportJetty(
            new JettyDescriptor(Ids.ToEid(remote.jetty_id.eid), remote.jetty_id.uasid, 0, remote.jetty_id.id), token)],
        _ => throw new RefusedException(URMA_EINVAL, $"{(int)remote.type} is not a type of target: URMA_JETTY, URMA_JETTY_GROUP or URMA_JFR."),
    };

    private void Describe(in urma_rjetty_t remote)
    {
        Block->id = remote.jetty_id;
        Block->type = remote.type;
        Block->trans_mode = remote.trans_mode;
        Block->policy = remote.policy;
        Block->flag = remote.flag;
        Block->tp_type = remote.tp_type;
    }

    public static TargetJetty ImportOne(SoftContext context, in urma_jetty_id_t id, Token token) =>
        context.Engine.ImportJetty(new JettyDescriptor(Ids.ToEid(id.eid), id.uasid, id.id, 0), token);

    /// <summary>Picks the member of a group that takes a message: in turn, or by the request's hint.</summary>
    public static bool TryPick(urma_target_jetty_t* block, byte hint, out ulong token)
    {
        SoftTarget? target = Blocks.Find<SoftTarget, urma_target_jetty_t>(block, BlockKind.TargetJetty);
        if (target is null || target.Members.Count == 0)
        {
            token = 0;
            return false;
        }

        uint turn = block->policy == urma_jetty_grp_policy_t.URMA_JETTY_GRP_POLICY_HASH_HINT ? hint : Interlocked.Increment(ref target._turn) - 1;
        token = target.Members[(int)(turn % (uint)target.Members.Count)].Token;
        return true;
    }

    public void AddUser() => Interlocked.Increment(ref _users);

    public void RemoveUser() => Interlocked.Decrement(ref _users);

    public int Delete()
    {
        if (Volatile.Read(ref _users) != 0)
        {
            throw new RefusedException(URMA_FAIL, "A jetty is still bound to the target, or its import has not ended: unbind, or wait for the notice, first.");
        }

        foreach (TargetJetty member in Members)
        {
            member.Dispose();
        }

        _context.RemoveChild();
        Blocks.Free(Block);
        return URMA_SUCCESS;
    }

    private static Token TokenOf(urma_token_t* token) => new(token == null ? 0 : token->token);
}
