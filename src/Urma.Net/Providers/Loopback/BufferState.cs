namespace Urma.Net.Providers.Loopback;

/// <summary>Whether a peer's receive buffer can be filled.</summary>
internal enum BufferState
{
    /// <summary>It can.</summary>
    Mapped,

    /// <summary>The peer was asked for it; the answer may still come in time.</summary>
    Asked,

    /// <summary>The peer did not answer in time: it is stopped, overloaded or stuck. The question stays open.</summary>
    Overdue,

    /// <summary>The peer said no, said nonsense, or is gone.</summary>
    Refused,
}
