namespace Urma.Net.Collectives.Bootstrap;

/// <summary>Joins the ranks of a communicator: they exchange blobs, and hear of each other's faults and ends. Not for the path of operations.</summary>
/// <remarks>Thread-safe. One <see cref="AllGather"/> at a time.</remarks>
internal sealed class ControlPlane : IDisposable
{
    /// <summary>The longest blob of one rank in an exchange.</summary>
    public const int MaximumBlob = 16 << 20;

    /// <summary>Meets the other ranks; returns when all have come.</summary>
    /// <param name="id">The same at all ranks.</param>
    /// <param name="rank">From 0 to <paramref name="size"/> − 1; no other has it.</param>
    /// <param name="size">How many ranks there are; the same at all.</param>
    /// <param name="listener">Hears of faults, perhaps before this method returns.</param>
    /// <param name="timeout">How long to wait for the others.</param>
    /// <param name="cancellationToken">Gives up; the others hear of it.</param>
    /// <exception cref="CollectiveException">Ranks are missing (named), one is there twice, sizes differ, or a rank ended.</exception>
    public static ControlPlane Connect(UniqueId id, int rank, int size, IControlListener listener, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Not yet.");

    /// <summary>What ended the communicator; null while all is well.</summary>
    public CommunicatorFault? Fault => null;

    /// <summary>Exchanges blobs: a collective call, matched by order.</summary>
    /// <param name="mine">This rank's; at most <see cref="MaximumBlob"/> bytes.</param>
    /// <param name="tag">What the exchange is for. Ranks that exchange for different purposes get a <see cref="CommunicatorFaultKind.Mismatch"/>.</param>
    /// <param name="timeout">When it is over, the communicator has failed.</param>
    /// <param name="cancellationToken">When cancelled, the communicator has failed: the others wait for this rank's part.</param>
    /// <returns>The blobs of all ranks, by rank.</returns>
    /// <exception cref="CollectiveException">The communicator failed.</exception>
    public byte[][] AllGather(ReadOnlySpan<byte> mine, int tag, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Not yet.");

    /// <summary>Reports a fault; returns at once. All ranks, this one too, hear of the first that was reported.</summary>
    public void Report(CommunicatorFault fault) => throw new NotSupportedException("Not yet.");

    /// <summary>Ends this rank's part in order: it is not lost when it goes.</summary>
    /// <param name="timeout">
    /// How long to wait for the others where that is needed: the process that joins the ranks stays until all have left.
    /// </param>
    public void Leave(TimeSpan timeout) => throw new NotSupportedException("Not yet.");

    /// <summary>Ends the thread and closes the socket. Without <see cref="Leave"/> before, the others hear that this rank gave up.</summary>
    public void Dispose()
    {
    }
}
