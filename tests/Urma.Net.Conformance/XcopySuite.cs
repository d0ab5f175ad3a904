namespace Urma.Net.Conformance;

/// <summary>Copies between global addresses, whether memory is mapped or reached by posted work.</summary>
public abstract class XcopySuite : ConformanceSuite
{
    private const int MemoryLength = 12 << 20;

    private readonly UrmaContext _user;
    private readonly UrmaContext _owner;
    private readonly Segment _local;
    private readonly Segment _remote;
    private readonly TargetSegment _target;

    /// <summary>Runs the suite with a provider.</summary>
    protected XcopySuite(ProviderHarness harness)
        : base(harness)
    {
        _user = Open();
        _owner = Open();
        _local = Own(_user.AllocateSegment(MemoryLength));
        _remote = Own(_owner.AllocateSegment(MemoryLength));
        _target = Import(_remote);
    }

    private GlobalMemory Global => _user.Global;

    private GlobalAddress Far => _target.GlobalAddress;

    private GlobalAddress Near => _local.GlobalAddress;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(4097)]
    [InlineData((32 << 10) + 1)]
    [InlineData((5 << 20) + 3)]
    public void Bytes_go_everywhere_and_nowhere_else(int length)
    {
        Pattern.Fill(_local.AsSpan(0, length), (ulong)length);
        byte[] data = _local.AsSpan(0, length).ToArray();

        Global.Xcopy(Far + 101, Near, length);
        AssertOnly(_remote.AsSpan(), 101, data);
        Global.Xcopy(Far + (6 << 20), Far + 101, length);
        Assert.True(_remote.AsSpan(6 << 20, length).SequenceEqual(data));
        _local.AsSpan().Clear();
        Global.Xcopy(Near + (6 << 20) + 1, Far + 101, length);
        AssertOnly(_local.AsSpan(), (6 << 20) + 1, data);
        Global.Xcopy(Near + 3, Near + (6 << 20) + 1, length);
        Assert.True(_local.AsSpan(3, length).SequenceEqual(data));

        _remote.AsSpan().Clear();
        Global.Xcopy(Far + 303, data);
        AssertOnly(_remote.AsSpan(), 303, data);
        byte[] back = new byte[length];
        Global.Xcopy(back, Far + 303);
        Assert.Equal(data, back);
    }

    [Fact]
    public void A_third_party_moves_bytes_between_two_owners()
    {
        using Segment memory = Open().AllocateSegment(MemoryLength);
        TargetSegment import = Import(memory);
        Pattern.Fill(_remote.AsSpan(), 7);
        Global.Xcopy(import.GlobalAddress, Far, MemoryLength);
        Pattern.Verify(memory.AsSpan(), 7);
    }

    [Theory]
    [InlineData(0, 1000, 100_000)]
    [InlineData(1000, 0, 100_000)]
    [InlineData(0, 0, 100_000)]
    [InlineData(0, 1, 3)]
    [InlineData(0, 8, 9 << 20)]
    [InlineData(1 << 20, 0, 9 << 20)]
    public void Overlapping_ranges_are_copied_as_if_through_a_buffer(int from, int to, int length)
    {
        Pattern.Fill(_remote.AsSpan(), 5);
        byte[] expected = _remote.AsSpan().ToArray();
        Array.Copy(expected, from, expected, to, length);
        Global.Xcopy(Far + to, Far + from, length);
        Assert.True(_remote.AsSpan().SequenceEqual(expected));
    }

    [Fact]
    public void What_is_wrong_with_an_address_is_named_and_nothing_moves()
    {
        _local.AsSpan().Fill(1);
        using Segment readOnly = _owner.AllocateSegment(4096, new SegmentOptions { Access = SegmentAccess.Read });
        TargetSegment import = Import(readOnly);
        var nobody = new GlobalAddress(Far.Eid, (Far.Uasid % 1000) + 5000, Far.VirtualAddress);

        AssertFault(GlobalMemoryStatus.UnknownSpace, nobody, 8);
        AssertFault(GlobalMemoryStatus.Unmapped, Far + (MemoryLength - 7), 8);
        AssertFault(GlobalMemoryStatus.Unmapped, Far, MemoryLength + (1L << 30));
        AssertFault(GlobalMemoryStatus.AccessDenied, import.GlobalAddress, 8);
        AssertFault(GlobalMemoryStatus.InvalidRange, Far, -1);
        Global.Xcopy(Near, import.GlobalAddress, 4096);
        Assert.Equal(-1, _remote.AsSpan().IndexOfAnyExcept((byte)0));
        GlobalMemoryException error = Assert.Throws<GlobalMemoryException>(() => Global.Xcopy(Near, Far + (MemoryLength - 4), 8));
        Assert.Equal(Far + (MemoryLength - 4), error.Address);
    }

    [Fact]
    public void A_grant_that_ended_is_named_and_can_be_had_again()
    {
        Global.Xcopy(Far, Near, 8);
        _remote.Revoke();
        Assert.Equal(GlobalMemoryStatus.Revoked, Global.TryXcopy(Far, Near, 8));
        AssertFault(GlobalMemoryStatus.Revoked, Far, 8);
        Assert.Equal(GlobalMemoryStatus.Revoked, Global.TryXcopy(Near, Far, 6 << 20));

        TargetSegment again = _user.ImportSegment(_remote.Descriptor, _remote.Token);
        Global.Xcopy(Far, Near, 8);
        again.Dispose();
        AssertFault(GlobalMemoryStatus.Revoked, Far, 8);
        _target.Dispose();
        AssertFault(GlobalMemoryStatus.UnknownSpace, Far, 8);
    }

    [Fact]
    public void An_owner_that_left_is_named_in_time()
    {
        Global.Xcopy(Far, Near, 8);
        _owner.Dispose();
        GlobalMemoryStatus status = GlobalMemoryStatus.Success;
        Assert.True(SpinWait.SpinUntil(() => (status = Global.TryXcopy(Far, Near, 8)) != GlobalMemoryStatus.Success, Bounds.Operation));
        Assert.True(SpinWait.SpinUntil(() => (status = Global.TryXcopy(Far, Near, 8)) == GlobalMemoryStatus.OwnerLost || !Harness.ReportsDepartures, Bounds.Operation));
        Assert.True(status is GlobalMemoryStatus.OwnerLost or GlobalMemoryStatus.Revoked, status.ToString());
        Assert.Equal(status, Global.Query(Far, 8));
    }

    [Fact]
    public void After_the_context_is_closed_nothing_is_reached()
    {
        (GlobalMemory memory, GlobalAddress far, GlobalAddress near) = (Global, Far, Near);
        memory.Xcopy(far, near, 8);
        _user.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.TryXcopy(far, near, 8));
        Assert.Throws<ObjectDisposedException>(() => memory.TryXcopy(new byte[8], far));
        Assert.Throws<ObjectDisposedException>(() => memory.XcopyBatch([new XcopyItem(far, near, 8)], new GlobalMemoryStatus[1]));
        Assert.Throws<ObjectDisposedException>(() => memory.Load<int>(far));
    }

    [Fact]
    public void A_batch_makes_every_copy()
    {
        const int Item = 1000;
        using Segment third = Open().AllocateSegment(1 << 20);
        TargetSegment import = Import(third);
        Pattern.Fill(_local.AsSpan(), 3);
        Pattern.Fill(_remote.AsSpan(8 << 20, 1 << 20), 4);
        XcopyItem[] items =
        [
            .. Enumerable.Range(0, 300).Select(i => new XcopyItem(Far + (i * (long)Item), Near + ((299 - i) * (long)Item), i % Item)),
            new XcopyItem(Near + (8 << 20), Far + (8 << 20), 1 << 20),
            .. Enumerable.Range(0, 100).Select(i => new XcopyItem(import.GlobalAddress + (i * (long)Item), Far + (8 << 20) + (i * 2L * Item), Item)),
        ];
        var results = new GlobalMemoryStatus[items.Length];
        Assert.Equal(0, Global.XcopyBatch(items, results));
        Assert.All(results, static r => Assert.Equal(GlobalMemoryStatus.Success, r));
        for (int i = 0; i < 300; i++)
        {
            Assert.True(_remote.AsSpan(i * Item, i % Item).SequenceEqual(_local.AsSpan((299 - i) * Item, i % Item)));
        }

        Assert.True(_local.AsSpan(8 << 20, 1 << 20).SequenceEqual(_remote.AsSpan(8 << 20, 1 << 20)));
        for (int i = 0; i < 100; i++)
        {
            Assert.True(third.AsSpan(i * Item, Item).SequenceEqual(_remote.AsSpan((8 << 20) + (i * 2 * Item), Item)));
        }
    }

    [Fact]
    public void A_batch_is_made_in_order()
    {
        const int Length = 5000;
        Pattern.Fill(_local.AsSpan(0, Length), 1);
        XcopyItem[] items =
        [
            new(Far, Near, Length),
            new(Far + 100_000, Far, Length),
            new(Near + 100_000, Far + 100_000, Length),
            new(Far, Near + 300_000, Length),
            new(Near + 200_000, Far, Length),
            new(Near + 200_001, Near + 100_000, 10),
        ];
        Assert.Equal(0, Global.XcopyBatch(items, new GlobalMemoryStatus[items.Length]));
        Pattern.Verify(_remote.AsSpan(100_000, Length), 1);
        Pattern.Verify(_local.AsSpan(100_000, Length), 1);
        Assert.True(_local.AsSpan(200_001, 10).SequenceEqual(_local.AsSpan(0, 10)));
        Assert.Equal(-1, _local.AsSpan(200_011, Length - 11).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Each_copy_of_a_batch_has_a_status_of_its_own_and_only_failures_are_made_again()
    {
        using Segment late = _owner.AllocateSegment(4096);
        using Segment revoked = _owner.AllocateSegment(4096);
        TargetSegment gone = Import(revoked);
        Pattern.Fill(_local.AsSpan(), 9);
        XcopyItem[] items =
        [
            new(Far, Near, 100),
            new(late.GlobalAddress, Near, 100),
            new(Far + 200, Near + 200, 100),
            new(gone.GlobalAddress, Near, 100),
            new(Far + 400, Near + 400, 100),
            new(Far, Near, -1),
        ];
        revoked.Revoke();
        var results = new GlobalMemoryStatus[items.Length];
        Assert.Equal(3, Global.XcopyBatch(items, results));
        GlobalMemoryStatus nowhere = results[1];
        Assert.True(nowhere is GlobalMemoryStatus.Unmapped, nowhere.ToString());
        Assert.Equal(
            [GlobalMemoryStatus.Success, nowhere, GlobalMemoryStatus.Success, GlobalMemoryStatus.Revoked, GlobalMemoryStatus.Success, GlobalMemoryStatus.InvalidRange], results);
        Assert.True(_remote.AsSpan(400, 100).SequenceEqual(_local.AsSpan(400, 100)));
        _remote.AsSpan().Clear();

        Import(late);
        Import(revoked);
        Assert.Equal(1, Global.RetryXcopyBatch(items, results));
        Assert.Equal(GlobalMemoryStatus.InvalidRange, results[^1]);
        Assert.True(late.AsSpan(0, 100).SequenceEqual(_local.AsSpan(0, 100)));
        Assert.True(revoked.AsSpan(0, 100).SequenceEqual(_local.AsSpan(0, 100)));
        Assert.Equal(-1, _remote.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public async Task Copies_can_be_awaited()
    {
        const int Length = 3 << 20;
        Pattern.Fill(_local.AsSpan(0, Length), 2);
        await Global.XcopyAsync(Far, Near, Length);
        await Global.XcopyAsync(Far + (4 << 20), Far, 100);
        byte[] back = new byte[Length];
        await Global.XcopyAsync(back, Far);
        Pattern.Verify(back, 2);
        await Global.XcopyAsync(Far + (8 << 20), back);
        Pattern.Verify(_remote.AsSpan(8 << 20, Length), 2);
        Assert.Equal(0, await Global.XcopyBatchAsync(new XcopyItem[] { new(Near + (4 << 20), Far, 1000), new(Near + (5 << 20), Far, 40_000) }, new GlobalMemoryStatus[2]));
        Assert.True(_local.AsSpan(5 << 20, 40_000).SequenceEqual(back.AsSpan(0, 40_000)));
        await Assert.ThrowsAsync<GlobalMemoryException>(async () => await Global.XcopyAsync(Far + MemoryLength, back));
    }

    [Fact]
    public void Threads_copy_at_once_without_mixing_their_bytes()
    {
        const int Length = 100_000;
        int rounds = Harness.Repeated(20);
        int failures = 0;
        Thread[] threads = [.. Enumerable.Range(0, 6).Select(number => new Thread(() =>
        {
            byte[] mine = new byte[Length];
            byte[] back = new byte[Length];
            for (int round = 0; round < rounds; round++)
            {
                Pattern.Fill(mine, (ulong)((number * 1000) + round));
                Global.Xcopy(Far + (number * (1L << 20)), mine);
                Global.Xcopy(back, Far + (number * (1L << 20)));
                if (!back.AsSpan().SequenceEqual(mine))
                {
                    Interlocked.Increment(ref failures);
                }
            }
        }))];
        Array.ForEach(threads, static t => t.Start());
        Array.ForEach(threads, static t => Assert.True(t.Join(Bounds.Scenario)));
        Assert.Equal(0, failures);
    }

    [Fact]
    public void Imports_may_go_while_other_threads_copy()
    {
        using var stop = new CancellationTokenSource();
        (GlobalAddress far, GlobalAddress near) = (Far, Near);
        long copies = 0;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (Global.TryXcopy(far, near, 64 << 10) == GlobalMemoryStatus.Success)
                {
                    Interlocked.Increment(ref copies);
                }
            }
        }))];
        _target.Dispose();
        Array.ForEach(threads, static t => t.Start());
        long deadline = Environment.TickCount64 + (long)Bounds.Operation.TotalMilliseconds;
        for (int i = 0; (i < 100 || Interlocked.Read(ref copies) == 0) && Environment.TickCount64 < deadline; i++)
        {
            using TargetSegment import = _user.ImportSegment(_remote.Descriptor, _remote.Token);
            Thread.Yield();
        }

        stop.Cancel();
        Array.ForEach(threads, static t => Assert.True(t.Join(Bounds.Operation)));
        Assert.NotEqual(0, copies);
    }

    [Fact]
    public void Copies_allocate_nothing_once_warm()
    {
        byte[] buffer = new byte[100_000];
        XcopyItem[] items = [new(Far, Near, 100), new(Far + 4096, Near, 100), new(Near + 8192, Far, 100)];
        var results = new GlobalMemoryStatus[items.Length];
        int times = Harness.Repeated(50);
        long least = long.MaxValue;
        for (int round = 0; round < 4 && least != 0; round++)
        {
            // The runtime allocates by itself now and then, when it compiles.
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < times; i++)
            {
                Copy();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);

        void Copy()
        {
            Global.Xcopy(Far, Near, 100_000);
            Global.Xcopy(Far + (2 << 20), Far, 100_000);
            Global.Xcopy(buffer, Far);
            Global.Xcopy(Far, buffer);
            _ = Global.XcopyBatch(items, results);
            Global.Store(Far, 5L);
            _ = Global.Load<long>(Far);
        }
    }

    private static void AssertOnly(ReadOnlySpan<byte> memory, int offset, ReadOnlySpan<byte> data)
    {
        Assert.True(memory.Slice(offset, data.Length).SequenceEqual(data));
        Assert.Equal(-1, memory[..offset].IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, memory[(offset + data.Length)..].IndexOfAnyExcept((byte)0));
    }

    private TargetSegment Import(Segment segment) => Own(_user.ImportSegment(segment.Descriptor, segment.Token));

    private void AssertFault(GlobalMemoryStatus fault, GlobalAddress address, long length)
    {
        Assert.Equal(fault, Global.TryXcopy(address, Near, length));
        GlobalMemoryException error = Assert.Throws<GlobalMemoryException>(() => Global.Xcopy(address, Near, length));
        Assert.Equal(fault, error.Fault);
        Assert.Equal(address, error.Address);
        Assert.Equal(fault, Global.Query(address, length, forWriting: true));
    }
}
