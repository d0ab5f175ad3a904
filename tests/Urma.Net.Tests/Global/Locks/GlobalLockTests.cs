using System.Runtime.InteropServices;
using Urma.Net.Global;
using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Global.Locks;

/// <summary>A lock in shared memory, among threads and contexts of one process.</summary>
public sealed class GlobalLockTests : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Bound = TwoContexts.Bound;

    private readonly string _fabric = $"loopback://{Guid.NewGuid():n}";
    private readonly UrmaContext _context;
    private readonly Segment _segment;
    private readonly GlobalLock _lock;

    public GlobalLockTests()
    {
        _context = UrmaContext.Open(_fabric);
        _segment = _context.AllocateSegment(GlobalLock.Size + 4096);
        GlobalLock.Initialize(_segment);
        _lock = GlobalLock.Open(_segment);
    }

    public void Dispose() => _context.Dispose();

    [Fact]
    public void One_writer_is_in_and_tokens_grow()
    {
        FencingToken last = default;
        for (int i = 0; i < 1000; i++)
        {
            using GlobalLockLease lease = _lock.Enter(Bound);
            Assert.True(lease.IsHeld);
            Assert.False(lease.IsShared);
            Assert.False(lease.IsRecovered);
            Assert.True(lease.Token > last);
            last = lease.Token;
            Assert.False(OnOtherThread(() => _lock.TryEnter(out _)));
            Assert.False(OnOtherThread(() => _lock.TryEnterRead(out _)));
        }
    }

    [Fact]
    public void Threads_that_look_at_one_moment_do_not_take_the_living_for_dead()
    {
        const int Lookers = 8;
        using UrmaContext other = UrmaContext.Open(_fabric);
        using TargetSegment import = other.ImportSegment(_segment.Descriptor, _segment.Token);
        using GlobalLockLease held = _lock.Enter(Bound);
        for (int round = 0; round < 100; round++)
        {
            using GlobalLock fresh = GlobalLock.Open(import);
            using var start = new Barrier(Lookers);
            int entered = 0;
            Thread[] threads = [.. Enumerable.Range(0, Lookers).Select(_ => new Thread(() =>
            {
                start.SignalAndWait(Bound);
                for (int i = 0; i < 5; i++)
                {
                    entered += fresh.TryEnter(out GlobalLockLease _) ? 1 : 0;
                }
            }))];
            Array.ForEach(threads, t => t.Start());
            Assert.All(threads, t => Assert.True(t.Join(Bound)));
            Assert.Equal(0, entered);
            Assert.True(held.IsHeld);
        }
    }

    [Fact]
    public void Readers_share_and_writers_do_not()
    {
        GlobalLockLease first = _lock.EnterRead(Bound);
        GlobalLockLease second = OnOtherThread(() => _lock.EnterRead(Bound));
        Assert.True(first.IsShared && second.IsShared && first.IsHeld && second.IsHeld);
        Assert.False(OnOtherThread(() => _lock.TryEnter(out _)));
        first.Dispose();
        Assert.False(_lock.TryEnter(out _));
        second.Dispose();
        Assert.True(_lock.TryEnter(out GlobalLockLease writer));
        writer.Dispose();
    }

    [Fact]
    public void Disposing_again_harms_nobody()
    {
        GlobalLockLease lease = _lock.Enter(Bound);
        GlobalLockLease copy = lease;
        lease.Dispose();
        lease.Dispose();
        using GlobalLockLease next = _lock.Enter(Bound);
        copy.Dispose();
        default(GlobalLockLease).Dispose();
        Assert.False(copy.IsHeld);
        Assert.True(next.IsHeld);
    }

    [Fact]
    public void A_thread_that_is_in_is_refused()
    {
        using (_lock.Enter(Bound))
        {
            Assert.Throws<LockRecursionException>(() => _lock.Enter(Bound));
            Assert.Throws<LockRecursionException>(() => _lock.TryEnterRead(out _));
        }

        using (_lock.EnterRead(Bound))
        {
            Assert.Throws<LockRecursionException>(() => _lock.EnterRead(Bound));
            Assert.Throws<LockRecursionException>(() => _lock.Enter(Bound));
        }

        _lock.Enter(Bound).Dispose();
    }

    [Fact]
    public void A_wait_ends_in_time_and_names_the_holder()
    {
        using GlobalLockLease held = _lock.Enter(Bound);
        using GlobalLock other = GlobalLock.Open(_segment);
        UrmaException error = Assert.Throws<UrmaException>(() => other.Enter(Moment));
        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_context.Uasid:x6}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wait_can_be_cancelled_and_leaves_nothing_behind()
    {
        GlobalLockLease held = _lock.Enter(Bound);
        using var cancel = new CancellationTokenSource(Moment);
        OnOtherThread(() => Assert.ThrowsAny<OperationCanceledException>(() => _lock.Enter(Bound, cancel.Token)));
        held.Dispose();
        _lock.Enter(Bound).Dispose();
    }

    [Fact]
    public void The_order_is_that_of_coming_also_between_readers_and_writers()
    {
        GlobalLockLease held = _lock.Enter(Bound);
        var order = new List<int>();
        var threads = new List<Thread>();
        // r r w r r w: the readers after a writer wait for it, though readers are before it.
        bool[] isReader = [true, true, false, true, true, false];
        using var leave = new SemaphoreSlim(0);
        for (int i = 0; i < isReader.Length; i++)
        {
            int me = i;
            ulong before = NextPosition();
            var thread = new Thread(() =>
            {
                using GlobalLockLease lease = isReader[me] ? _lock.EnterRead(Bound) : _lock.Enter(Bound);
                lock (order)
                {
                    order.Add(me);
                }

                leave.Wait(Bound);
            });
            thread.Start();
            threads.Add(thread);
            Waits.Until(() => NextPosition() == before + 1);
        }

        held.Dispose();
        AwaitEntered([0, 1]);
        leave.Release(2);
        AwaitEntered([0, 1, 2]);
        leave.Release();
        AwaitEntered([0, 1, 2, 3, 4]);
        leave.Release(2);
        AwaitEntered([0, 1, 2, 3, 4, 5]);
        leave.Release();
        threads.ForEach(t => Assert.True(t.Join(Bound)));

        void AwaitEntered(int[] expected)
        {
            Waits.Until(() => Count() == expected.Length);
            Thread.Sleep(Moment);
            lock (order)
            {
                // Readers that come in together do so in no order.
                Assert.Equal(expected, order.Order());
            }
        }

        int Count()
        {
            lock (order)
            {
                return order.Count;
            }
        }
    }

    [Fact]
    public void Whoever_waits_in_short_turns_keeps_the_place_and_does_not_fill_the_queue()
    {
        GlobalLockLease held = _lock.Enter(Bound);
        for (int i = 0; i < 3 * GlobalLockLayout.Places; i++)
        {
            Assert.False(OnOtherThread(() => _lock.TryEnter(out _)));
        }

        Assert.True(NextPosition() - (ulong)held.Token.Value < GlobalLockLayout.Places + 4);
        held.Dispose();
        _lock.Enter(Bound).Dispose();
    }

    [Fact]
    public void More_threads_than_places_all_get_in()
    {
        int inside = 0;
        long sum = 0;
        using var go = new ManualResetEventSlim();
        var threads = Enumerable.Range(0, GlobalLockLayout.Places + 40).Select(i => new Thread(
            () =>
            {
                go.Wait(Bound);
                for (int n = 0; n < 5; n++)
                {
                    using GlobalLockLease lease = _lock.Enter(Bound);
                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    sum++;
                    Interlocked.Decrement(ref inside);
                }
            },
            256 * 1024)).ToList();
        threads.ForEach(t => t.Start());
        go.Set();
        threads.ForEach(t => Assert.True(t.Join(Bound)));
        Assert.Equal(5L * (GlobalLockLayout.Places + 40), sum);
    }

    [Fact]
    public async Task The_awaited_form_waits_and_passes_on()
    {
        GlobalLockLease held = await _lock.EnterAsync(Bound);
        ValueTask<GlobalLockLease> waiting = _lock.EnterAsync(Bound);
        Assert.False(waiting.IsCompleted);
        UrmaException late = await Assert.ThrowsAsync<UrmaException>(async () => await _lock.EnterReadAsync(Moment));
        Assert.Equal(UrmaStatus.TimedOut, late.Status);
        held.Dispose();
        using GlobalLockLease next = await waiting.Within();
        Assert.True(next.Token > held.Token);
    }

    [Fact]
    public void A_member_whose_context_closed_is_followed_and_its_successor_is_told()
    {
        using UrmaContext other = UrmaContext.Open(_fabric);
        using TargetSegment target = other.ImportSegment(_segment.Descriptor, _segment.Token);
        GlobalLock theirs = GlobalLock.Open(target);
        GlobalLockLease lost = theirs.Enter(Bound);
        other.Dispose();
        using (GlobalLockLease next = _lock.Enter(Bound))
        {
            Assert.True(next.IsRecovered);
            Assert.True(next.Token > lost.Token);
            long fence = 0;
            Assert.True(next.Token.TryPass(ref fence));
            Assert.True(next.Token.TryPass(ref fence));
            Assert.False(lost.Token.TryPass(ref fence));
            Assert.Equal(next.Token.Value, fence);
            Assert.False(default(FencingToken).TryPass(ref fence));
        }

        lost.Dispose();
        using GlobalLockLease after = _lock.Enter(Bound);
        Assert.False(after.IsRecovered);
    }

    [Fact]
    public void Readers_are_told_of_a_dead_writer_until_a_writer_has_been_in()
    {
        GlobalLock theirs = GlobalLock.Open(_segment);
        theirs.Enter(Bound);
        theirs.Dispose();
        using (GlobalLockLease reader = _lock.EnterRead(Bound))
        {
            Assert.True(reader.IsRecovered);
        }

        using (GlobalLockLease writer = _lock.Enter(Bound))
        {
            Assert.True(writer.IsRecovered);
        }

        using GlobalLockLease last = _lock.EnterRead(Bound);
        Assert.False(last.IsRecovered);
    }

    [Fact]
    public void A_dead_reader_leaves_no_damage()
    {
        GlobalLock theirs = GlobalLock.Open(_segment);
        theirs.EnterRead(Bound);
        theirs.Dispose();
        using GlobalLockLease writer = _lock.Enter(Bound);
        Assert.False(writer.IsRecovered);
    }

    [Fact]
    public void Members_that_are_gone_make_room()
    {
        for (int i = 0; i < GlobalLockLayout.MaxMembers - 1; i++)
        {
            GlobalLock.Open(_segment);
        }

        using UrmaContext impatient = UrmaContext.Open(_fabric, new UrmaContextOptions { ControlTimeout = TimeSpan.FromMilliseconds(50) });
        using TargetSegment target = impatient.ImportSegment(_segment.Descriptor, _segment.Token);
        UrmaException full = Assert.Throws<UrmaException>(() => GlobalLock.Open(target));
        Assert.Equal(UrmaStatus.OutOfMemory, full.Status);
        _lock.Dispose();
        using GlobalLock joined = GlobalLock.Open(target);
        joined.Enter(Bound).Dispose();
    }

    [Fact]
    public void A_member_that_died_joining_makes_room_and_one_that_lives_does_not()
    {
        using UrmaContext joining = UrmaContext.Open(_fabric);
        using UrmaContext late = UrmaContext.Open(_fabric, new UrmaContextOptions { ControlTimeout = TimeSpan.FromMilliseconds(200) });
        using TargetSegment import = late.ImportSegment(_segment.Descriptor, _segment.Token);
        for (int member = 1; member < GlobalLockLayout.MaxMembers; member++)
        {
            const ulong SeventhTime = 7UL << 32;
            int word = GlobalLockLayout.MembersOffset + (member * GlobalLockLayout.MemberSize);
            MemoryMarshal.AsRef<ulong>(_segment.AsSpan(word, 8)) = SeventhTime | ((ulong)joining.Uasid << 8) | 1;
        }

        Assert.Equal(UrmaStatus.OutOfMemory, Assert.Throws<UrmaException>(() => GlobalLock.Open(import)).Status);
        joining.Dispose();
        using GlobalLock opened = GlobalLock.Open(import);
        opened.Enter(Bound).Dispose();
    }

    [Fact]
    public void Closing_ends_waits_and_use()
    {
        GlobalLockLease held = _lock.Enter(Bound);
        GlobalLock other = GlobalLock.Open(_segment);
        var waiter = new Thread(() => Assert.Throws<ObjectDisposedException>(() => other.Enter(Bound)));
        ulong before = NextPosition();
        waiter.Start();
        Waits.Until(() => NextPosition() == before + 1);
        other.Dispose();
        Assert.True(waiter.Join(Bound));
        Assert.Throws<ObjectDisposedException>(() => other.Enter(Bound));
        held.Dispose();
        _lock.Enter(Bound).Dispose();
    }

    [Fact]
    public void Whoever_waits_while_it_closes_does_not_get_in()
    {
        for (int round = 0; round < 10; round++)
        {
            using GlobalLock holder = GlobalLock.Open(_segment);
            GlobalLock closing = GlobalLock.Open(_segment);
            GlobalLockLease held = holder.Enter(Bound);
            ulong before = NextPosition();
            int refused = 0;
            int entered = 0;
            Thread[] waiters = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                try
                {
                    closing.Enter(Bound);
                    Interlocked.Increment(ref entered);
                }
                catch (ObjectDisposedException)
                {
                    Interlocked.Increment(ref refused);
                }
            }))];
            Array.ForEach(waiters, w => w.Start());
            Assert.True(SpinWait.SpinUntil(() => NextPosition() == before + 4, Bound));
            Thread.Sleep(Moment);
            var disposer = new Thread(closing.Dispose);
            disposer.Start();
            Assert.True(SpinWait.SpinUntil(() => IsClosed(closing), Bound));
            held.Dispose();
            Assert.All(waiters.Append(disposer), w => Assert.True(w.Join(Bound)));
            Assert.Equal((4, 0), (refused, entered));
            using GlobalLockLease next = holder.Enter(Bound);
            Assert.False(next.IsRecovered);
        }
    }

    [Fact]
    public void Laying_it_out_again_goes_on_with_the_tokens()
    {
        FencingToken last = default;
        for (int i = 0; i < 300; i++)
        {
            using GlobalLockLease lease = _lock.Enter(Bound);
            last = lease.Token;
        }

        _lock.Dispose();
        GlobalLock.Initialize(_segment);
        using GlobalLock again = GlobalLock.Open(_segment);
        using GlobalLockLease next = again.Enter(Bound);
        Assert.True(next.Token > last, $"{next.Token} after {last}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(127)]
    public void A_hint_that_is_too_high_is_put_right(int by)
    {
        FencingToken last;
        using (GlobalLockLease lease = _lock.Enter(Bound))
        {
            last = lease.Token;
        }

        MemoryMarshal.AsRef<ulong>(_segment.AsSpan(GlobalLockLayout.NextOffset, 8)) += (ulong)by;
        for (int i = 0; i < 300; i++)
        {
            using GlobalLockLease lease = _lock.Enter(Bound);
            Assert.Equal(last.Value + 1 + i, lease.Token.Value);
        }
    }

    [Fact]
    public void What_is_no_lock_is_refused()
    {
        Assert.Throws<ArgumentException>(() => GlobalLock.Open(_segment, 4));
        Assert.ThrowsAny<ArgumentException>(() => GlobalLock.Open(_segment, 8192));
        using Segment empty = _context.AllocateSegment(GlobalLock.Size);
        UrmaException none = Assert.Throws<UrmaException>(() => GlobalLock.Open(empty));
        Assert.Contains("Initialize", none.Message, StringComparison.Ordinal);
        GlobalLock.Initialize(empty);
        empty.AsSpan()[6] = 9;
        Assert.Contains("version", Assert.Throws<UrmaException>(() => GlobalLock.Open(empty)).Message, StringComparison.Ordinal);
        using Segment readOnly = _context.AllocateSegment(GlobalLock.Size, new SegmentOptions { Access = SegmentAccess.Read });
        GlobalLock.Initialize(readOnly);
        using UrmaContext other = UrmaContext.Open(_fabric);
        using TargetSegment target = other.ImportSegment(readOnly.Descriptor, readOnly.Token);
        Assert.Equal(UrmaStatus.OperationNotPermitted, Assert.Throws<UrmaException>(() => GlobalLock.Open(target)).Status);
    }

    [Fact]
    public void A_modelled_link_is_not_gone_round_unless_allowed()
    {
        using UrmaContext modelled = UrmaContext.Open(_fabric, new UrmaContextOptions { Fabric = FabricModel.Ub });
        using TargetSegment target = modelled.ImportSegment(_segment.Descriptor, _segment.Token);
        Assert.Equal(UrmaStatus.OperationNotPermitted, Assert.Throws<UrmaException>(() => GlobalLock.Open(target)).Status);
        using UrmaContext allowed = UrmaContext.Open(_fabric, new UrmaContextOptions { Fabric = FabricModel.Ub with { AllowUndelayedViews = true } });
        using TargetSegment same = allowed.ImportSegment(_segment.Descriptor, _segment.Token);
        using GlobalLock opened = GlobalLock.Open(same);
        opened.Enter(Bound).Dispose();
    }

    [Fact]
    public void Memory_that_is_gone_is_an_error()
    {
        using UrmaContext other = UrmaContext.Open(_fabric);
        using TargetSegment target = other.ImportSegment(_segment.Descriptor, _segment.Token);
        using GlobalLock theirs = GlobalLock.Open(target);
        GlobalLockLease held = theirs.Enter(Bound);
        _context.Dispose();
        Waits.Until(() => target.IsRevoked);
        Assert.Equal(UrmaStatus.Failed, Assert.Throws<UrmaException>(() => theirs.Enter(Bound)).Status);
        Assert.False(held.IsHeld);
        held.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Garbage_never_crashes_hangs_or_lets_two_in_unseen(int seed)
    {
        var random = new Random(seed);
        Span<byte> bytes = _segment.AsSpan(0, GlobalLock.Size);
        int refused = 0;
        var written = new List<string>();
        for (int round = 0; round < 400; round++)
        {
            written.Clear();
            GlobalLock.Initialize(_segment);
            using GlobalLock one = GlobalLock.Open(_segment);
            using GlobalLock two = GlobalLock.Open(_segment);
            for (int i = random.Next(5); i > 0; i--)
            {
                one.Enter(Bound).Dispose();
            }

            GlobalLockLease held = one.Enter(Bound);
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                // The words that matter are few: half of the hits go to the places around the holder's, some to the hint.
                long place = random.Next(4) switch
                {
                    0 => GlobalLockLayout.NextOffset,
                    1 => random.NextInt64(GlobalLock.Size / 8) * 8,
                    _ => GlobalLockLayout.PlacesOffset + (GlobalLockLayout.PlaceSize * random.NextInt64(0, 8)),
                };
                ref ulong word = ref MemoryMarshal.AsRef<ulong>(bytes[(int)place..]);
                word = random.Next(4) switch { 0 => 0, 1 => ulong.MaxValue, 2 => word + (ulong)random.Next(-2, 3), _ => (ulong)random.NextInt64() };
                written.Add($"0x{word:x} at {place}");
            }

            try
            {
                bool entered = random.Next(2) == 0 ? two.TryEnter(out GlobalLockLease second) : two.TryEnterRead(out second);
                Assert.False(entered && held.IsHeld && second.IsHeld, $"Two are in, in round {round}: {string.Join(", ", written)}; tokens {held.Token.Value} and {second.Token.Value}.");
                second.Dispose();
            }
            catch (UrmaException)
            {
                refused++;
            }

            held.Dispose();
        }

        Assert.True(refused > 20, $"Only {refused} of 400 were seen.");
    }

    private static bool IsClosed(GlobalLock closing)
    {
        try
        {
            return closing.TryEnter(out _) && false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private ulong NextPosition() => Volatile.Read(ref MemoryMarshal.AsRef<ulong>(_segment.AsSpan(GlobalLockLayout.NextOffset, 8)));

    private static T OnOtherThread<T>(Func<T> body)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = body();
            }
#pragma warning disable CA1031 // rethrown on the caller's thread
            catch (Exception error)
            {
                failure = error;
            }
#pragma warning restore CA1031
        });
        thread.Start();
        Assert.True(thread.Join(Bound));
        return failure is null ? result : throw new InvalidOperationException("The other thread failed.", failure);
    }
}
