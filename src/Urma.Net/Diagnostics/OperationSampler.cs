using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Diagnostics;

/// <summary>
/// Decides which operations of a queue or thread are timed, and books their times in its block: one in <see cref="UrmaStatistics.SampleInterval"/>
/// on average, after a random gap each. Mutable; one thread asks at a time.
/// </summary>
internal unsafe struct OperationSampler
{
    private readonly StatisticsPage _page;
    private readonly CounterBlock* _block;
    private readonly LatencyHistogram* _times;
    private int _left;
    private uint _random;

    public OperationSampler(StatisticsPage page, CounterBlock* block)
    {
        _page = page;
        _block = block;
        _times = page.TimesOf(block);

        // Queues that do the same should not be timed at the same operations.
        _random = (uint)Stopwatch.GetTimestamp() | 1;
        Restart();
    }

    /// <summary>Whether the operation that begins is timed. The one question on the path of every operation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsDue() => Observability.IsOn && --_left <= 0;

    /// <summary>Whether one of so many operations that are about to begin will be timed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsDueWithin(int operations) => Observability.IsOn && _left <= operations;

    /// <summary>Several operations were carried out for one question.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int operations)
    {
        if (Observability.IsOn)
        {
            _left -= operations;
        }
    }

    /// <summary>Begins to time an operation that is due.</summary>
    /// <returns>The timestamp; not 0.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public long Begin()
    {
        Restart();
        return Stopwatch.GetTimestamp();
    }

    /// <summary>Books an operation that has ended and succeeded: what fails early or is flushed late says nothing about how long operations take.</summary>
    /// <param name="operation">What.</param>
    /// <param name="began">From <see cref="Begin"/>.</param>
    /// <param name="ended">The timestamp taken as soon as it had ended.</param>
    /// <param name="peer">With whom (<see cref="StatisticsPage.AddPeer"/>); -1 where that is not known.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public readonly void End(UrmaOperation operation, long began, long ended, int peer)
    {
        long took = Elapsed.Nanoseconds(began, ended);
        _times[(int)operation].Record(took);
        _block->IsTimed[(int)operation] = 1;
        _page.RecordPeer(peer, took);
    }

    /// <summary>What a request's time counts as.</summary>
    public static UrmaOperation KindOf(Opcode opcode) => opcode switch
    {
        Opcode.Read => UrmaOperation.Read,
        Opcode.Send or Opcode.SendImmediate => UrmaOperation.Send,
        Opcode.Write or Opcode.WriteImmediate or Opcode.WriteNotify => UrmaOperation.Write,
        _ => UrmaOperation.Atomic,
    };

    /// <summary>Begins the next gap, between 1 and twice the interval, all equally likely (xorshift).</summary>
    public void Restart()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        _left = 1 + (int)(_random & ((2 * UrmaStatistics.SampleInterval) - 1));
    }
}
