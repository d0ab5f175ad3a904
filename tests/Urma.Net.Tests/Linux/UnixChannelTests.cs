using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

public sealed class UnixChannelTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void Frames_arrive_whole_and_in_order()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            byte[] largest = new byte[UnixChannel.MaximumFrame];
            new Random(1).NextBytes(largest);
            byte[] buffer = new byte[UnixChannel.MaximumFrame];

            a.Send([1, 2, 3], [], Soon);
            a.Send(largest, [], Soon);

            Assert.True(b.Receive(buffer, [], out int length, out int descriptors, Soon));
            Assert.Equal([1, 2, 3], buffer[..length]);
            Assert.Equal(0, descriptors);
            Assert.True(b.Receive(buffer, [], out length, out _, Soon));
            Assert.Equal(largest, buffer[..length]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(UnixChannel.MaximumDescriptors)]
    public void Descriptors_travel_with_their_frame(int count)
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            using MemoryFile file = MemoryFile.Create("urma-test", 4096);
            int[] sent = [.. Enumerable.Repeat(file.Descriptor, count)];
            int[] received = new int[UnixChannel.MaximumDescriptors];

            a.Send([9], sent, Soon);
            Assert.True(b.Receive(new byte[16], received, out int length, out int descriptors, Soon));

            Assert.Equal(1, length);
            Assert.Equal(count, descriptors);
            foreach (int descriptor in received.AsSpan(0, count))
            {
                const int closeOnExec = 1;
                Assert.Equal(closeOnExec, Libc.Fcntl(descriptor, Libc.F_GETFD, 0));
                MemoryFile.FromPeer(descriptor, 4096).Dispose();
            }
        }
    }

    [Fact]
    public void More_descriptors_than_expected_are_closed_and_reported()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            using FileDescriptor eventfd = TestMemory.Eventfd();
            int before = CountOpen();

            a.Send([9], [eventfd.Number, eventfd.Number], Soon);
            var error = Assert.Throws<UrmaException>(() => b.TryReceive(new byte[16], new int[1], out _, out _));

            Assert.Contains("2 descriptors where 1", error.Message, StringComparison.Ordinal);
            AssertNoNewDescriptors(before);
        }
    }

    [Fact]
    public void A_frame_longer_than_the_buffer_is_reported_and_its_descriptors_closed()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            using FileDescriptor eventfd = TestMemory.Eventfd();
            int before = CountOpen();

            a.Send(new byte[17], [eventfd.Number], Soon);
            var error = Assert.Throws<UrmaException>(() => b.TryReceive(new byte[16], new int[4], out _, out _));

            Assert.Equal(Libc.EMSGSIZE, error.NativeError);
            AssertNoNewDescriptors(before);
        }
    }

    [Fact]
    public unsafe void More_descriptors_than_a_frame_may_carry_are_closed_and_reported()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            using FileDescriptor eventfd = TestMemory.Eventfd();
            int before = CountOpen();

            const int count = UnixChannel.MaximumDescriptors + 1;
            SendRaw(a.Descriptor, [1], [.. Enumerable.Repeat(eventfd.Number, count)]);
            var error = Assert.Throws<UrmaException>(() => b.TryReceive(new byte[16], new int[64], out _, out _));

            Assert.Equal(Libc.EMFILE, error.NativeError);
            AssertNoNewDescriptors(before);
        }
    }

    [Fact]
    public void An_empty_frame_with_descriptors_leaks_nothing_and_ends_the_connection()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            using FileDescriptor eventfd = TestMemory.Eventfd();
            int before = CountOpen();

            SendRaw(a.Descriptor, [], [eventfd.Number]);

            Assert.Equal(ChannelResult.Closed, b.TryReceive(new byte[16], new int[4], out _, out int descriptors));
            Assert.Equal(0, descriptors);
            AssertNoNewDescriptors(before);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(UnixChannel.MaximumFrame + 1, 0)]
    [InlineData(1, UnixChannel.MaximumDescriptors + 1)]
    public void Frames_that_cannot_be_sent_are_refused(int length, int descriptors)
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            var error = Assert.Throws<UrmaException>(() => a.TrySend(new byte[length], new int[descriptors]));

            Assert.Equal(UrmaStatus.InvalidArgument, error.Status);
        }
    }

    [Fact]
    public void A_bad_descriptor_is_refused()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            var error = Assert.Throws<UrmaException>(() => a.TrySend([1], [-1]));

            Assert.Equal(Libc.EBADF, error.NativeError);
        }
    }

    [Fact]
    public void A_full_connection_pushes_back_and_loses_nothing()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            int sent = 0;
            byte[] frame = new byte[1000];
            while (true)
            {
                BitConverter.TryWriteBytes(frame, sent);
                if (a.TrySend(frame, []) == ChannelResult.WouldBlock)
                {
                    break;
                }

                sent++;
                Assert.True(sent < 1_000_000);
            }

            var error = Assert.Throws<UrmaException>(() => a.Send(frame, [], TimeSpan.FromMilliseconds(20)));
            Assert.Equal(UrmaStatus.TimedOut, error.Status);

            byte[] buffer = new byte[UnixChannel.MaximumFrame];
            for (int i = 0; i < sent; i++)
            {
                Assert.Equal(ChannelResult.Done, b.TryReceive(buffer, [], out _, out _));
                Assert.Equal(i, BitConverter.ToInt32(buffer));
            }

            Assert.Equal(ChannelResult.WouldBlock, b.TryReceive(buffer, [], out _, out _));
        }
    }

    [Fact]
    public void A_closed_peer_is_told_apart_from_an_empty_connection()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (b)
        {
            Assert.Equal(ChannelResult.WouldBlock, b.TryReceive(new byte[8], [], out _, out _));
            a.Send([5], [], Soon);
            a.Dispose();

            Assert.Equal(ChannelResult.Done, b.TryReceive(new byte[8], [], out _, out _));
            Assert.Equal(ChannelResult.Closed, b.TryReceive(new byte[8], [], out _, out _));
            Assert.Equal(ChannelResult.Closed, b.TrySend([1], []));
            Assert.False(b.Receive(new byte[8], [], out _, out _, Soon));
            Assert.Equal(UrmaStatus.Failed, Assert.Throws<UrmaException>(() => b.Send([1], [], Soon)).Status);
        }
    }

    [Fact]
    public void Waiting_for_a_frame_ends_at_the_deadline_and_on_dispose()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        {
            var late = Assert.Throws<UrmaException>(
                () => b.Receive(new byte[8], [], out _, out _, TimeSpan.FromMilliseconds(10)));
            Assert.Equal(UrmaStatus.TimedOut, late.Status);

            using var started = new ManualResetEventSlim();
            Exception? outcome = null;
            bool received = true;
            var waiter = new Thread(() =>
            {
                started.Set();
                try
                {
                    received = b.Receive(new byte[8], [], out _, out _, Soon);
                }
                catch (ObjectDisposedException disposed)
                {
                    outcome = disposed;
                    received = false;
                }
            });
            waiter.Start();
            started.Wait(Soon);
            b.Dispose();

            Assert.True(waiter.Join(Soon));
            Assert.False(received);
        }
    }

    [Fact]
    public void The_kernel_tells_who_the_peer_is()
    {
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            Assert.Equal(Environment.ProcessId, a.Peer.Pid);
            Assert.Equal(Libc.Geteuid(), a.Peer.Uid);
            a.Peer.EnsureSameUser();
        }
    }

    [Fact]
    public void Another_user_is_refused_by_number()
    {
        uint other = Libc.Geteuid() + 1;
        var error = Assert.Throws<UrmaException>(() => new PeerCredentials(4711, other, 0).EnsureSameUser());

        Assert.Equal(UrmaStatus.OperationNotPermitted, error.Status);
        Assert.Contains("4711", error.Message, StringComparison.Ordinal);
        Assert.Contains($"user {other}", error.Message, StringComparison.Ordinal);
    }

    private static int CountOpen() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    // Other test classes run at the same time and open descriptors of their own: wait for the count to come back.
    private static void AssertNoNewDescriptors(int before) =>
        Assert.True(SpinWait.SpinUntil(() => CountOpen() <= before, Soon), $"{before} before, {CountOpen()} now");

    private static unsafe void SendRaw(int socket, ReadOnlySpan<byte> frame, ReadOnlySpan<int> descriptors)
    {
        byte[] control = new byte[16 + (((descriptors.Length * 4) + 7) & ~7)];
        fixed (byte* data = frame, head = control)
        {
            *(Cmsghdr*)head = new Cmsghdr
            {
                cmsg_len = 16 + (nuint)(descriptors.Length * 4),
                cmsg_level = Libc.SOL_SOCKET,
                cmsg_type = Libc.SCM_RIGHTS,
            };
            descriptors.CopyTo(new Span<int>(head + 16, descriptors.Length));
            Iovec part = new() { iov_base = data, iov_len = (nuint)frame.Length };
            Msghdr message = new()
            {
                msg_iov = &part,
                msg_iovlen = 1,
                msg_control = head,
                msg_controllen = (nuint)control.Length,
            };
            Assert.Equal(frame.Length, (int)Libc.Sendmsg(socket, &message, Libc.MSG_NOSIGNAL));
        }
    }
}
