using System.Buffers;
using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>Arrays and <see cref="Memory{T}"/> that nobody registered by hand.</summary>
public abstract class RegistrationCacheSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [Fact]
    public void Arrays_are_sent_written_and_received_into()
    {
        using var sender = new Endpoint(Open());
        using var receiver = new Endpoint(Open());
        using var sent = new RegistrationCache(sender.Context);
        using var received = new RegistrationCache(receiver.Context);
        TargetJetty target = sender.Reach(receiver);
        TargetSegment remote = sender.Import(receiver.Memory);
        byte[] from = new byte[20_000];
        byte[] into = new byte[30_000];
        foreach (int length in new[] { 0, 1, 33, 5000, 20_000 })
        {
            Pattern.Fill(from.AsSpan(0, length), (ulong)length);
            Array.Clear(into);
            using (RegistrationLease buffer = received.Rent(into.AsMemory(100, 20_000)))
            using (RegistrationLease message = sent.Rent((ReadOnlyMemory<byte>)from.AsMemory(0, length)))
            {
                Assert.Equal(UrmaStatus.Success, receiver.Jetty.PostReceive(new ReceiveRequest(buffer.Range)));
                sender.Succeed(WorkRequest.Send(target, message.Range));
                Assert.Equal(length, receiver.ReceiveJfc.NextSuccess().ByteCount);
            }

            Pattern.Verify(into.AsSpan(100, length), (ulong)length);
            Assert.Equal(-1, into.AsSpan(100 + length).IndexOfAnyExcept((byte)0));
        }

        // In the middle of the array, and the bytes that are there now rather than when it was registered.
        Pattern.Fill(from, 77);
        using RegistrationLease piece = sent.Rent(from.AsMemory(4097, 9000));
        sender.Succeed(WorkRequest.Write(piece.Range, remote.At(8, 9000)));
        Assert.True(receiver.Memory.AsSpan(8, 9000).SequenceEqual(from.AsSpan(4097, 9000)));
        Array.Clear(from);
        sender.Succeed(WorkRequest.Read(piece.Range, remote.At(8, 9000)));
        Assert.True(receiver.Memory.AsSpan(8, 9000).SequenceEqual(from.AsSpan(4097, 9000)));
        Assert.Equal(-1, from.AsSpan(0, 4097).IndexOfAnyExcept((byte)0));
        Assert.Equal((1, (long)from.Length, 1L), (sent.Count, sent.Bytes, sent.Misses));
        Assert.Equal(4, sent.Hits);
    }

    [Fact]
    public async Task Awaited_transfers_of_memory()
    {
        UrmaContext context = Open();
        using var owner = new Endpoint(Open());
        using var cache = new RegistrationCache(context);
        using UdmaChannel channel = UdmaChannel.Create(context);
        using TargetSegment remote = context.ImportSegment(owner.Memory.Descriptor, owner.Memory.Token);
        using TargetJetty target = context.ImportJetty(owner.Jetty.Descriptor, owner.Jetty.Token);
        byte[] bytes = new byte[6000];
        Pattern.Fill(bytes, 1);

        await channel.WriteAsync(cache, bytes, remote.At(0, bytes.Length));
        byte[] back = new byte[6000];
        await channel.ReadAsync(cache, back, remote.At(0, bytes.Length));
        Assert.Equal(bytes, back);
        Assert.Equal(UrmaStatus.Success, owner.Jetty.PostReceive(new ReceiveRequest(owner.Memory.Range(8192, 6000))));
        await channel.SendAsync(cache, target, bytes);
        Assert.Equal(6000, owner.ReceiveJfc.NextSuccess().ByteCount);
        Pattern.Verify(owner.Memory.AsSpan(8192, 6000), 1);

        owner.Memory.Dispose();
        await Assert.ThrowsAsync<UrmaException>(async () => await channel.WriteAsync(cache, bytes, remote.At(0, bytes.Length)));
        using var other = new RegistrationCache(owner.Context);
        await Assert.ThrowsAsync<ArgumentException>(async () => await channel.WriteAsync(other, bytes, remote.At(0, bytes.Length)));
        cache.Trim();
        Assert.Equal((0, 0L), (cache.Count, cache.Bytes));
    }

    [Fact]
    public void What_was_used_last_is_kept_within_the_limits()
    {
        using var cache = new RegistrationCache(Open(), new RegistrationCacheOptions { MaxBytes = 10_000, MaxCount = 3 });
        byte[][] arrays = [.. Enumerable.Range(0, 5).Select(static _ => new byte[4000])];
        cache.Rent(arrays[0]).Dispose();
        cache.Rent(arrays[1]).Dispose();
        cache.Rent(arrays[0].AsMemory(10, 5)).Dispose();
        Assert.Equal((2, 8000L, 1L, 2L), (cache.Count, cache.Bytes, cache.Hits, cache.Misses));

        // Too many bytes: 1 was used longest ago.
        cache.Rent(arrays[2]).Dispose();
        cache.Rent(arrays[0]).Dispose();
        Assert.Equal((2, 2L, 3L), (cache.Count, cache.Hits, cache.Misses));
        cache.Rent(arrays[1]).Dispose();
        Assert.Equal(4, cache.Misses);

        // What is in use stays, whatever the limits; when it is given back they hold again.
        RegistrationLease[] leases = [.. arrays.Select(a => cache.Rent(a))];
        Assert.Equal((5, 20_000L), (cache.Count, cache.Bytes));
        Array.ForEach(leases, static l => l.Dispose());
        Assert.Equal((2, 8000L), (cache.Count, cache.Bytes));

        // Many small ones.
        for (int i = 0; i < 10; i++)
        {
            cache.Rent(new byte[10]).Dispose();
            Assert.True(cache.Count <= 3, $"{cache.Count} are kept.");
        }

        // Longer than all that may be kept: for the one use.
        byte[] large = new byte[20_000];
        using (RegistrationLease piece = cache.Rent(large.AsMemory(5000, 10)))
        {
            Assert.Equal(10, piece.Range.Length);
            Assert.Equal(Marshal.UnsafeAddrOfPinnedArrayElement(large, 5000), piece.Range.Address);
        }

        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public void Forgotten_memory_is_let_go()
    {
        using var cache = new RegistrationCache(Open());
        WeakReference kept = RentNew(cache, forget: false);
        WeakReference forgotten = RentNew(cache, forget: true);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.True(kept.IsAlive);
        Assert.False(forgotten.IsAlive);

        byte[] used = new byte[100];
        RegistrationLease lease = cache.Rent(used);
        Assert.False(cache.Forget(used));
        lease.Dispose();
        Assert.True(cache.Forget(used));
        Assert.True(cache.Forget(new byte[5]));
        Assert.Equal(1, cache.Count);
        cache.Rent(used).Dispose();
        Assert.Equal(4, cache.Misses);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference RentNew(RegistrationCache cache, bool forget)
        {
            byte[] array = new byte[1000];
            cache.Rent(array).Dispose();
            Assert.True(!forget || cache.Forget(array.AsMemory(5)));
            return new WeakReference(array);
        }
    }

    [Fact]
    public void Memory_of_a_manager_is_pinned_as_long_as_it_is_registered()
    {
        using var endpoint = new Endpoint(Open());
        using var owner = new Endpoint(Open());
        using var cache = new RegistrationCache(endpoint.Context);
        using var manager = new NativeManager(10_000);
        Pattern.Fill(manager.GetSpan(), 9);
        TargetSegment remote = endpoint.Import(owner.Memory);
        using (RegistrationLease lease = cache.Rent(manager.Memory.Slice(1000, 5000)))
        {
            endpoint.Succeed(WorkRequest.Write(lease.Range, remote.At(0, 5000)));
            Assert.True(owner.Memory.AsSpan(0, 5000).SequenceEqual(manager.GetSpan().Slice(1000, 5000)));
            Assert.Equal(1, manager.Pins);
        }

        cache.Rent(manager.Memory).Dispose();
        Assert.Equal((1, 1L), (manager.Pins, cache.Hits));
        Assert.True(cache.Forget(manager.Memory));
        Assert.Equal(0, manager.Pins);
    }

    [Fact]
    public void A_cache_that_is_disposed_waits_for_what_is_in_use_and_gives_no_more()
    {
        using var endpoint = new Endpoint(Open());
        using var owner = new Endpoint(Open());
        using var manager = new NativeManager(100);
        using var idle = new NativeManager(100);
        TargetSegment remote = endpoint.Import(owner.Memory);
        var cache = new RegistrationCache(endpoint.Context);
        cache.Rent(idle.Memory).Dispose();
        RegistrationLease lease = cache.Rent(manager.Memory);

        cache.Dispose();
        cache.Dispose();

        Assert.Equal((0, 1), (idle.Pins, manager.Pins));
        manager.GetSpan().Fill(8);
        endpoint.Succeed(WorkRequest.Write(lease.Range, remote.At(0, 100)));
        Assert.Equal(8, owner.Memory.AsSpan()[99]);
        lease.Dispose();
        Assert.Equal(0, manager.Pins);
        endpoint.Refuse(WorkRequest.Write(lease.Range, remote.At(0, 100)), CompletionStatus.LocalAccessError);
        Assert.Throws<InvalidOperationException>(lease.Dispose);
        Assert.Throws<ObjectDisposedException>(() => cache.Rent(new byte[1]));
        Assert.Throws<ArgumentNullException>(() => new RegistrationCache(null!));
        AssertInvalid(() => new RegistrationCache(endpoint.Context, new RegistrationCacheOptions { MaxBytes = -1 }).Dispose());
        AssertInvalid(() => new RegistrationCache(endpoint.Context, new RegistrationCacheOptions { MaxCount = -1 }).Dispose());
    }

    [Fact]
    public void Many_threads_share_it()
    {
        using var cache = new RegistrationCache(Open(), new RegistrationCacheOptions { MaxCount = 4 });
        byte[][] arrays = [.. Enumerable.Range(0, 8).Select(static i => new byte[1000 + i])];
        int rounds = Harness.Repeated(2000);
        Task[] threads = [.. Enumerable.Range(0, 3).Select(t => Task.Run(() =>
        {
            var random = new Random(t);
            for (int i = 0; i < rounds; i++)
            {
                byte[] array = arrays[random.Next(arrays.Length)];
                using RegistrationLease lease = cache.Rent(array.AsMemory(1));
                Assert.Equal(array.Length - 1, lease.Range.Length);
                Assert.Equal(Marshal.UnsafeAddrOfPinnedArrayElement(array, 1), lease.Range.Address);
            }
        }))];
        Assert.True(Task.WaitAll(threads, Bounds.Scenario), "A thread hangs.");
        Assert.True(cache.Count <= 4, $"{cache.Count} are kept.");
        Assert.Equal(3L * rounds, cache.Hits + cache.Misses);
        cache.Trim();
        Assert.Equal((0, 0L), (cache.Count, cache.Bytes));
    }

    [Fact]
    public void What_lies_beside_an_array_keeps_its_stores()
    {
        using var cache = new RegistrationCache(Open(), new RegistrationCacheOptions { MaxCount = 0 });
        byte[][] arrays = new byte[200][];
        long[][] beside = new long[arrays.Length][];
        for (int i = 0; i < arrays.Length; i++)
        {
            arrays[i] = new byte[64];
            beside[i] = new long[8];
        }

        int rounds = Harness.Repeated(20);
        bool isOver = false;
        long counted = 0;
        Threads.Run(
            () =>
            {
                try
                {
                    for (int i = 0; i < rounds * arrays.Length; i++)
                    {
                        cache.Rent(arrays[i % arrays.Length]).Dispose();
                    }
                }
                finally
                {
                    Volatile.Write(ref isOver, true);
                }
            },
            () =>
            {
                for (; !Volatile.Read(ref isOver); counted++)
                {
                    foreach (long[] words in beside)
                    {
                        words[3]++;
                    }
                }
            });
        Assert.NotEqual(0, counted);
        Assert.All(beside, words => Assert.Equal(counted, words[3]));
    }

    private sealed unsafe class NativeManager(int length) : MemoryManager<byte>
    {
        private byte* _bytes = (byte*)NativeMemory.AllocZeroed((nuint)length);

        public int Pins { get; private set; }

        public override Span<byte> GetSpan() => new(_bytes, length);

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            Pins++;
            return new MemoryHandle(_bytes + elementIndex, default, this);
        }

        public override void Unpin() => Pins--;

        protected override void Dispose(bool disposing)
        {
            NativeMemory.Free(_bytes);
            _bytes = null;
        }
    }
}
