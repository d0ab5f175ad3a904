using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>Reads, writes and atomics: one at a time for latency, a window of them for bandwidth. The peer only lends its memory.</summary>
internal sealed class OneSidedTest : PerfTest
{
    private const long AtomicWidth = sizeof(ulong);

    private readonly bool _isBandwidth;
    private readonly bool _isAtomic;
    private readonly bool _isRead;
    private readonly RequestStream _stream;

    public OneSidedTest(Endpoint endpoint)
        : base(endpoint)
    {
        TestKind kind = endpoint.Setup.Kind;
        _isBandwidth = TestNames.IsBandwidth(kind);
        _isAtomic = TestNames.IsAtomic(kind);
        _isRead = kind is TestKind.ReadLatency or TestKind.ReadBandwidth;
        if (_isAtomic && Size != AtomicWidth)
        {
            throw new ToolException($"{TestNames.Of(kind)} works on 8-byte words; -s {Size} is not possible.");
        }

        if (!_isAtomic)
        {
            FillPattern(0, 99);
        }

        _stream = new RequestStream(endpoint);
    }

    public override bool NeedsAnswer => false;

    public override long Initiate(ulong start, long iterations)
    {
        long begin = Stopwatch.GetTimestamp();
        if (_isBandwidth)
        {
            Stream(start, iterations);
        }
        else
        {
            for (long i = 0; i < iterations; i++)
            {
                Once(start + (ulong)i);
            }
        }

        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }

    public override void Sample(ulong start, Span<long> samples)
    {
        long before = Stopwatch.GetTimestamp();
        for (int i = 0; i < samples.Length; i++)
        {
            Once(start + (ulong)i);
            long after = Stopwatch.GetTimestamp();
            samples[i] = Clock.ToNanoseconds(after - before);
            before = after;
        }
    }

    public override ulong Checksum() =>
        _isRead ? Fnv.Hash(Endpoint.Memory, 0, Size) : Fnv.Hash(Endpoint.Memory, Endpoint.Landing, Size);

    public override void Verify(ulong operations, ulong peerChecksum)
    {
        if (_isAtomic)
        {
            Span<byte> expected = stackalloc byte[sizeof(ulong)];
            BitConverter.TryWriteBytes(expected, operations);
            if (Fnv.Hash(expected) != peerChecksum)
            {
                throw WrongData($"the peer's word is not {operations}, the number of operations.");
            }

            ulong last = BitConverter.ToUInt64(Endpoint.Memory.AsSpan(0, sizeof(ulong)));
            if (last != operations - 1)
            {
                throw WrongData($"the last old value is {last}, not {operations - 1}.");
            }
        }
        else if (Fnv.Hash(Endpoint.Memory, _isRead ? Endpoint.Landing : 0, Size) != peerChecksum)
        {
            throw WrongData("the two memories differ.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Once(ulong number)
    {
        Expect.Posted(Endpoint.Jetty.Post(in _stream.One(number)));
        Completion completion = default;
        int spins = 0;
        while (Endpoint.SendJfc.Poll(new Span<Completion>(ref completion)) == 0)
        {
            if (++spins == PeerWatch.Spins)
            {
                spins = 0;
                Endpoint.Watch.Check();
            }
        }

        Expect.Succeeded(completion);
    }

    private void Stream(ulong start, long iterations) => _stream.Run(start, iterations);
}
