using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>A write into the peer's memory and one back; each end takes its completion, then polls the last bytes of its own memory.</summary>
internal sealed class WriteLatencyTest : PerfTest
{
    public WriteLatencyTest(Endpoint endpoint)
        : base(endpoint)
    {
        if (Size < 1)
        {
            throw new ToolException("write_lat needs at least 1 byte: the other end sees the write by its last byte.");
        }

        FillPattern(0, 41);
    }

    public override bool NeedsAnswer => true;

    public override long Initiate(ulong start, long iterations)
    {
        var end = new Writes(Endpoint);
        return PingPong.Initiate(ref end, start, iterations);
    }

    public override void Sample(ulong start, Span<long> samples)
    {
        var end = new Writes(Endpoint);
        PingPong.Sample(ref end, start, samples);
    }

    public override long Answer(ulong start, long iterations)
    {
        var end = new Writes(Endpoint);
        return PingPong.Answer(ref end, start, iterations);
    }

    public override void Verify(ulong operations, ulong peerChecksum)
    {
        // Both ends wrote the same number last, so the two memories must agree.
        if (Fnv.Hash(Endpoint.Memory, 0, Size) != peerChecksum)
        {
            throw WrongData("the peer's memory differs from what was written.");
        }
    }

    private unsafe struct Writes : IExchange
    {
        private readonly Jetty _jetty;
        private readonly Jfc _jfc;
        private readonly PeerWatch _watch;
        private readonly WorkRequest _signaled;
        private readonly WorkRequest _silent;
        private readonly int _moderation;
        private readonly bool _wide;
        private readonly byte* _outgoingTail;
        private readonly byte* _landingTail;
        private int _silentPosted;

        public Writes(Endpoint endpoint)
        {
            _jetty = endpoint.Jetty;
            _jfc = endpoint.SendJfc;
            _watch = endpoint.Watch;
            _moderation = endpoint.Setup.CompletionModeration;
            long size = endpoint.Setup.Size;
            _wide = size % sizeof(ulong) == 0;
            long tail = size - (_wide ? sizeof(ulong) : 1);
            byte* memory = (byte*)endpoint.Memory.Address;
            _outgoingTail = memory + tail;
            _landingTail = memory + endpoint.Landing + tail;
            _signaled = endpoint.Setup.Inline
                ? WorkRequest.WriteInline(memory, checked((int)size), endpoint.RemoteLanding)
                : WorkRequest.Write(endpoint.Outgoing, endpoint.RemoteLanding);
            _silent = _signaled.Unsignaled();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Send(ulong number)
        {
            if (_wide)
            {
                *(ulong*)_outgoingTail = number;
            }
            else
            {
                *_outgoingTail = (byte)number;
            }

            if (_moderation > 1 && ++_silentPosted < _moderation)
            {
                Expect.Posted(_jetty.Post(in _silent));
                return;
            }

            _silentPosted = 0;
            Expect.Posted(_jetty.Post(in _signaled));
            Completion completion = default;
            int spins = 0;
            while (_jfc.Poll(new Span<Completion>(ref completion)) == 0)
            {
                if (++spins == PeerWatch.Spins)
                {
                    spins = 0;
                    _watch.Check();
                }
            }

            Expect.Succeeded(completion);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Await(ulong number)
        {
            int spins = 0;
            while (_wide
                ? Volatile.Read(ref *(ulong*)_landingTail) != number
                : Volatile.Read(ref *_landingTail) != (byte)number)
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
