using System.Diagnostics;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives.Tests.Bootstrap;

/// <summary>Counts what belongs to the process, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
[Collection(nameof(LeakTests))]
public sealed class LeakTests
{
    [Fact]
    public void Nothing_stays_behind()
    {
        Cycle(() => { });
        Cycle(static () => FailingIds());
        int before = Descriptors();
        int threads = Threads();
        for (int round = 0; round < 5; round++)
        {
            Cycle(static () => FailingIds());
        }

        // The hubs end by themselves, a little after the last rank.
        var clock = Stopwatch.StartNew();
        while ((Descriptors() > before || Threads() > threads) && clock.Elapsed < TestRanks.Soon)
        {
            Thread.Sleep(20);
        }

        Assert.True(Descriptors() <= before, $"{before} descriptors before, {Descriptors()} after.");
        Assert.True(Threads() <= threads, $"{threads} threads before, {Threads()} after.");
    }

    private static void Cycle(Action also)
    {
        using (var left = new TestRanks(UniqueId.Create(), 3))
        {
            left.LeaveAll();
        }

        using (var disposed = new TestRanks(TestRanks.NewName(), 3))
        {
        }

        also();
    }

    private static void FailingIds()
    {
        UniqueId.Create().Discard();
        Assert.Throws<CollectiveException>(static () =>
            ControlPlane.Connect(TestRanks.NewName(), 1, 2, new TestListener(), TimeSpan.FromMilliseconds(50), CancellationToken.None));
        Assert.Throws<CollectiveException>(static () =>
            ControlPlane.Connect(TestRanks.NewName(), 0, 2, new TestListener(), TimeSpan.FromMilliseconds(50), CancellationToken.None));
    }

    // Of this machinery only: the runtime has threads and descriptors of its own that come and go.
    private static int Threads() => Directory.GetDirectories("/proc/self/task").Count(static task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("urma-coll", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    });

    private static int Descriptors() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(static f =>
        f.LinkTarget is { } target && (target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("anon_inode:", StringComparison.Ordinal)));
}
