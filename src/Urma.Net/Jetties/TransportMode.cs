namespace Urma.Net;

/// <summary>Transport mode of a queue. Numbers are those of <c>urma_transport_mode_t</c> (liburma, <c>urma_types.h</c>).</summary>
public enum TransportMode
{
    /// <summary>Reliable message: connectionless, any number of targets.</summary>
    ReliableMessage = 1,

    /// <summary>Reliable connection: one bound target.</summary>
    ReliableConnection = 2,

    /// <summary>Unreliable message: connectionless; a message for which the target has no receive posted is lost, and its sender is not told.</summary>
    UnreliableMessage = 4,
}
