using System.Runtime.CompilerServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>The object behind each kind of structure; null for NULL and for what is none (any more).</summary>
internal static unsafe class Find
{
    public static SoftContext? Context(urma_context_t* block) => Blocks.Find<SoftContext, urma_context_t>(block, BlockKind.Context);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SoftJfc? Jfc(urma_jfc_t* block) => Blocks.Find<SoftJfc, urma_jfc_t>(block, BlockKind.Jfc);

    public static SoftJfce? Jfce(urma_jfce_t* block) => Blocks.Find<SoftJfce, urma_jfce_t>(block, BlockKind.Jfce);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SoftJfs? Jfs(urma_jfs_t* block) => Blocks.Find<SoftJfs, urma_jfs_t>(block, BlockKind.Jfs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SoftJfr? Jfr(urma_jfr_t* block) => Blocks.Find<SoftJfr, urma_jfr_t>(block, BlockKind.Jfr);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SoftJetty? Jetty(urma_jetty_t* block) => Blocks.Find<SoftJetty, urma_jetty_t>(block, BlockKind.Jetty);

    public static SoftGroup? Group(urma_jetty_grp_t* block) => Blocks.Find<SoftGroup, urma_jetty_grp_t>(block, BlockKind.JettyGroup);

    public static SoftTarget? Target(urma_target_jetty_t* block) => Blocks.Find<SoftTarget, urma_target_jetty_t>(block, BlockKind.TargetJetty);

    public static SoftSegment? Segment(urma_target_seg_t* block) => Blocks.Find<SoftSegment, urma_target_seg_t>(block, BlockKind.Segment);

    public static SoftImport? Import(urma_target_seg_t* block) => Blocks.Find<SoftImport, urma_target_seg_t>(block, BlockKind.TargetSegment);

    public static SoftTokenId? TokenId(urma_token_id_t* block) => Blocks.Find<SoftTokenId, urma_token_id_t>(block, BlockKind.TokenId);

    public static SoftNotifier? Notifier(urma_notifier_t* block) => Blocks.Find<SoftNotifier, urma_notifier_t>(block, BlockKind.Notifier);
}
