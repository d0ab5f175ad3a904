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

    // Who yields at once looks at the clock in one wait of so many only: it costs as much as the spinning that it saves.
    private const int MeasureInterval = 16;

    // A yield to nobody is a system call of 100-400 ns; one to another process takes two context switches, at least 2 µs.
    private static readonly long LonelyYield = Stopwatch.Frequency / 1_000_000;

    // What came so soon would have been found by looking as long as is ever looked.
    private static readonly long BriefSleep = Stopwatch.Frequency * 30 / 1_000_000;

    private int _spins = Environment.ProcessorCount > 1 ? FirstSpins : FewSpins;
    private int _unmeasured;

    public AdaptiveWait()
    {
    }

    /// <summary>How often the next wait looks before it yields.</summary>
    public readonly int Spins => _spins;

    /// <summary>Looks and yields for a while; false when it is time to sleep.</summary>
    /// <param name="what">What to look for.</param>
    /// <param name="yields">How often to yield at most.</param>
    public bool Look<T>(T what, int yields)
        where T : struct, IReadiness
    {
        for (int i = _spins; i > 0; i--)
        {
            if (what.IsReady)
            {
                Grow();
                return true;
            }
        }

        bool measures = _spins != 0 || ++_unmeasured % MeasureInterval == 0;
        long begin = measures ? Stopwatch.GetTimestamp() : 0;
        for (int i = 1; i <= yields; i++)
        {
            Thread.Yield();
            if (what.IsReady)
            {
                if (measures)
                {
                    EndedYielding(i, Stopwatch.GetTimestamp() - begin);
                }

                return true;
            }
        }

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
    public void EndedSleeping(long elapsed)
    {
        if (elapsed < BriefSleep)
        {
            Grow();
        }
        else
        {
            _spins = Math.Max(Math.Min(_spins, FewSpins), _spins / 4);
        }
    }

    private void Grow() => _spins = Math.Clamp(_spins * 2, FewSpins, MaxSpins);
}
