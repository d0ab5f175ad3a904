namespace Urma.Net.Ub;

/// <summary>Kinds of asynchronous events. Numbers are those of <c>urma_async_event_type_t</c> (liburma).</summary>
public enum UbEventKind
{
    /// <summary>A completion queue failed: it overflowed, or the device could not write to it.</summary>
    JfcError = 0,

    /// <summary>A send queue failed.</summary>
    JfsError = 1,

    /// <summary>A receive queue failed.</summary>
    JfrError = 2,

    /// <summary>A receive queue holds fewer receives than its limit.</summary>
    JfrLimit = 3,

    /// <summary>A jetty failed: what was posted to it completes as flushed.</summary>
    JettyError = 4,

    /// <summary>A jetty's receive queue holds fewer receives than its limit.</summary>
    JettyLimit = 5,

    /// <summary>A jetty group failed.</summary>
    JettyGroupError = 6,

    /// <summary>A port came up.</summary>
    PortActive = 7,

    /// <summary>A port went down.</summary>
    PortDown = 8,

    /// <summary>The device failed for good: close the context.</summary>
    DeviceFatal = 9,

    /// <summary>The device's EIDs changed.</summary>
    EidChange = 10,

    /// <summary>Error-level recovery failed.</summary>
    RecoveryError = 11,

    /// <summary>Error-level recovery is done.</summary>
    RecoveryDone = 12,
}
