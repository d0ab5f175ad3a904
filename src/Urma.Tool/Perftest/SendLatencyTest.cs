using System.Runtime.CompilerServices;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>A message and one back, each into a receive posted beforehand and announced by the receiver's JFC.</summary>
internal sealed class SendLatencyTest : PerfTest
{
    private readonly ReceiveRequest[] _receives;
    private readonly Jfc[] _ready = new Jfc[1];

    public SendLatencyTest(Endpoint endpoint)
        : base(endpoint)
    {
        FillPattern(0, 73);
        _receives = new ReceiveRequest[endpoint.ReceiveCount];
        for (int slot = 0; slot < _receives.Length; slot++)
        {
            _receives[slot] = new ReceiveRequest(endpoint.LandingSlot(slot), (ulong)slot);
        }

        Expect.Posted(endpoint.Jetty.PostReceive(_receives, out _));
    }

    public override bool NeedsAnswer => true;

    public override long Initiate(ulong start, long iterations)
    {
        var end = new Messages(Endpoint, _receives, _ready);
        long elapsed = PingPong.Initiate(ref end, start, iterations);
        end.OfferAgain();
        return elapsed;
    }

    public override void Sample(ulong start, Span<long> samples)
    {
        var end = new Messages(Endpoint, _receives, _ready);
        PingPong.Sample(ref end, start, samples);
        end.OfferAgain();
    }

    public override long Answer(ulong start, long iterations)
    {
        var end = new Messages(Endpoint, _receives, _ready);
        return PingPong.Answer(ref end, start, iterations);
    }

    public override ulong Checksum() => Fnv.Hash(Endpoint.Memory, 0, Size);

    public override void Verify(ulong operations, ulong peerChecksum)
    {
        // Receives are filled in order, so the last answer lies in a slot that follows from the count.
        long slot = (long)((operations - 1) % (ulong)_receives.Length);
        if (Fnv.Hash(Endpoint.Memory, Endpoint.Landing + (slot * Endpoint.Stride), Size) != peerChecksum)
        {
            throw WrongData("the last message differs from what the peer sent.");
        }
    }

    private unsafe struct Messages : IExchange
    {
        private static readonly TimeSpan SleepStep = TimeSpan.FromMilliseconds(200);

        private readonly Jetty _jetty;
        private readonly Jfc _sendJfc;
        private readonly Jfc _receiveJfc;
        private readonly Jfce? _events;
        private readonly PeerWatch _watch;
        private readonly ReceiveRequest[] _receives;
        private readonly Jfc[] _ready;
        private readonly WorkRequest _signaled;
        private readonly WorkRequest _silent;
        private readonly WaitMode _waitMode;
        private readonly int _moderation;
        private readonly long _size;
        private readonly long _stride;
        private readonly byte* _outgoing;
        private readonly byte* _landing;
        private int _silentPosted;
        private int _filled = -1;

        public Messages(Endpoint endpoint, ReceiveRequest[] receives, Jfc[] ready)
        {
            _jetty = endpoint.Jetty;
            _sendJfc = endpoint.SendJfc;
            _receiveJfc = endpoint.ReceiveJfc;
            _events = endpoint.Events;
            _watch = endpoint.Watch;
            _receives = receives;
            _ready = ready;
            _waitMode = endpoint.Setup.WaitMode;
            _moderation = endpoint.Setup.CompletionModeration;
            _size = endpoint.Setup.Size;
            _stride = endpoint.Stride;
            _outgoing = (byte*)endpoint.Memory.Address;
            _landing = _outgoing + endpoint.Landing;
            _signaled = endpoint.Setup.Inline
                ? WorkRequest.SendInline(endpoint.RemoteJetty, _outgoing, checked((int)_size))
                : WorkRequest.Send(endpoint.RemoteJetty, endpoint.Outgoing);
            _silent = _signaled.Unsignaled();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Send(ulong number)
        {
            if (_size >= sizeof(ulong))
            {
                *(ulong*)_outgoing = number;
            }

            if (_moderation > 1 && ++_silentPosted < _moderation)
            {
                Expect.Posted(_jetty.Post(in _silent));
                OfferAgain();
                return;
            }

            _silentPosted = 0;
            Expect.Posted(_jetty.Post(in _signaled));
            OfferAgain();
            Completion completion = default;
            int spins = 0;
            while (_sendJfc.Poll(new Span<Completion>(ref completion)) == 0)
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
        public void Await(ulong number)
        {
            Completion completion = default;
            int spins = 0;
            while (_receiveJfc.Poll(new Span<Completion>(ref completion)) == 0)
            {
                if (_waitMode != WaitMode.Poll)
                {
                    Sleep(ref completion);
                    break;
                }

                if (++spins == PeerWatch.Spins)
                {
                    spins = 0;
                    _watch.Check();
                }
            }

            Expect.Received(completion, _size);
            int slot = (int)completion.UserContext;
            if (_size >= sizeof(ulong))
            {
                Expect.Number(*(ulong*)(_landing + (slot * _stride)), number);
            }

            _filled = slot;
        }

        /// <summary>
        /// Posts the receive filled last once more. After the answer is on its way: many others are posted, so nobody waits for it.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void OfferAgain()
        {
            if (_filled >= 0)
            {
                Expect.Posted(_jetty.PostReceive(in _receives[_filled]));
                _filled = -1;
            }
        }

        // Not inlined: it only runs where the end sleeps.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void Sleep(ref Completion completion)
        {
            while (true)
            {
                if (_waitMode == WaitMode.Wait)
                {
                    if (_receiveJfc.Wait(new Span<Completion>(ref completion), SleepStep) != 0)
                    {
                        return;
                    }
                }
                else
                {
                    _receiveJfc.Rearm();
                    if (_receiveJfc.Poll(new Span<Completion>(ref completion)) != 0)
                    {
                        return;
                    }

                    if (_events!.Wait(_ready, SleepStep) != 0 && _receiveJfc.Poll(new Span<Completion>(ref completion)) != 0)
                    {
                        return;
                    }
                }

                _watch.Check();
            }
        }
    }
}
