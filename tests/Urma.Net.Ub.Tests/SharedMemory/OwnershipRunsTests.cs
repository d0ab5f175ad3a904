namespace Urma.Net.Ub.Tests.SharedMemory;

/// <summary>How changes of a batch are sorted and joined.</summary>
public class OwnershipRunsTests
{
    private const long Length = 100;
    private const long Granule = 4;

    [Fact]
    public void Neighbours_and_overlapping_ranges_that_want_the_same_are_one_range()
    {
        (List<UbOwnershipChange> runs, UbOwnershipResult[] results) = Run(
            new(40, 8, Ownership.Read), new(8, 4, Ownership.Read), new(0, 8, Ownership.Read), new(4, 4, Ownership.Read),
            new(12, 8, Ownership.Write), new(44, 12, Ownership.Read));
        Assert.Equal([new(0, 12, Ownership.Read), new(12, 8, Ownership.Write), new(40, 16, Ownership.Read)], runs);
        Assert.All(results, static r => Assert.Equal(UbOwnershipStatus.NotDone, r.Status));
    }

    [Fact]
    public void What_cannot_be_is_sorted_out()
    {
        (List<UbOwnershipChange> runs, UbOwnershipResult[] results) = Run(
            new(0, 0, Ownership.Read), new(1, 4, Ownership.Read), new(4, 5, Ownership.Read), new(-4, 4, Ownership.Read), new(96, 8, Ownership.Read),
            new(4, long.MaxValue - 3, Ownership.Read), new(0, 4, (Ownership)7), new(0, -4, Ownership.Read), new(96, 4, Ownership.None));
        Assert.Equal([new(96, 4, Ownership.None)], runs);
        Assert.Equal(8, results.Count(static r => r.Status == UbOwnershipStatus.Invalid));
    }

    [Fact]
    public void Changes_that_contradict_each_other_are_refused()
    {
        (List<UbOwnershipChange> runs, UbOwnershipResult[] results) = Run(
            new(0, 40, Ownership.Read), new(4, 4, Ownership.Read), new(36, 8, Ownership.Write), new(44, 4, Ownership.None), new(60, 4, Ownership.Read),
            new(60, 4, Ownership.None));
        Assert.Equal([new(4, 4, Ownership.Read), new(44, 4, Ownership.None)], runs);
        Assert.Equal([0, 2, 4, 5], results.Index().Where(static r => r.Item.Status == UbOwnershipStatus.Invalid).Select(static r => r.Index));
    }

    [Fact]
    public void Random_batches_leave_no_contradiction_and_lose_no_valid_change()
    {
        var random = new Random(5);
        for (int round = 0; round < 500; round++)
        {
            var changes = new UbOwnershipChange[random.Next(40)];
            for (int i = 0; i < changes.Length; i++)
            {
                changes[i] = new UbOwnershipChange(random.Next(24) * Granule, random.Next(1, 4) * Granule, (Ownership)random.Next(3));
            }

            (List<UbOwnershipChange> runs, UbOwnershipResult[] results) = Run(changes);
            var wishes = new Ownership?[Length];
            foreach (UbOwnershipChange run in runs)
            {
                Assert.All(wishes[(int)run.Offset..(int)(run.Offset + run.Length)], static w => Assert.Null(w));
                wishes.AsSpan((int)run.Offset, (int)run.Length).Fill(run.Ownership);
            }

            foreach ((int index, UbOwnershipChange change) in changes.Index())
            {
                bool isInside = change.Offset + change.Length <= Length;
                bool hasRival = changes.Any(c => c.Ownership != change.Ownership && c.Offset + c.Length <= Length
                    && c.Offset < change.Offset + change.Length && change.Offset < c.Offset + c.Length);
                Assert.True(results[index].Status == UbOwnershipStatus.NotDone || !isInside || hasRival);
                if (results[index].Status == UbOwnershipStatus.NotDone)
                {
                    Assert.All(wishes[(int)change.Offset..(int)(change.Offset + change.Length)], w => Assert.Equal(change.Ownership, w));
                }
            }
        }
    }

    private static (List<UbOwnershipChange> Runs, UbOwnershipResult[] Results) Run(params UbOwnershipChange[] changes)
    {
        var sorted = new OwnershipRuns();
        var results = new UbOwnershipResult[changes.Length];
        var runs = new List<UbOwnershipChange>();
        sorted.Set(changes, results, Length, Granule);
        int next = 0;
        while (!sorted.Next(changes, ref next, out UbOwnershipChange run).IsEmpty)
        {
            runs.Add(run);
        }

        return (runs, results);
    }
}
