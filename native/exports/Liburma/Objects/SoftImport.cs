using Urma.Net.Interop.Liburma;
using Urma.Net.Internal;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>A peer's memory.</summary>
internal sealed unsafe class SoftImport
{
    private readonly SoftContext _context;
    private readonly TargetSegment _engine;
    private readonly ISegmentLease? _lease;

    public SoftImport(SoftContext context, urma_seg_t* segment, urma_token_t* token, urma_import_seg_flag_t flag)
    {
        _context = context;
        Configs.CheckPolicy(segment->attr.bs.token_policy);
        Configs.Check(segment->len <= long.MaxValue, "The descriptor of the segment is damaged.");
        var descriptor = new SegmentDescriptor(
            Ids.ToEid(segment->ubva.eid),
            segment->ubva.uasid,
            segment->ubva.va,
            (long)segment->len,
            (SegmentAccess)segment->attr.bs.access,
            segment->token_id,
            Generation: 0);
        _engine = context.Engine.ImportSegment(descriptor, new Token(token == null ? 0 : token->token));
        byte* mapped = null;
        if (flag.bs.mapping == URMA_SEG_MAPPED && _engine.Mode != SegmentMode.Copied)
        {
            _lease = _engine.Lease(out mapped);
        }

        Block = Blocks.Create<urma_target_seg_t>(this, BlockKind.TargetSegment);
        Block->seg = *segment;

        // What the owner said when asked, whatever the descriptor claims.
        Block->seg.attr.bs.access = (uint)_engine.Access;
        Block->mva = (ulong)mapped;
        Block->urma_ctx = context.Block;
        Block->handle = _engine.At(0).Token;
        context.AddChild();
    }

    public SoftContext Context => _context;

    public urma_target_seg_t* Block { get; }

    public int Delete()
    {
        _lease?.Release();
        _engine.Dispose();
        _context.RemoveChild();
        Blocks.Free(Block);
        return URMA_SUCCESS;
    }
}
