namespace Urma.Net.Exports;

/// <summary>What a structure of ours is. The values are unlikely in memory that is none.</summary>
internal enum BlockKind : uint
{
    /// <summary>Nothing any more.</summary>
    None = 0,

    /// <summary>urma_context_t.</summary>
    Context = 0x5eb0_0001,

    /// <summary>urma_jfc_t.</summary>
    Jfc = 0x5eb0_0002,

    /// <summary>urma_jfce_t.</summary>
    Jfce = 0x5eb0_0003,

    /// <summary>urma_jfs_t.</summary>
    Jfs = 0x5eb0_0004,

    /// <summary>urma_jfr_t.</summary>
    Jfr = 0x5eb0_0005,

    /// <summary>urma_jetty_t.</summary>
    Jetty = 0x5eb0_0006,

    /// <summary>urma_jetty_grp_t.</summary>
    JettyGroup = 0x5eb0_0007,

    /// <summary>urma_target_jetty_t.</summary>
    TargetJetty = 0x5eb0_0008,

    /// <summary>urma_target_seg_t of memory of this process.</summary>
    Segment = 0x5eb0_0009,

    /// <summary>urma_target_seg_t of a peer's memory.</summary>
    TargetSegment = 0x5eb0_000a,

    /// <summary>urma_token_id_t.</summary>
    TokenId = 0x5eb0_000b,

    /// <summary>urma_notifier_t.</summary>
    Notifier = 0x5eb0_000c,

    /// <summary>urma_device_t.</summary>
    Device = 0x5eb0_000d,

    /// <summary>urma_jfc_t between alloc and active.</summary>
    JfcDraft = 0x5eb0_000e,

    /// <summary>urma_jfs_t between alloc and active.</summary>
    JfsDraft = 0x5eb0_000f,

    /// <summary>urma_jfr_t between alloc and active.</summary>
    JfrDraft = 0x5eb0_0010,

    /// <summary>urma_jetty_t between alloc and active.</summary>
    JettyDraft = 0x5eb0_0011,
}
