namespace Urma.Net.Exports.Roub;

/// <summary>How far an id has come.</summary>
internal enum CmIdState
{
    Idle,

    /// <summary>It has an address.</summary>
    Bound,
    Listening,
    AddressResolved,
    RouteResolved,

    /// <summary>It asked for a connection.</summary>
    Asking,

    /// <summary>It was taken; the program has not seen that yet.</summary>
    Answered,

    /// <summary>It was asked for a connection.</summary>
    Asked,

    /// <summary>It took the request, and the asker has not said that it is ready.</summary>
    Taking,
    Connected,

    /// <summary>It ends the connection, and the other side has not said that it did, too.</summary>
    Ending,

    /// <summary>The other side has ended the connection.</summary>
    PeerEnded,
    Ended,
    Failed,
    Destroyed,
}
