namespace Urma.Net.Providers.Loopback;

/// <summary>Which entries of a JFC make an event that somebody asked for. Lies in shared memory: the numbers stay.</summary>
internal enum TimedEvent
{
    /// <summary>Nobody asked.</summary>
    None = 0,

    /// <summary>Every entry.</summary>
    Any = 1,

    /// <summary>Those that are solicited.</summary>
    Solicited = 2,
}
