using System.Diagnostics;
using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>A stream of numbered messages into posted receives; the receiver checks each number and posts its buffers again in batches.</summary>
internal sealed class SendBandwidthTest : PerfTest
{
    private readonly ReceiveRequest[] _receives;
    private readonly int _repostAt;
    private readonly ReceiveCompletion[] _completions = new ReceiveCompletion[32];
    private readonly RequestStream _stream;

    public SendBandwidthTest(Endpoint endpoint)
        : base(endpoint)
    {
        for (int slot = 0; slot < endpoint.OutgoingCount; slot++)
        {
            FillPattern(slot * endpoint.Stride, 7);
        }

        _receives = new ReceiveRequest[endpoint.ReceiveCount];
        _repostAt = Math.Min(endpoint.Setup.ReceivePostList, endpoint.ReceiveCount);
        for (int slot = 0; slot < _receives.Length; slot++)
        {
            _receives[slot] = new ReceiveRequest(endpoint.LandingSlot(slot), (ulong)slot);
        }

        _stream = new RequestStream(endpoint);
        Expect.Posted(endpoint.Jetty.PostReceive(_receives, out _));
    }

    public override bool NeedsAnswer => true;

    public override long Initiate(ulong start, long iterations)
    {
        long begin = Stopwatch.GetTimestamp();
        _stream.Run(start, iterations);
        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }

    public override void Sample(ulong start, Span<long> samples) =>
        throw new InvalidOperationException("A stream has no time per operation.");

    public override unsafe long Answer(ulong start, long iterations)
    {
        byte* landing = (byte*)Endpoint.Memory.Address + Endpoint.Landing;
        bool numbered = Size is >= sizeof(ulong) and <= Endpoint.NumberedSize;
        bool immediate = Size > Endpoint.NumberedSize;
        ulong expected = start, last = start + (ulong)iterations;
        int first = 0, consumed = 0, spins = 0;
        long begin = Stopwatch.GetTimestamp();
        while (expected < last)
        {
            int count = Endpoint.ReceiveJfc.Poll(_completions);
            if (count == 0 && ++spins == PeerWatch.Spins)
            {
                spins = 0;
                Endpoint.Watch.Check();
            }

            for (int i = 0; i < count; i++)
            {
                ref readonly ReceiveCompletion received = ref _completions[i];
                Expect.Received(received.Completion, Size);
                int slot = (int)received.Completion.UserContext;
                if (numbered)
                {
                    Expect.Number(*(ulong*)(landing + (slot * Endpoint.Stride)), expected);
                }
                else if (immediate)
                {
                    Expect.Number(received.Immediate, expected);
                }

                expected++;
                if (slot != first + consumed)
                {
                    Repost(first, ref consumed);
                    first = slot;
                }

                if (++consumed == _repostAt)
                {
                    Repost(first, ref consumed);
                    first = slot + 1;
                }
            }
        }

        Repost(first, ref consumed);
        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }

    public override void Verify(ulong operations, ulong peerChecksum)
    {
        // Slot 0 of the receiver holds the last message whose number is a multiple of its slots.
        ulong last = (operations - 1) / (ulong)_receives.Length * (ulong)_receives.Length;
        long slot = (long)(last % (ulong)Endpoint.OutgoingCount) * Endpoint.Stride;
        int number = Size is >= sizeof(ulong) and <= Endpoint.NumberedSize ? sizeof(ulong) : 0;
        Span<byte> head = stackalloc byte[sizeof(ulong)];
        BitConverter.TryWriteBytes(head, last);
        ulong expected = Fnv.Hash(head[..number]);
        for (long offset = number; offset < Size;)
        {
            int count = (int)Math.Min(Size - offset, 1 << 20);
            expected = Fnv.Hash(Endpoint.Memory.AsSpan(slot + offset, count), expected);
            offset += count;
        }

        if (expected != peerChecksum)
        {
            throw WrongData("a message differs from what was sent.");
        }
    }

    // Receives complete in the order in which they were posted, so those consumed lie side by side but for the end of the array.
    private void Repost(int first, ref int consumed)
    {
        if (consumed != 0)
        {
            Expect.Posted(Endpoint.Jetty.PostReceive(_receives.AsSpan(first, consumed), out _));
            consumed = 0;
        }
    }
}
