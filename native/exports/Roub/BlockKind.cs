namespace Urma.Net.Exports;

/// <summary>What a structure of ours is. The values are unlikely in memory that is none.</summary>
internal enum BlockKind : uint
{
    /// <summary>Nothing any more.</summary>
    None = 0,

    /// <summary>ibv_device.</summary>
    Device = 0x40b0_0001,

    /// <summary>verbs_context.</summary>
    Context = 0x40b0_0002,

    /// <summary>ibv_pd, also of a parent domain.</summary>
    Domain = 0x40b0_0003,

    /// <summary>ibv_mr.</summary>
    Region = 0x40b0_0004,

    /// <summary>ibv_comp_channel.</summary>
    Channel = 0x40b0_0005,

    /// <summary>ibv_cq or ibv_cq_ex.</summary>
    CompletionQueue = 0x40b0_0006,

    /// <summary>ibv_srq.</summary>
    SharedReceiveQueue = 0x40b0_0007,

    /// <summary>ibv_qp or ibv_qp_ex.</summary>
    QueuePair = 0x40b0_0008,

    /// <summary>ibv_ah.</summary>
    AddressHandle = 0x40b0_0009,

    /// <summary>ibv_td.</summary>
    ThreadDomain = 0x40b0_000a,

    /// <summary>rdma_event_channel.</summary>
    EventChannel = 0x40b0_000b,

    /// <summary>rdma_cm_id.</summary>
    ConnectionId = 0x40b0_000c,

    /// <summary>rdma_cm_event.</summary>
    ConnectionEvent = 0x40b0_000d,
}
