namespace Urma.Net.Providers.Loopback.Control;

/// <summary>What a control frame asks or tells. The numbers are on the wire between versions: never reuse one.</summary>
internal enum ControlMessage : uint
{
    /// <summary>First frame in each direction: who is there (see <see cref="Control.Hello"/>), with pidfd and context page.</summary>
    Hello = 1,

    /// <summary>Asks for a segment's descriptor; the token must match.</summary>
    ImportSegment = 2,

    /// <summary>Tells that an imported segment is no longer mapped.</summary>
    ReleaseSegment = 3,

    /// <summary>Tells importers to stop using a segment.</summary>
    RevokeSegment = 4,

    /// <summary>Tells the owner that a revoked segment is no longer mapped.</summary>
    SegmentRevoked = 5,

    /// <summary>Asks for a receive queue's shared memory; the token must match.</summary>
    ImportJfr = 6,

    /// <summary>Asks for a lane into a receive queue.</summary>
    OpenLane = 7,

    /// <summary>Tells that a lane is no longer used.</summary>
    CloseLane = 8,

    /// <summary>Asks for the memory behind a posted receive buffer.</summary>
    FetchSegment = 9,

    /// <summary>Asks the owner to execute an atomic on memory it could not share.</summary>
    ExecuteAtomic = 10,

    /// <summary>Tells that the sender closes its context.</summary>
    Goodbye = 11,

    /// <summary>Tells a sender that what it wrote into a lane is not believed, and nothing more is delivered from there.</summary>
    LaneRefused = 12,

    /// <summary>Asks for the segment at a place of the owner's address space; the token must match.</summary>
    ImportPlace = 13,

    /// <summary>Asks which receive queue takes the messages of a jetty; the token must match.</summary>
    ImportJetty = 14,

    /// <summary>Tells a connected jetty that a request of its peer's failed because of it.</summary>
    JettyFault = 15,

    /// <summary>First frame of a connection that only asks who is there; answered with the context page, and closed.</summary>
    Info = 0x100,

    /// <summary>The bytes published under a name.</summary>
    Published = 0x101,

    /// <summary>Why a connection is about to be closed: a status and a text.</summary>
    Refusal = 0x102,
}
