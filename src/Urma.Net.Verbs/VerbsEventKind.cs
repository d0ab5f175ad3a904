namespace Urma.Net.Verbs;

/// <summary>What a device tells. Numbers are those of <c>enum ibv_event_type</c> (infiniband/verbs.h).</summary>
public enum VerbsEventKind
{
    /// <summary>A completion queue overflowed or failed.</summary>
    CompletionQueueError = 0,

    /// <summary>A queue pair failed.</summary>
    QueuePairFatal = 1,

    /// <summary>A queue pair's peer sent what it may not.</summary>
    QueuePairRequestError = 2,

    /// <summary>A queue pair's peer violated its access rights.</summary>
    QueuePairAccessError = 3,

    /// <summary>A queue pair heard of its peer before it was told to.</summary>
    CommunicationEstablished = 4,

    /// <summary>A send queue was drained.</summary>
    SendQueueDrained = 5,

    /// <summary>A connection moved to its other path.</summary>
    PathMigrated = 6,

    /// <summary>A connection could not move to its other path.</summary>
    PathMigrationError = 7,

    /// <summary>The device failed.</summary>
    DeviceFatal = 8,

    /// <summary>A port came up.</summary>
    PortActive = 9,

    /// <summary>A port went down.</summary>
    PortError = 10,

    /// <summary>A port's LID changed.</summary>
    LidChange = 11,

    /// <summary>A port's table of partition keys changed.</summary>
    PartitionKeyChange = 12,

    /// <summary>The subnet manager changed.</summary>
    SubnetManagerChange = 13,

    /// <summary>A shared receive queue failed.</summary>
    SharedReceiveQueueError = 14,

    /// <summary>A shared receive queue has fewer receives than its limit.</summary>
    SharedReceiveQueueLimit = 15,

    /// <summary>A queue pair in error will take nothing more from its shared receive queue.</summary>
    LastReceiveReached = 16,

    /// <summary>The subnet manager asks clients to register again.</summary>
    ClientReregister = 17,

    /// <summary>A port's GID table changed.</summary>
    GidChange = 18,

    /// <summary>A work queue failed.</summary>
    WorkQueueFatal = 19,
}
