using System.Diagnostics;
using System.Globalization;

namespace Urma.Net.Internal;

/// <summary>
/// Places where a test can have this process killed, to prove that the others survive it: the environment variable
/// <c>URMA_TEST_CRASH_AT=step[:n]</c> kills at the n-th passage of a step.
/// </summary>
/// <remarks>
/// <see cref="Enabled"/> is a constant to the optimising compiler, so a point on the data path costs nothing; write
/// <c>if (CrashPoints.Enabled) CrashPoints.Reach(CrashPoints.Claim);</c> there.
/// </remarks>
internal static class CrashPoints
{
    /// <summary>A peer has connected; nothing has been said yet.</summary>
    public const string Connect = "connect";

    /// <summary>An import was asked for and is not answered yet.</summary>
    public const string Import = "import";

    /// <summary>A sender asked for a lane and is not answered yet.</summary>
    public const string LaneOpen = "lane-open";

    /// <summary>A sender asked for a receive buffer's memory and is not answered yet.</summary>
    public const string Fetch = "fetch";

    /// <summary>A receive slot was claimed; nothing is in it yet.</summary>
    public const string Claim = "claim";

    /// <summary>The payload was copied; the entry is not written yet.</summary>
    public const string Copy = "copy";

    /// <summary>The entry is written; a receiver that sleeps has not been woken yet.</summary>
    public const string Written = "written";

    /// <summary>The entry is visible to the receiver; the sender's own completion is not.</summary>
    public const string Publish = "publish";

    /// <summary>A published name was asked for and is not answered yet.</summary>
    public const string Rendezvous = "rendezvous";

    /// <summary>A revocation was asked for and is not confirmed yet.</summary>
    public const string Revoke = "revoke";

    /// <summary>A region's room is taken; its entry does not show yet.</summary>
    public const string OwnershipRegion = "ownership-region";

    /// <summary>The order of an ownership domain is held; nothing is changed yet.</summary>
    public const string OwnershipOrder = "ownership-order";

    /// <summary>One granule of a change is pending.</summary>
    public const string OwnershipPending = "ownership-pending";

    /// <summary>One granule of a change is held; the order is not left yet.</summary>
    public const string OwnershipHeld = "ownership-held";

    /// <summary>A request that waits is in the queue.</summary>
    public const string OwnershipQueued = "ownership-queued";

    /// <summary>A request waits for others to end their scopes.</summary>
    public const string OwnershipDrain = "ownership-drain";

    /// <summary>A granule of a dead member is taken back; others are not yet.</summary>
    public const string OwnershipReclaim = "ownership-reclaim";

    /// <summary>Pages are lowered; whoever asked for it has not been told yet.</summary>
    public const string OwnershipLowered = "ownership-lowered";

    /// <summary>A lock was entered; its user does not know yet.</summary>
    public const string LockEnter = "lock-enter";

    /// <summary>A place in the queue of a lock was taken.</summary>
    public const string LockQueue = "lock-queue";

    /// <summary>A lock was given up; the next one that sleeps has not been woken yet.</summary>
    public const string LockExit = "lock-exit";

    /// <summary>It was noted that a lock's holder is dead; the lock is not given up for it yet.</summary>
    public const string LockClear = "lock-clear";

    /// <summary>A migration holds writers off; the new place is complete and not yet named.</summary>
    public const string PlacedSwitch = "placed-switch";

    /// <summary>A writer of placed memory has its granule and has not written yet.</summary>
    public const string PlacedWrite = "placed-write";

    private static readonly string? Step = ReadStep(out Remaining);
    private static int Remaining;

    /// <summary>Whether this process is to die at a step.</summary>
    public static bool Enabled { get; } = Step is not null;

    /// <summary>Passes a step: does nothing, or ends the process without any clean-up.</summary>
    /// <param name="step">One of the names above.</param>
    public static void Reach(string step)
    {
        if (step == Step && Interlocked.Decrement(ref Remaining) == 0)
        {
            using Process self = Process.GetCurrentProcess();
            self.Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    private static string? ReadStep(out int remaining)
    {
        remaining = 1;
        string? value = Environment.GetEnvironmentVariable("URMA_TEST_CRASH_AT");
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        int separator = value.IndexOf(':', StringComparison.Ordinal);
        if (separator >= 0)
        {
            remaining = int.Parse(value.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            value = value[..separator];
        }

        return value;
    }
}
