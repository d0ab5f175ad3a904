namespace Urma.Net.Verbs.Control;

/// <summary>What a frame is about. The numbers travel.</summary>
internal enum ControlMessage : ushort
{
    /// <summary>Request: <see cref="ImportSegmentRequest"/>.</summary>
    ImportSegment = 1,

    /// <summary>Notice: <see cref="Control.ReleaseSegment"/>.</summary>
    ReleaseSegment = 2,

    /// <summary>Request: <see cref="ImportJettyRequest"/>.</summary>
    ImportJetty = 3,

    /// <summary>Notice: <see cref="Control.ReleaseJetty"/>.</summary>
    ReleaseJetty = 4,

    /// <summary>Request: <see cref="ConnectLaneRequest"/>.</summary>
    ConnectLane = 5,

    /// <summary>Notice: <see cref="Control.DisconnectLane"/>.</summary>
    DisconnectLane = 7,

    /// <summary>Request: <see cref="ReconnectLaneRequest"/>.</summary>
    ReconnectLane = 8,

    /// <summary>Request of an owner to an importer: <see cref="RevokeRequest"/>.</summary>
    Revoke = 9,

    /// <summary>Request of an owner to an importer: <see cref="Control.JettyGone"/>.</summary>
    JettyGone = 10,

    /// <summary>Request: <see cref="ExecuteAtomicRequest"/>.</summary>
    ExecuteAtomic = 11,

    /// <summary>Notice: the sender closes the connection in good order; the payload says why, in words.</summary>
    Goodbye = 12,

    /// <summary>Request without payload; answered at once by the thread that reads.</summary>
    Ping = 13,

    /// <summary>Request to a name service: <see cref="PublishNameRequest"/>.</summary>
    PublishName = 32,

    /// <summary>Request to a name service: <see cref="WithdrawNameRequest"/>.</summary>
    WithdrawName = 33,

    /// <summary>Request to a name service: <see cref="LookupNameRequest"/>.</summary>
    LookupName = 34,
}
