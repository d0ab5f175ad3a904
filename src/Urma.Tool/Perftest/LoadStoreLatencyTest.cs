using System.Runtime.CompilerServices;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>An 8-byte flag stored into the peer's memory and back, through mapped views.</summary>
internal sealed class LoadStoreLatencyTest : PerfTest
{
    public LoadStoreLatencyTest(Endpoint endpoint)
        : base(endpoint)
    {
        if (Size != sizeof(ulong))
        {
            throw new ToolException($"loadstore_lat passes an 8-byte flag; -s {Size} is not possible (loadstore_bw copies any size).");
        }
    }

    public override bool NeedsAnswer => true;

    public override long Initiate(ulong start, long iterations)
    {
        using SegmentView remote = Endpoint.Remote.Map();
        using SegmentView local = Endpoint.Memory.Map();
        var end = new Flags(remote, local, Endpoint);
        return PingPong.Initiate(ref end, start, iterations);
    }

    public override void Sample(ulong start, Span<long> samples)
    {
        using SegmentView remote = Endpoint.Remote.Map();
        using SegmentView local = Endpoint.Memory.Map();
        var end = new Flags(remote, local, Endpoint);
        PingPong.Sample(ref end, start, samples);
    }

    public override long Answer(ulong start, long iterations)
    {
        using SegmentView remote = Endpoint.Remote.Map();
        using SegmentView local = Endpoint.Memory.Map();
        var end = new Flags(remote, local, Endpoint);
        return PingPong.Answer(ref end, start, iterations);
    }

    public override void Verify(ulong operations, ulong peerChecksum)
    {
        Span<byte> expected = stackalloc byte[sizeof(ulong)];
        BitConverter.TryWriteBytes(expected, operations);
        if (Fnv.Hash(expected) != peerChecksum)
        {
            throw WrongData($"the peer's flag is not {operations}.");
        }
    }

    private readonly ref struct Flags(SegmentView remote, SegmentView local, Endpoint endpoint) : IExchange
    {
        private readonly SegmentView _remote = remote;
        private readonly SegmentView _local = local;
        private readonly long _landing = endpoint.Landing;
        private readonly PeerWatch _watch = endpoint.Watch;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Send(ulong number) => _remote.StoreRelease(_landing, number);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Await(ulong number)
        {
            int spins = 0;
            while (_local.LoadAcquire<ulong>(_landing) != number)
            {
                if (++spins == PeerWatch.Spins)
                {
                    spins = 0;
                    _watch.Check();
                }
            }
        }
    }
}
