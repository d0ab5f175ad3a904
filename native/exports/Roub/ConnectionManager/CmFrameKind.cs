namespace Urma.Net.Exports.Roub;

/// <summary>What a message between two connection managers says; the names are those of the InfiniBand specification.</summary>
internal enum CmFrameKind : byte
{
    None,

    /// <summary>Asks for a connection.</summary>
    Request,

    /// <summary>Takes the request.</summary>
    Reply,

    /// <summary>The asker is ready, too.</summary>
    ReadyToUse,

    /// <summary>There is no connection; the status says why.</summary>
    Reject,

    /// <summary>Ends a connection.</summary>
    DisconnectRequest,

    /// <summary>The other side has ended it, too.</summary>
    DisconnectReply,

    /// <summary>Asks for the number and key of a datagram queue.</summary>
    ServiceRequest,

    /// <summary>Gives them, or says why not.</summary>
    ServiceReply,
}
