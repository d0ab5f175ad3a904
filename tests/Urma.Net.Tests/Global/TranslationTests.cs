namespace Urma.Net.Tests.Global;

/// <summary>The translation cache does what its policy says: measured against a model of it.</summary>
public sealed class TranslationTests
{
    [Theory]
    [InlineData(1, 4096, 7)]
    [InlineData(2, 4096, 5)]
    [InlineData(4, 4096, 9)]
    [InlineData(16, 4096, 40)]
    [InlineData(64, 65536, 200)]
    public void Misses_are_those_of_the_stated_policy(int entries, int page, int segments)
    {
        string fabric = $"loopback://{Guid.NewGuid():n}";
        using UrmaContext owner = UrmaContext.Open(fabric);
        using UrmaContext user = UrmaContext.Open(
            fabric, new UrmaContextOptions { Translation = new TranslationOptions { CacheEntries = entries, PageSize = page } });
        TargetSegment[] imports = [.. Enumerable.Range(0, segments).Select(i =>
        {
            Segment memory = owner.AllocateSegment((i % 3 + 1L) * page);
            return user.ImportSegment(memory.Descriptor, memory.Token);
        })];
        var model = new LruModel(entries, page);
        byte[] word = new byte[8];
        var random = new Random(entries);
        for (int i = 0; i < 20_000; i++)
        {
            // Mostly among few, now and then anywhere, as programs do.
            int index = random.Next(random.Next(4) == 0 ? segments : Math.Min(segments, entries));
            GlobalAddress at = imports[index].GlobalAddress + (8 * random.NextInt64(imports[index].Length / 8));
            user.Global.Xcopy(at, word);
            model.Touch(at, index);
        }

        TranslationCounters counters = user.Global.GetTranslationCounters();
        Assert.Equal(model.Misses, counters.Misses);
        Assert.Equal(model.Evictions, counters.Evictions);
        Assert.Equal(20_000, counters.Hits + counters.Misses);
        Assert.Equal(counters.Misses, counters.MissPenalty.Count);
        Assert.Equal(0, counters.Faults);
        Assert.InRange(counters.Misses, segments, 19_999);
    }

    [Fact]
    public void Faults_and_invalidations_are_counted()
    {
        string fabric = $"loopback://{Guid.NewGuid():n}";
        using UrmaContext owner = UrmaContext.Open(fabric);
        using UrmaContext user = UrmaContext.Open(fabric);
        using Segment memory = owner.AllocateSegment(4096);
        TargetSegment import = user.ImportSegment(memory.Descriptor, memory.Token);
        GlobalAddress at = import.GlobalAddress;
        user.Global.Xcopy(at, new byte[8]);
        import.Dispose();
        Assert.Equal(GlobalMemoryStatus.UnknownSpace, user.Global.TryXcopy(at, new byte[8]));
        TranslationCounters counters = user.Global.GetTranslationCounters();
        Assert.Equal(1, counters.Invalidations);
        Assert.InRange(counters.Faults, 1, 3);
    }

    [Fact]
    public void What_ended_threads_did_still_counts()
    {
        using UrmaContext context = UrmaContext.Open($"loopback://{Guid.NewGuid():n}");
        using Segment memory = context.AllocateSegment(4096);
        GlobalAddress at = memory.GlobalAddress;
        for (int i = 0; i < 10; i++)
        {
            var thread = new Thread(() =>
            {
                for (int k = 0; k < 100; k++)
                {
                    context.Global.Xcopy(at, new byte[8]);
                }
            });
            thread.Start();
            thread.Join();
        }

        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                TranslationCounters counters = context.Global.GetTranslationCounters();
                return counters.Hits + counters.Misses == 1000;
            },
            TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(3, 4096)]
    [InlineData(131072, 4096)]
    [InlineData(16, 2048)]
    [InlineData(16, 5000)]
    public void Impossible_caches_are_refused(int entries, long page) => Assert.Throws<ArgumentException>(() => UrmaContext.Open(
        $"loopback://{Guid.NewGuid():n}", new UrmaContextOptions { Translation = new TranslationOptions { CacheEntries = entries, PageSize = page } }));

    private sealed class LruModel(int entries, int page)
    {
        private readonly int _ways = Math.Min(TranslationOptions.Ways, entries);
        private readonly Dictionary<int, List<int>> _sets = [];

        public int Misses { get; private set; }

        public int Evictions { get; private set; }

        public void Touch(GlobalAddress address, int segment)
        {
            ulong number = address.VirtualAddress / (ulong)page;
            int set = (int)((number + (31 * (ulong)address.Uasid)) % (ulong)(entries / _ways));
            if (!_sets.TryGetValue(set, out List<int>? list))
            {
                _sets.Add(set, list = []);
            }

            if (!list.Remove(segment))
            {
                Misses++;
                if (list.Count == _ways)
                {
                    Evictions++;
                    list.RemoveAt(0);
                }
            }

            list.Add(segment);
        }
    }
}
