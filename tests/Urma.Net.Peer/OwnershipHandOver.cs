namespace Urma.Net.Peer;

/// <summary>
/// Message passing where every scope follows a hand-over: one process writes the next number into all lines, the other reads them and
/// answers in a granule of its own, for which the first waits.
/// </summary>
internal static class OwnershipHandOver
{
    private const int Lines = 4;
    private const int LooksBeforeYield = 50;

    /// <summary>Takes part until both have had their turn so often.</summary>
    /// <param name="region">At least <see cref="Lines"/> + 1 granules.</param>
    /// <param name="turns">Numbers to hand over.</param>
    /// <param name="writes">Whether this process writes the numbers.</param>
    public static void Run(SharedRegion region, int turns, bool writes)
    {
        long granule = region.Domain.GranuleSize;
        for (long turn = 1; turn <= turns; turn++)
        {
            if (writes)
            {
                using (OwnershipScope scope = region.AcquireWrite(0, Lines * granule))
                {
                    for (int line = 0; line < Lines; line++)
                    {
                        scope.Span<long>(line * granule, 1)[0] = turn;
                    }
                }

                Await(region, Lines * granule, turn, lines: 1);
            }
            else
            {
                Await(region, 0, turn, Lines);
                using OwnershipScope answer = region.AcquireWrite(Lines * granule, sizeof(long));
                answer.Span<long>(0, 1)[0] = turn;
            }
        }
    }

    private static void Await(SharedRegion region, long offset, long turn, int lines)
    {
        long granule = region.Domain.GranuleSize;
        for (int looks = 1; ; looks++)
        {
            using (OwnershipScope scope = region.AcquireRead(offset, ((lines - 1) * granule) + sizeof(long)))
            {
                long first = scope.ReadOnlySpan<long>(0, 1)[0];
                for (int line = 1; line < lines; line++)
                {
                    long word = scope.ReadOnlySpan<long>(line * granule, 1)[0];
                    if (word != first)
                    {
                        throw new InvalidOperationException($"Line {line} holds {word} where line 0 holds {first}.");
                    }
                }

                if (first == turn)
                {
                    return;
                }

                if (first != turn - 1)
                {
                    throw new InvalidOperationException($"{first} was read where only {turn - 1} and {turn} can be.");
                }
            }

            if (looks % LooksBeforeYield == 0)
            {
                Thread.Yield();
            }
        }
    }
}
