namespace Urma.Net.Collectives.Bootstrap;

/// <summary>How ranks find each other by an id.</summary>
internal enum UniqueIdKind : byte
{
    None,

    /// <summary>The process that made the id listens since then.</summary>
    Listener,

    /// <summary>Every rank made the id from one name; rank 0 listens under it, on this host.</summary>
    Name,

    /// <summary>Every rank made the id from one address; rank 0 listens there.</summary>
    Endpoint,
}
