namespace Urma.Net.Global;

/// <summary>What a place in the queue of a <see cref="GlobalLock"/> is used for. The order matters: see <see cref="GlobalLockLayout"/>.</summary>
internal enum PlaceState
{
    /// <summary>Given up, and so are all places before it: whoever has the next one holds the lock.</summary>
    Clear = 1,

    /// <summary>Given up; nothing is said about the places before it.</summary>
    Done = 2,

    /// <summary>A reader waits.</summary>
    WaitRead = 3,

    /// <summary>A writer waits.</summary>
    WaitWrite = 4,

    /// <summary>A reader is inside.</summary>
    HoldRead = 5,

    /// <summary>A writer is inside.</summary>
    HoldWrite = 6,

    /// <summary>A reader's wait ended without the lock; its member may take the place up again.</summary>
    AbandonedRead = 7,

    /// <summary>The same of a writer.</summary>
    AbandonedWrite = 8,
}
