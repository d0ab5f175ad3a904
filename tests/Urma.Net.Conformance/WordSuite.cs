namespace Urma.Net.Conformance;

/// <summary>Loads, stores and atomics by global address.</summary>
public abstract class WordSuite : ConformanceSuite
{
    private readonly UrmaContext _user;
    private readonly UrmaContext _owner;
    private readonly Segment _remote;
    private readonly TargetSegment _target;

    /// <summary>Runs the suite with a provider.</summary>
    protected WordSuite(ProviderHarness harness)
        : base(harness)
    {
        _user = Open();
        _owner = Open();
        _remote = Own(_owner.AllocateSegment(4096));
        _target = Own(_user.ImportSegment(_remote.Descriptor, _remote.Token));
    }

    private GlobalAddress Far => _target.GlobalAddress;

    [Fact]
    public void Values_of_every_width_go_there_and_back()
    {
        _remote.AsSpan().Fill(0xee);
        Check((byte)0x12, 1);
        Check((short)-2, 2);
        Check('x', 4);
        Check(-3, 8);
        Check(1.5f, 12);
        Check(ulong.MaxValue - 4, 16);
        Check(Math.PI, 24);
        Assert.Equal(-1, _remote.AsSpan(32, 4064).IndexOfAnyExcept((byte)0xee));
        Assert.Equal(0xee, _remote.AsSpan()[0]);
        Assert.Equal(-3, BitConverter.ToInt32(_remote.AsSpan(8, 4)));

        void Check<T>(T value, long offset)
            where T : unmanaged
        {
            _user.Global.Store(Far + offset, value);
            Assert.Equal(value, _user.Global.Load<T>(Far + offset));
            Assert.Equal(value, _owner.Global.Load<T>(_remote.GlobalAddress + offset));
        }
    }

    [Fact]
    public void What_cannot_be_is_refused_by_name()
    {
        GlobalMemory memory = _user.Global;
        Assert.Contains("multiple of 8", Assert.Throws<ArgumentException>(() => memory.Load<long>(Far + 4)).Message, StringComparison.Ordinal);
        Assert.Contains("multiple of 2", Assert.Throws<ArgumentException>(() => memory.Store<short>(Far + 1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("multiple of 4", Assert.Throws<ArgumentException>(() => memory.FetchAdd(Far + 2, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => memory.Load<decimal>(Far));
        Assert.Throws<NotSupportedException>(() => memory.Swap<short>(Far, 1));
        Assert.Throws<NotSupportedException>(() => memory.FetchAdd(Far, 1.0));
        Assert.Equal(GlobalMemoryStatus.Unmapped, Assert.Throws<GlobalMemoryException>(() => memory.Load<long>(Far + 4096)).Fault);
        Assert.Equal(GlobalMemoryStatus.Unmapped, Assert.Throws<GlobalMemoryException>(() => memory.FetchAdd(Far + 4096, 1L)).Fault);
        using Segment readable = _owner.AllocateSegment(64, new SegmentOptions { Access = SegmentAccess.Read | SegmentAccess.Write });
        using TargetSegment import = _user.ImportSegment(readable.Descriptor, readable.Token);
        memory.Store(import.GlobalAddress, 5);
        Assert.Equal(GlobalMemoryStatus.AccessDenied, Assert.Throws<GlobalMemoryException>(() => memory.FetchAdd(import.GlobalAddress, 1)).Fault);
        Assert.Equal(5, memory.Load<int>(import.GlobalAddress));
    }

    [Fact]
    public void Atomics_return_what_was_there_before()
    {
        GlobalMemory memory = _user.Global;
        Assert.Equal(0L, memory.FetchAdd(Far, 5L));
        Assert.Equal(5L, memory.FetchAdd(Far, -7L));
        Assert.Equal(-2L, memory.Swap(Far, 100L));
        Assert.Equal(100L, memory.CompareSwap(Far, 99L, 1L));
        Assert.Equal(100L, memory.CompareSwap(Far, 100L, 1L));
        Assert.Equal(1L, memory.Load<long>(Far));
        Assert.Equal(0u, memory.FetchAdd(Far + 12, uint.MaxValue));
        Assert.Equal(uint.MaxValue, memory.FetchAdd(Far + 12, 2u));
        Assert.Equal(1u, memory.CompareSwap(Far + 12, 1u, 8u));
        Assert.Equal(8u, memory.Swap(Far + 12, 9u));
        Assert.Equal(9u, BitConverter.ToUInt32(_remote.AsSpan(12, 4)));
        Assert.Equal(0u, BitConverter.ToUInt32(_remote.AsSpan(8, 4)));
    }

    [Fact]
    public void Threads_of_both_sides_count_exactly()
    {
        int times = Harness.Repeated(300);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            for (int i = 0; i < times; i++)
            {
                if (number % 2 == 0)
                {
                    _ = _user.Global.FetchAdd(Far, 1L);
                }
                else
                {
                    _ = _owner.Global.FetchAdd(_remote.GlobalAddress, 1L);
                }
            }
        }))];
        Array.ForEach(threads, static t => t.Start());
        Array.ForEach(threads, static t => Assert.True(t.Join(Bounds.Scenario)));
        Assert.Equal(4L * times, _user.Global.Load<long>(Far));
    }

    [Fact]
    public void An_owner_counts_on_in_its_own_memory_after_it_ended_a_grant()
    {
        Assert.Equal(0L, _owner.Global.FetchAdd(_remote.GlobalAddress, 1L));
        _remote.Revoke();
        Assert.Equal(1L, _owner.Global.FetchAdd(_remote.GlobalAddress, 1L));
        Assert.Equal(GlobalMemoryStatus.Revoked, Assert.Throws<GlobalMemoryException>(() => _user.Global.FetchAdd(Far, 1L)).Fault);
        Assert.Equal(2L, _owner.Global.Load<long>(_remote.GlobalAddress));
    }
}
