namespace Urma.Net.Tool.Perftest;

/// <summary>One end of one test. The initiator measures; the answerer takes part where the test needs it.</summary>
/// <remarks>
/// One thread. Sequence numbers go on from call to call, so that a late or lost operation of one round shows in the next.
/// The loops allocate nothing, and wait with the endpoint's <see cref="Peers.PeerWatch"/>.
/// </remarks>
internal abstract class PerfTest(Endpoint endpoint)
{
    /// <summary>What it works with.</summary>
    protected Endpoint Endpoint { get; } = endpoint;

    /// <summary>The bytes per operation.</summary>
    protected long Size => Endpoint.Setup.Size;

    /// <summary>Whether the other end takes part in the exchange.</summary>
    public abstract bool NeedsAnswer { get; }

    /// <summary>Makes an end of the test its setup names.</summary>
    public static PerfTest Create(Endpoint endpoint) => endpoint.Setup.Kind switch
    {
        TestKind.LoadStoreLatency => new LoadStoreLatencyTest(endpoint),
        TestKind.LoadStoreBandwidth => new LoadStoreBandwidthTest(endpoint),
        TestKind.WriteLatency => new WriteLatencyTest(endpoint),
        TestKind.SendLatency => new SendLatencyTest(endpoint),
        TestKind.ReadLatency or TestKind.AtomicLatency or TestKind.ReadBandwidth or TestKind.WriteBandwidth
            or TestKind.AtomicBandwidth => new OneSidedTest(endpoint),
        TestKind.SendBandwidth => new SendBandwidthTest(endpoint),
        TestKind.AsyncLatency => new AsyncLatencyTest(endpoint),
        TestKind.XcopyLatency or TestKind.XcopyBandwidth => new XcopyTest(endpoint),
        TestKind.Ownership => new OwnershipTest(endpoint),
        TestKind kind => throw new ToolException($"The test {TestNames.Of(kind)} is not known to this version of urma."),
    };

    /// <summary>Performs operations back to back.</summary>
    /// <param name="start">How many were made before.</param>
    /// <param name="iterations">How many to make.</param>
    /// <returns>Nanoseconds taken.</returns>
    public abstract long Initiate(ulong start, long iterations);

    /// <summary>Performs operations and takes the time of each; the clock's cost is in the samples.</summary>
    /// <param name="start">How many were made before.</param>
    /// <param name="samples">Where the nanoseconds go, one per operation (a round trip where the ends take turns).</param>
    public abstract void Sample(ulong start, Span<long> samples);

    /// <summary>What is measured in the same rounds for comparison: other ways to do the same.</summary>
    public virtual IReadOnlyList<string> References => [];

    /// <summary>What else the user should know of the last loop; null for nothing.</summary>
    public virtual string? Remark => null;

    /// <summary>Performs operations another way, back to back.</summary>
    /// <param name="reference">Place in <see cref="References"/>.</param>
    /// <param name="iterations">How many to make.</param>
    /// <returns>Nanoseconds taken.</returns>
    public virtual long InitiateReference(int reference, long iterations) => 0;

    /// <summary>Takes the other end's part.</summary>
    /// <param name="start">How many were made before.</param>
    /// <param name="iterations">How many will be made.</param>
    /// <returns>Nanoseconds taken.</returns>
    public virtual long Answer(ulong start, long iterations) => 0;

    /// <summary>Digests the memory that the other end has written or will read, for <see cref="Verify"/>.</summary>
    public virtual ulong Checksum() => Fnv.Hash(Endpoint.Memory, Endpoint.Landing, Size);

    /// <summary>Checks on the initiator that the data is where it must be.</summary>
    /// <param name="operations">How many operations were made.</param>
    /// <param name="peerChecksum">The other end's <see cref="Checksum"/>.</param>
    /// <exception cref="ToolException">It is not.</exception>
    public abstract void Verify(ulong operations, ulong peerChecksum);

    /// <summary>Fills memory with bytes that differ from place to place.</summary>
    protected void FillPattern(long offset, byte seed)
    {
        for (long done = 0; done < Size;)
        {
            int count = (int)Math.Min(Size - done, 1 << 20);
            Span<byte> bytes = Endpoint.Memory.AsSpan(offset + done, count);
            for (int i = 0; i < count; i++)
            {
                bytes[i] = (byte)(seed + ((done + i) * 131) + ((done + i) >> 8));
            }

            done += count;
        }
    }

    /// <summary>Says that data is not what was sent.</summary>
    protected ToolException WrongData(string detail) => new($"{TestNames.Of(Endpoint.Setup.Kind)}: wrong data: {detail}");
}
