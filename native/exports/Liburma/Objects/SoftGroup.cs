using System.Globalization;
using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>
/// Jetties behind one target. Who they are is published on the fabric under the group's number, together with what each takes to
/// be imported; a peer must show the group's token. (Within one user, tokens stop mistakes.)
/// </summary>
internal sealed unsafe class SoftGroup
{
    private static readonly TimeSpan LookupTime = TimeSpan.FromSeconds(1);

    private readonly SoftContext _context;
    private readonly List<SoftJetty> _members = [];
    private IDisposable? _published;

    public SoftGroup(SoftContext context, urma_jetty_grp_cfg_t* config)
    {
        Configs.CheckNoId(config->id, "jetty group");
        Configs.CheckPolicy(config->flag.bs.token_policy);
        Configs.Check(
            config->policy is urma_jetty_grp_policy_t.URMA_JETTY_GRP_POLICY_RR or urma_jetty_grp_policy_t.URMA_JETTY_GRP_POLICY_HASH_HINT,
            $"{(int)config->policy} is not a policy of jetty groups.");
        _context = context;
        Block = Blocks.Create<urma_jetty_grp_t>(this, BlockKind.JettyGroup);
        Block->urma_ctx = context.Block;
        Block->jetty_grp_id = Ids.Of(context, context.NextGroupId());
        Block->cfg = *config;
        Block->handle = Block->jetty_grp_id.id;
        Block->jetty_list = (urma_jetty_t**)NativeMemory.AllocZeroed(URMA_MAX_JETTY_IN_JETTY_GRP, (nuint)sizeof(nint));
        try
        {
            Publish();
        }
        catch
        {
            NativeMemory.Free(Block->jetty_list);
            Blocks.Free(Block);
            throw;
        }

        context.AddChild();
    }

    public SoftContext Context => _context;

    public urma_jetty_grp_t* Block { get; }

    /// <summary>Imports every member of a peer's group.</summary>
    public static List<TargetJetty> Import(SoftContext context, in urma_jetty_id_t id, Token token)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(context.Engine.Lookup(NameOf(id.uasid, id.id), LookupTime));
        if (words.Length < 2 || (words.Length & 1) != 0 || (words[0] != URMA_TOKEN_NONE && words[1] != token.Value))
        {
            throw new RefusedException(URMA_ENOPERM, $"The token does not match jetty group {id.id}: exchange token and descriptor again.");
        }

        var members = new List<TargetJetty>();
        try
        {
            for (int i = 2; i < words.Length; i += 2)
            {
                urma_jetty_id_t member = id;
                member.id = words[i];
                members.Add(SoftTarget.ImportOne(context, in member, new Token(words[i + 1])));
            }
        }
        catch
        {
            members.ForEach(member => member.Dispose());
            throw;
        }

        return members.Count != 0 ? members : throw new RefusedException(URMA_EINVAL, $"Jetty group {id.id} has no member yet: create its jetties first.");
    }

    public void Add(SoftJetty jetty)
    {
        lock (_members)
        {
            Configs.Check(_members.Count < URMA_MAX_JETTY_IN_JETTY_GRP, $"A jetty group has at most {URMA_MAX_JETTY_IN_JETTY_GRP} members.");
            _members.Add(jetty);
            try
            {
                Publish();
            }
            catch
            {
                Forget(jetty);
                throw;
            }
        }
    }

    public void Remove(SoftJetty jetty)
    {
        lock (_members)
        {
            Forget(jetty);
        }
    }

    public int Delete()
    {
        lock (_members)
        {
            if (_members.Count != 0)
            {
                throw new RefusedException(URMA_ENOPERM, $"{_members.Count} jetties are in the group: delete them first.");
            }

            _published?.Dispose();
        }

        _context.DropEvents(Block);
        NativeMemory.Free(Block->jetty_list);
        _context.RemoveChild();
        Blocks.Free(Block);
        return URMA_SUCCESS;
    }

    /// <summary>A jetty leaves whatever happens; a group that cannot be published cannot be imported until its members change again.</summary>
    private void Forget(SoftJetty jetty)
    {
        if (_members.Remove(jetty))
        {
            _ = Notices.StatusOf(Publish);
        }
    }

    private void Publish()
    {
        uint[] words = new uint[2 + (2 * _members.Count)];
        words[0] = Block->cfg.flag.bs.token_policy;
        words[1] = Block->cfg.token_value.token;
        for (int i = 0; i < _members.Count; i++)
        {
            words[2 + (2 * i)] = _members[i].Queue.Id;
            words[3 + (2 * i)] = _members[i].Receive.Block->jfr_cfg.token_value.token;
            Block->jetty_list[i] = _members[i].Block;
        }

        Block->jetty_cnt = (uint)_members.Count;
        _published?.Dispose();
        _published = null;
        _published = _context.Engine.Publish(NameOf(_context.Engine.Uasid, Block->jetty_grp_id.id), MemoryMarshal.AsBytes<uint>(words));
    }

    private static string NameOf(uint uasid, uint id) => string.Create(CultureInfo.InvariantCulture, $"jetty-group-{uasid:x6}-{id}");
}
