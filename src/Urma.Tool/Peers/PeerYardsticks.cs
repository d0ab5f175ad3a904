using System.Runtime.InteropServices;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Peers;

/// <summary>The yardsticks that take two processes, run between this process and its peer on their control area.</summary>
/// <remarks>One thread. Rounds are chosen from the last result, so that a call takes about the time asked for.</remarks>
internal sealed unsafe class PeerYardsticks(PeerClient client)
{
    // A piece of yardstick takes some 50 ms, but emulated processors, and overloaded ones, stop for seconds. Nothing interrupts it, so this is
    // also how long a peer's death may stay unnoticed.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // The length of a call is guessed from the one before. Short ones keep a wrong guess short, when L has grown a hundredfold.
    private const int PiecesPerCall = 8;

    // The first call knows nothing: where the two share a processor, or are emulated, a turn takes a thousand times as long as elsewhere.
    private const long FirstRounds = 20;
    private const int Growth = 10;

    private ulong _pings;
    private ulong _rings;
    private int _ringPayload = -1;
    private double _lastPing = 100;
    private double _lastRing = 300;
    private long _mostPings = FirstRounds;
    private long _mostRings = FirstRounds;

    private static Yardsticks Source => Yardsticks.Current;

    /// <summary>The one-way time of a cache line between the two processes, in nanoseconds.</summary>
    public double CacheLine(TimeSpan duration)
    {
        long elapsed = 0, rounds = 0;
        for (int piece = 0; piece < PiecesPerCall && elapsed < duration.TotalNanoseconds; piece++)
        {
            long count = Math.Min(Rounds(duration / PiecesPerCall, 2 * _lastPing), _mostPings);
            long time = CacheLine(count);
            _mostPings = count * Growth;
            _lastPing = time / (2.0 * count);
            elapsed += time;
            rounds += count;
        }

        return elapsed / (2.0 * rounds);
    }

    /// <summary>The one-way time of a message copied into and out of a shared ring, in nanoseconds.</summary>
    /// <param name="duration">About how long to measure.</param>
    /// <param name="payload">Bytes per message, the same in every call.</param>
    public double Ring(TimeSpan duration, int payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload, ControlArea.MaximumRingPayload);
        if (_ringPayload != -1 && _ringPayload != payload)
        {
            throw new InvalidOperationException("The rings hold sequence numbers of another payload size.");
        }

        _ringPayload = payload;
        long rounds = Math.Min(Rounds(duration, 2 * _lastRing), _mostRings);
        _mostRings = rounds * Growth;
        byte* buffers = (byte*)NativeMemory.AlignedAlloc((nuint)(2 * payload), Yardsticks.LineSpacing);
        try
        {
            new Span<byte>(buffers, 2 * payload).Fill(1);
            client.Begin(PeerRequest.Ring, new MessageWriter().Write((long)_rings).Write(rounds).Write(payload));
            using (SegmentView view = client.Area.Map())
            {
                byte* area = (byte*)view.Address;
                long elapsed = Source.Ring(
                    area + ControlArea.ClientRing, area + ControlArea.PeerRing, buffers, buffers + payload, (nuint)payload,
                    ControlArea.RingSlots, _rings, rounds, initiator: true, Limit);
                _lastRing = elapsed / (2.0 * rounds);
            }

            client.End(Limit);
        }
        catch (TimeoutException error)
        {
            throw Explain(error);
        }
        finally
        {
            NativeMemory.AlignedFree(buffers);
        }

        _rings += (ulong)rounds;
        return _lastRing;
    }

    /// <summary>How fast one core adds atomically to a word of the shared area: nanoseconds per operation.</summary>
    public double FetchAdd(TimeSpan duration)
    {
        long times = Rounds(duration, 8);
        using SegmentView view = client.Area.Map();
        return Source.FetchAdd((byte*)view.Address + ControlArea.AtomicWord, 1, times) / (double)times;
    }

    /// <summary>How fast one core copies a block: GB/s.</summary>
    /// <param name="duration">About how long to measure.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="source">Where from.</param>
    /// <param name="bytes">The size of the block.</param>
    public static double Copy(TimeSpan duration, nint destination, nint source, long bytes)
    {
        if (bytes == 0)
        {
            return 0;
        }

        // 10 GB/s is a guess at the first call's length; what counts is the time it really took.
        long times = Math.Max(1, Rounds(duration, Math.Max(2, bytes / 10.0)));
        return (double)bytes * times / Source.Copy((void*)destination, (void*)source, (nuint)bytes, times);
    }

    private long CacheLine(long rounds)
    {
        client.Begin(PeerRequest.PingPong, new MessageWriter().Write((long)_pings).Write(rounds));
        try
        {
            using SegmentView view = client.Area.Map();
            byte* area = (byte*)view.Address;
            long elapsed = Source.PingPong(
                area + ControlArea.ClientPing, area + ControlArea.PeerPing, _pings, rounds, initiator: true, Limit);
            client.End(Limit);
            _pings += (ulong)rounds;
            return elapsed;
        }
        catch (TimeoutException error)
        {
            throw Explain(error);
        }
    }

    // Who is gone is a better answer than that nobody answered.
    private ToolException Explain(TimeoutException error)
    {
        Thread.Sleep(100);
        return new ToolException(client.Watch.Loss ?? error.Message, error);
    }

    private static long Rounds(TimeSpan duration, double nanoseconds) =>
        Math.Clamp((long)(duration.TotalNanoseconds / nanoseconds), 1, int.MaxValue);
}
