using System.Diagnostics;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Perftest;

/// <summary>Blocks copied into the peer's memory by plain stores: a span copy through a mapped view.</summary>
internal sealed class LoadStoreBandwidthTest : PerfTest
{
    public LoadStoreBandwidthTest(Endpoint endpoint)
        : base(endpoint)
    {
        if (Size > int.MaxValue)
        {
            throw new ToolException($"loadstore_bw copies through spans of up to {int.MaxValue} bytes.");
        }

        FillPattern(0, 17);
    }

    public override bool NeedsAnswer => false;

    public override long Initiate(ulong start, long iterations)
    {
        using SegmentView remote = Endpoint.Remote.Map();
        int size = (int)Size;
        ReadOnlySpan<byte> source = Endpoint.Memory.AsSpan(0, size);
        long landing = Endpoint.Landing;
        long begin = Stopwatch.GetTimestamp();
        for (long i = 0; i < iterations; i++)
        {
            source.CopyTo(remote.Bytes(landing, size));
        }

        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }

    public override void Sample(ulong start, Span<long> samples)
    {
        using SegmentView remote = Endpoint.Remote.Map();
        int size = (int)Size;
        ReadOnlySpan<byte> source = Endpoint.Memory.AsSpan(0, size);
        long before = Stopwatch.GetTimestamp();
        foreach (ref long sample in samples)
        {
            source.CopyTo(remote.Bytes(Endpoint.Landing, size));
            long after = Stopwatch.GetTimestamp();
            sample = Clock.ToNanoseconds(after - before);
            before = after;
        }
    }

    public override void Verify(ulong operations, ulong peerChecksum)
    {
        if (Fnv.Hash(Endpoint.Memory, 0, Size) != peerChecksum)
        {
            throw WrongData("the peer's memory differs from what was copied there.");
        }
    }
}
