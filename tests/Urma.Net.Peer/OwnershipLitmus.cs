using System.Globalization;

namespace Urma.Net.Peer;

/// <summary>
/// Message passing through ownership: what was stored before a scope for writing ended is there in the next scope of another
/// process, all of it, on lines of different granules.
/// </summary>
internal static class OwnershipLitmus
{
    private const int Lines = 4;

    /// <summary>Takes part until the writer has written its last number.</summary>
    /// <returns>How many scopes it had, and how many different numbers it saw.</returns>
    public static string Run(SharedRegion region, int rounds, bool writes)
    {
        long granule = region.Domain.GranuleSize;
        long length = (Lines - 1) * granule + sizeof(long);
        long last = 0, seen = 0, scopes = 0;
        while (last < rounds)
        {
            scopes++;
            if (writes)
            {
                using OwnershipScope scope = region.AcquireWrite(0, length);
                last++;
                for (int line = 0; line < Lines; line++)
                {
                    ref long word = ref scope.Span<long>(line * granule, 1)[0];
                    if (word != last - 1)
                    {
                        throw new InvalidOperationException($"Line {line} holds {word} where {last - 1} was stored.");
                    }

                    word = last;
                }
            }
            else
            {
                using OwnershipScope scope = region.AcquireRead(0, length);
                long first = scope.ReadOnlySpan<long>(0, 1)[0];
                for (int line = 1; line < Lines; line++)
                {
                    long word = scope.ReadOnlySpan<long>(line * granule, 1)[0];
                    if (word != first)
                    {
                        throw new InvalidOperationException($"Line {line} holds {word} where line 0 holds {first}.");
                    }
                }

                if (first < last)
                {
                    throw new InvalidOperationException($"The number went back from {last} to {first}.");
                }

                seen += first != last ? 1 : 0;
                last = first;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"scopes={scopes} seen={seen}");
    }
}
