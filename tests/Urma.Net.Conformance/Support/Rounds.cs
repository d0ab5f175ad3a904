namespace Urma.Net.Conformance;

/// <summary>
/// Rounds that two threads carry out in turns. Each needs both on a processor, one after the other: where other programs keep
/// the processors busy, fewer rounds must do.
/// </summary>
/// <param name="most">Rounds where there is time for all.</param>
public sealed class Rounds(long most)
{
    private const long Least = 100;

    private readonly long _end = Environment.TickCount64 + (long)Bounds.Repetition.TotalMilliseconds;
    private long _last = most;

    /// <summary>Asked by the thread that begins a round, before it does; the last one it may begin is chosen here.</summary>
    /// <param name="round">From 1 on.</param>
    public bool Begin(long round)
    {
        if (round >= Least && round < _last && Environment.TickCount64 > _end)
        {
            Volatile.Write(ref _last, round);
        }

        return round <= _last;
    }

    /// <summary>Asked by the thread that answers, after the round before.</summary>
    /// <param name="round">From 1 on.</param>
    public bool Expect(long round) => round <= Volatile.Read(ref _last);
}
