using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Registered memory of this process.</summary>
internal sealed unsafe class SoftSegment
{
    private const uint AccessMask = URMA_ACCESS_LOCAL_ONLY | URMA_ACCESS_READ | URMA_ACCESS_WRITE | URMA_ACCESS_ATOMIC;

    private readonly SoftContext _context;
    private readonly SoftTokenId _tokenId;
    private readonly bool _ownsTokenId;
    private readonly Segment _engine;

    public SoftSegment(SoftContext context, urma_seg_cfg_t* config)
    {
        _context = context;
        SegmentAccess access = Check(config);
        bool isGiven = config->token_id != null;
        SoftTokenId? tokenId = isGiven ? Blocks.Find<SoftTokenId, urma_token_id_t>(config->token_id, BlockKind.TokenId) : new SoftTokenId(context, default);
        context.Require(tokenId, tokenId?.Context, "token id of the segment");
        _tokenId = tokenId;
        _ownsTokenId = !isGiven;
        try
        {
            _engine = context.Engine.RegisterSegment((void*)config->va, (long)config->len, new SegmentOptions
            {
                Access = access,
                Token = new Token(config->token_value.token),
                IsOpen = config->flag.bs.token_policy == URMA_TOKEN_NONE,
                TokenId = _tokenId.Block->token_id,
                NeverAdopt = PageKeeping.IsAsked,
            });
        }
        catch
        {
            if (_ownsTokenId)
            {
                _ = _tokenId.Delete();
            }

            throw;
        }

        _tokenId.AddUser();
        Block = Blocks.Create<urma_target_seg_t>(this, BlockKind.Segment);
        Block->seg.ubva.eid = context.Block->eid;
        Block->seg.ubva.uasid = context.Block->uasid;
        Block->seg.ubva.va = config->va;
        Block->seg.len = config->len;
        Block->seg.attr.value = config->flag.value & 0x1fff;
        Block->seg.attr.bs.user_token_id = isGiven ? 1u : 0u;
        Block->seg.token_id = _tokenId.Block->token_id;
        Block->user_ctx = config->user_ctx;
        Block->mva = config->va;
        Block->urma_ctx = context.Block;
        Block->token_id = _tokenId.Block;
        Block->handle = _engine.Range(0, 0).Token;
        context.AddChild();
    }

    public SoftContext Context => _context;

    public urma_target_seg_t* Block { get; }

    public int Delete()
    {
        _engine.Dispose();
        _tokenId.RemoveUser();
        if (_ownsTokenId)
        {
            _ = _tokenId.Delete();
        }

        _context.RemoveChild();
        Blocks.Free(Block);
        return URMA_SUCCESS;
    }

    private static SegmentAccess Check(urma_seg_cfg_t* config)
    {
        Configs.Check(config->va != 0 && config->len != 0 && config->len <= long.MaxValue, "A segment has an address and a length.");
        Configs.Check(
            config->token_id != null == (config->flag.bs.token_id_valid != 0),
            "token_id is given exactly when flag.bs.token_id_valid is 1.");
        Configs.CheckPolicy(config->flag.bs.token_policy);
        Configs.Check(config->flag.bs.user_iova == 0, "A segment at another address than its memory's (user_iova) needs a device that translates.");
        uint access = config->flag.bs.access;
        bool isLocal = (access & URMA_ACCESS_LOCAL_ONLY) != 0 || access == 0;
        Configs.Check(
            (access & ~AccessMask) == 0
                && (!isLocal || access is 0 or URMA_ACCESS_LOCAL_ONLY)
                && ((access & URMA_ACCESS_WRITE) == 0 || (access & URMA_ACCESS_READ) != 0)
                && ((access & URMA_ACCESS_ATOMIC) == 0 || (access & (URMA_ACCESS_READ | URMA_ACCESS_WRITE)) == (URMA_ACCESS_READ | URMA_ACCESS_WRITE)),
            $"The rights 0x{access:x} cannot be: LOCAL_ONLY stands alone, WRITE needs READ, ATOMIC needs READ and WRITE.");
        return isLocal ? SegmentAccess.LocalOnly : (SegmentAccess)access;
    }
}
