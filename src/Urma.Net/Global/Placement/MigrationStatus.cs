namespace Urma.Net;

/// <summary>How a migration ended.</summary>
public enum MigrationStatus
{
    /// <summary>The data lies in the new place, for everybody.</summary>
    Moved = 0,

    /// <summary>The new place was lost on the way, or its owner could not be reached: nothing has changed.</summary>
    TargetLost = 1,

    /// <summary>The memory the data lies in cannot be read: its owner died or ended the grant.</summary>
    SourceLost = 2,

    /// <summary>Another member is moving it now: nothing has changed.</summary>
    Busy = 3,

    /// <summary>A writer that was under way did not finish within the longest pause: nothing has changed.</summary>
    WriterTimedOut = 4,
}
