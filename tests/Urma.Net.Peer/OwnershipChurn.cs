using System.Globalization;

namespace Urma.Net.Peer;

/// <summary>
/// Random requests that cross those of other processes, in batches and scopes, with a check that nobody else is inside a range for
/// writing, and that no addition of anybody's is lost.
/// </summary>
internal static class OwnershipChurn
{
    public const int Granules = 32;

    /// <returns>How many additions this process made to all words together.</returns>
    public static string Run(SharedRegion region, int rounds, int seed, int id, CancellationToken cancellationToken)
    {
        int granule = (int)region.Domain.GranuleSize;
        var random = new Random(seed);
        var changes = new OwnershipChange[8];
        var results = new OwnershipResult[8];
        var each = new SetOwnershipOptions { PerItem = true };
        long added = 0;
        for (int round = 0; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = random.Next(1, changes.Length + 1);
            for (int i = 0; i < count; i++)
            {
                // Ranges of a batch that overlap must want the same, so a batch wants one thing.
                changes[i] = new OwnershipChange(region, random.Next(Granules) * granule, granule, Wanted(seed + round));
            }

            region.Domain.SetOwnership(changes.AsSpan(0, count), results, round % 3 == 0 ? each : null, cancellationToken);
            int first = random.Next(Granules);
            int length = random.Next(1, Math.Min(4, Granules - first) + 1);
            if (random.Next(3) != 0)
            {
                using OwnershipScope write = region.AcquireWrite(first * granule, length * granule, null, cancellationToken);
                for (int g = 0; g < length; g++)
                {
                    Span<long> words = write.Span<long>(g * granule, 2);
                    if (words[1] != 0)
                    {
                        throw new InvalidOperationException($"Process {words[1]} writes to granule {first + g} too.");
                    }

                    words[1] = id;
                    words[0]++;
                    added++;
                }

                for (int g = 0; g < length; g++)
                {
                    Span<long> words = write.Span<long>(g * granule, 2);
                    if (words[1] != id)
                    {
                        throw new InvalidOperationException($"Process {words[1]} wrote to granule {first + g} too.");
                    }

                    words[1] = 0;
                }
            }
            else
            {
                using OwnershipScope read = region.AcquireRead(first * granule, length * granule, null, cancellationToken);
                for (int g = 0; g < length; g++)
                {
                    if (read.ReadOnlySpan<long>(g * granule, 2)[1] is not 0 and var writer)
                    {
                        throw new InvalidOperationException($"Process {writer} writes to granule {first + g} that is being read.");
                    }
                }
            }
        }

        OwnershipCounters counters = region.Domain.GetCounters();
        return string.Create(CultureInfo.InvariantCulture, $"added={added} waits={counters.Waits.Count} switches={counters.Switches} reclaimed={counters.Reclaimed}");
    }

    private static Ownership Wanted(int number) => (number % 5) switch
    {
        0 or 1 => Ownership.Write,
        2 or 3 => Ownership.Read,
        _ => Ownership.None,
    };
}
