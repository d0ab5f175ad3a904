using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

/// <summary>What happens when this process has no descriptors or no file size left.</summary>
[Collection(Exclusive.Name)]
public sealed class ExhaustionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void Creating_anything_without_descriptors_says_so()
    {
        AssertDescriptorsMissing(() => MemoryFile.Create("urma-test", 4096));
        AssertDescriptorsMissing(() => UnixChannel.CreatePair());
        AssertDescriptorsMissing(() => UnixListener.Bind(UnixName.Parse("@urma-test/exhausted")));
        AssertDescriptorsMissing(() => UnixChannel.Connect(UnixName.Parse("@urma-test/exhausted"), Soon));
        AssertDescriptorsMissing(() => PidFd.OpenSelf());
        AssertDescriptorsMissing(() => _ = new Epoller());
    }

    [Fact]
    public void A_half_made_object_gives_its_descriptors_back()
    {
        // Room for the epoll set but not for its wake-up.
        AssertDescriptorsMissing(() => _ = new Epoller(), room: 1);
        AssertDescriptorsMissing(() => UnixChannel.CreatePair(), room: 1);
    }

    [Fact]
    public void Received_descriptors_that_find_no_room_are_reported_and_not_leaked()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            using FileDescriptor eventfd = TestMemory.Eventfd();
            byte[] buffer = new byte[16];
            int[] received = new int[8];

            a.Send([1], [eventfd.Number, eventfd.Number, eventfd.Number], Soon);
            AssertDescriptorsMissing(() => b.TryReceive(buffer, received, out _, out _), room: 2);

            a.Send([2], [eventfd.Number], Soon);
            Assert.True(b.Receive(buffer, received, out _, out int count, Soon));
            Assert.Equal(1, count);
            Assert.Equal(0, Libc.Close(received[0]));
        }
    }

    [Fact]
    public void A_connection_that_cannot_be_accepted_is_ended_and_the_listener_goes_on()
    {
        using UnixListener listener = UnixListener.Bind(UnixName.Parse($"@urma-test/{Guid.NewGuid():N}"));
        using UnixChannel unlucky = UnixChannel.Connect(listener.Name, Soon);

        AssertDescriptorsMissing(() => listener.TryAccept());

        Assert.False(unlucky.Receive(new byte[8], [], out _, out _, Soon));
        Assert.Null(listener.TryAccept());
        using UnixChannel lucky = UnixChannel.Connect(listener.Name, Soon);
        using UnixChannel accepted = listener.Accept(Soon);
        accepted.Send([1], [], Soon);
        Assert.True(lucky.Receive(new byte[8], [], out _, out _, Soon));
    }

    [Fact]
    public void A_file_size_limit_is_an_exception_and_not_a_killed_process()
    {
        UrmaException error = WithLimit(
            Libc.RLIMIT_FSIZE, 1 << 20, () => Assert.Throws<UrmaException>(() => MemoryFile.Create("urma-test", 2 << 20)));

        Assert.Equal(UrmaStatus.OutOfMemory, error.Status);
        Assert.Contains("ulimit -f", error.Message, StringComparison.Ordinal);
    }

    private static void AssertDescriptorsMissing(Action attempt, int room = 0)
    {
        // Finalizers of earlier tests would make room at the wrong moment, and the runtime opens files the first time an
        // exception is built.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.NotNull(Record.Exception(() => MemoryFile.FromPeer(-1, 4096)));
        int before = CountOpen();
        int next = TestMemory.Duplicate(0);
        Assert.Equal(0, Libc.Close(next));

        UrmaException error = WithLimit(
            Libc.RLIMIT_NOFILE, (ulong)(next + room), () => Assert.Throws<UrmaException>(attempt));

        Assert.Equal(Libc.EMFILE, error.NativeError);
        Assert.Equal(UrmaStatus.OutOfMemory, error.Status);
        Assert.Contains("ulimit -n", error.Message, StringComparison.Ordinal);
        Assert.True(CountOpen() <= before, $"{before} descriptors before, {CountOpen()} after");
    }

    private static unsafe T WithLimit<T>(int resource, ulong value, Func<T> body)
    {
        Rlimit old;
        Assert.Equal(0, Libc.Getrlimit(resource, &old));
        Rlimit lowered = new() { rlim_cur = value, rlim_max = old.rlim_max };
        Assert.Equal(0, Libc.Prlimit(0, resource, &lowered, null));
        try
        {
            return body();
        }
        finally
        {
            Assert.Equal(0, Libc.Prlimit(0, resource, &old, null));
        }
    }

    private static int CountOpen() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
