namespace Urma.Net.Internal;

/// <summary>A thread of execution that may hold a pointer into a mapping while one of its numbers is odd.</summary>
internal interface IActivity
{
    /// <summary>Odd while its own thread is inside an operation.</summary>
    uint Activity { get; }

    /// <summary>Odd while another thread executes for it.</summary>
    uint PendingActivity { get; }
}
