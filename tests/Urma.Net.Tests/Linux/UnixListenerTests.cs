using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

public sealed class UnixListenerTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("urma-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Peers_meet_by_name(bool isAbstract)
    {
        using UnixListener listener = UnixListener.Bind(FreshName(isAbstract));
        Assert.Null(listener.TryAccept());

        using UnixChannel client = UnixChannel.Connect(listener.Name, Soon);
        using UnixChannel server = listener.Accept(Soon);
        server.Send([1, 2], [], Soon);

        byte[] buffer = new byte[8];
        Assert.True(client.Receive(buffer, [], out int length, out _, Soon));
        Assert.Equal([1, 2], buffer[..length]);
        Assert.Equal(Environment.ProcessId, server.Peer.Pid);
        Assert.Equal(Environment.ProcessId, client.Peer.Pid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_name_has_one_owner_and_is_free_after_dispose(bool isAbstract)
    {
        UnixName name = FreshName(isAbstract);
        UnixListener first = UnixListener.Bind(name);

        var error = Assert.Throws<UrmaException>(() => UnixListener.Bind(name));
        Assert.Equal(UrmaStatus.Exists, error.Status);
        Assert.Contains(name.Text, error.Message, StringComparison.Ordinal);

        first.Dispose();
        first.Dispose();
        UnixListener.Bind(name).Dispose();
    }

    [Fact]
    public void Many_claims_at_once_have_one_winner()
    {
        UnixName name = FreshName(isAbstract: false);
        for (int round = 0; round < 20; round++)
        {
            UnixListener?[] winners = new UnixListener?[4];
            Parallel.For(0, winners.Length, i =>
            {
                try
                {
                    winners[i] = UnixListener.Bind(name);
                }
                catch (UrmaException taken) when (taken.Status == UrmaStatus.Exists)
                {
                    winners[i] = null;
                }
            });

            UnixListener winner = Assert.Single(winners, w => w is not null)!;
            UnixChannel.Connect(name, Soon).Dispose();
            winner.Dispose();
        }

        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void A_socket_left_by_a_dead_process_is_replaced()
    {
        UnixName name = FreshName(isAbstract: false);
        LeaveSocketBehind(name);
        File.WriteAllText(name.Text + ".lock", "");

        using UnixListener listener = UnixListener.Bind(name);

        UnixChannel.Connect(name, Soon).Dispose();
    }

    [Fact]
    public void A_listener_of_somebody_else_is_not_evicted()
    {
        UnixName name = FreshName(isAbstract: false);
        using var stranger = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Seqpacket,
            System.Net.Sockets.ProtocolType.Unspecified);
        stranger.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(name.Text));
        stranger.Listen(1);

        var error = Assert.Throws<UrmaException>(() => UnixListener.Bind(name));

        Assert.Equal(UrmaStatus.Exists, error.Status);
        Assert.True(File.Exists(name.Text));
    }

    [Fact]
    public void A_file_in_the_way_is_not_removed()
    {
        UnixName name = FreshName(isAbstract: false);
        File.WriteAllText(name.Text, "precious");

        var error = Assert.Throws<UrmaException>(() => UnixListener.Bind(name));

        Assert.Equal(UrmaStatus.Exists, error.Status);
        Assert.Equal("precious", File.ReadAllText(name.Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Connecting_to_nobody_says_so(bool isAbstract)
    {
        UnixName name = FreshName(isAbstract);

        Assert.Null(UnixChannel.TryConnect(name, Soon));
        var error = Assert.Throws<UrmaException>(() => UnixChannel.Connect(name, Soon));

        Assert.Equal(UrmaStatus.Failed, error.Status);
        Assert.Contains(name.Text, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Accepting_gives_up_at_its_deadline()
    {
        using UnixListener listener = UnixListener.Bind(FreshName(isAbstract: true));

        var error = Assert.Throws<UrmaException>(() => listener.Accept(TimeSpan.FromMilliseconds(10)));

        Assert.Equal(UrmaStatus.TimedOut, error.Status);
    }

    [Fact]
    public void Disposing_ends_a_waiting_accept()
    {
        UnixListener listener = UnixListener.Bind(FreshName(isAbstract: true));
        Exception? outcome = null;
        var waiter = new Thread(() => outcome = Record.Exception(() => listener.Accept(Soon)));
        waiter.Start();

        Assert.True(SpinWait.SpinUntil(() => waiter.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || waiter.IsAlive, Soon));
        listener.Dispose();

        Assert.True(waiter.Join(Soon));
        Assert.IsType<ObjectDisposedException>(outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("a\0b")]
    public void Names_that_cannot_exist_are_refused(string text) =>
        Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => UnixName.Parse(text)).Status);

    [Fact]
    public void The_longest_names_work_and_one_byte_more_does_not()
    {
        string padding = new('x', UnixName.MaximumBytes);
        string own = $"@{Guid.NewGuid():N}";
        using UnixListener longest = UnixListener.Bind(UnixName.Parse((own + padding)[..(UnixName.MaximumBytes + 1)]));
        UnixChannel.Connect(longest.Name, Soon).Dispose();
        Assert.Throws<UrmaException>(() => UnixName.Parse("@x" + padding));

        string path = $"{_directory}/{padding}"[..UnixName.MaximumBytes];
        using UnixListener longestPath = UnixListener.Bind(UnixName.Parse(path));
        UnixChannel.Connect(longestPath.Name, Soon).Dispose();
        Assert.Throws<UrmaException>(() => UnixName.Parse(path + "x"));
    }

    private UnixName FreshName(bool isAbstract) => isAbstract
        ? UnixName.Parse($"@urma-test/{Guid.NewGuid():N}")
        : UnixName.Parse($"{_directory}/{Guid.NewGuid():N}");

    private static unsafe void LeaveSocketBehind(UnixName name)
    {
        using FileDescriptor socket = UnixChannel.OpenSocket();
        SockaddrUn address;
        uint length = name.Write(&address);
        Assert.Equal(0, Libc.Bind(socket.Number, &address, length));
        Assert.Equal(0, Libc.Listen(socket.Number, 1));
    }
}
