namespace Urma.Net.Providers.Loopback;

/// <summary>
/// How long to spin before yielding, and to yield before sleeping. Learns: waits that ended while spinning earn more spinning,
/// waits that ended asleep earn less, so that more waiters than cores hand the core over instead of burning it.
/// </summary>
internal struct AdaptiveWait
{
    // A cache line crosses in 50-300 ns and a look costs a few: 4,096 looks are some 10-20 µs, about the cost of a futex trip.
    private const int MaxSpins = 4096;
    private const int MinSpins = 32;

    // A yield on an idle core returns at once; on a shared one it is the cheapest way to let the sender run.
    private const int MaxYields = 64;

    private int _spins;

    public int Spins => _spins == 0 ? InitialSpins : _spins;

    public readonly int Yields => MaxYields;

    private static int InitialSpins { get; } = Environment.ProcessorCount > 1 ? 1024 : MinSpins;

    public void EndedSpinning() => _spins = Math.Min(MaxSpins, Spins * 2);

    public void EndedYielding() => _spins = Math.Max(MinSpins, Spins / 2);

    public void EndedSleeping() => _spins = Math.Max(MinSpins, Spins / 4);
}
