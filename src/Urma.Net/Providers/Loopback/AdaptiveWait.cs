using System.Diagnostics;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// How long to spin before yielding, and to yield before sleeping. Learns: waits that ended while spinning earn more spinning, waits
/// for which others needed this processor earn less, down to none, so that the processor is handed over instead of burnt.
/// </summary>
/// <remarks>
/// Whether others share the processor is not asked of the system: ranks bound to a processor each, and ranks bound to the same one,
/// look alike from inside. It is measured: a yield that let nobody run returns in a fraction of the time of two context switches.
/// </remarks>
internal struct AdaptiveWait
{
    // A cache line crosses in 50-300 ns and a look costs a few: 4,096 looks are some 10-20 µs, about the cost of a futex trip. Fewer would never
    // see the answer of a peer that sleeps, too, so that both went on sleeping.
    private const int MaxSpins = 4096;
    private const int FirstSpins = 1024;
    private const int FewSpins = 32;

    // A yield to nobody is a system call of 100-400 ns; one to another process takes two context switches, at least 2 µs.
    private static readonly long LonelyYield = Stopwatch.Frequency / 1_000_000;

    // What came so soon would have been found by looking as long as is ever looked.
    private static readonly long BriefSleep = Stopwatch.Frequency * 30 / 1_000_000;

    // On a busy processor one yield may cost a time slice: then a sleep, from which the kernel wakes at once, is the shorter wait.
    private static readonly long LongestYielding = Stopwatch.Frequency * 50 / 1_000_000;

    private static readonly int MostSpins = Environment.ProcessorCount > 1 ? MaxSpins : FewSpins;

    private int _spins = Math.Min(FirstSpins, MostSpins);
    private bool _isShared;

    public AdaptiveWait()
    {
    }

    /// <summary>How often the next wait looks before it yields.</summary>
    public readonly int Spins => _spins;

    /// <summary>Looks and yields for a while, some 100 µs and one time slice at most; false when it is time to sleep.</summary>
    /// <param name="what">What to look for.</param>
    /// <param name="yields">How often to yield at most.</param>
    /// <param name="places">How many places a look goes to: there are so many times fewer looks.</param>
    public bool Look<T>(T what, int yields, int places = 1)
        where T : struct, IReadiness
    {
        for (int i = _spins / Math.Max(places, 1); i > 0; i--)
        {
            if (what.IsReady)
            {
                Grow();
                return true;
            }
        }

        long elapsed = 0;
        long begin = Stopwatch.GetTimestamp();
        int yielded = 0;
        while (yielded < yields && elapsed < LongestYielding)
        {
            Thread.Yield();
            yielded++;
            bool isReady = what.IsReady;
            elapsed = Stopwatch.GetTimestamp() - begin;
            if (isReady)
            {
                EndedYielding(yielded, elapsed);
                return true;
            }
        }

        _isShared = yielded != 0 && elapsed >= yielded * LonelyYield;
        return false;
    }

    /// <summary>A look ended after so many yields.</summary>
    /// <param name="yields">How many.</param>
    /// <param name="elapsed">How long they took, in ticks of <see cref="Stopwatch"/>.</param>
    public void EndedYielding(int yields, long elapsed)
    {
        if (elapsed < yields * LonelyYield)
        {
            Grow();
        }
        else
        {
            _spins = _spins <= FewSpins ? 0 : _spins / 2;
        }
    }

    /// <summary>A look was not enough: the waiter slept.</summary>
    /// <param name="elapsed">How long, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="found">Whether what it waits for came; otherwise its time was up, or it was woken for something else.</param>
    public void EndedSleeping(long elapsed, bool found)
    {
        // Where the yields before it let others run, a sleep is short because it let the peer run, too.
        if (found && elapsed < BriefSleep && !_isShared)
        {
            Grow();
        }
        else
        {
            _spins = Math.Max(Math.Min(_spins, FewSpins), _spins / 4);
        }
    }

    private void Grow() => _spins = Math.Clamp(_spins * 2, FewSpins, MostSpins);
}
