using System.Net;
using System.Net.Sockets;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives.Tests.Bootstrap;

public sealed class JoiningTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public void Missing_ranks_are_named_at_all_that_came()
    {
        UniqueId id = TestRanks.NewName();
        int[] present = [0, 2, 4];
        CollectiveException[] errors = TestRanks.FailOnAll<CollectiveException>(present.Length, i => Connect(id, present[i], 5, Short));
        Assert.All(errors, static e => Assert.Equal(CommunicatorFaultKind.Timeout, e.Fault!.Kind));
        Assert.All(errors, static e => Assert.Contains("Ranks 1, 3 of 5 did not join", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_rank_0_the_others_say_so()
    {
        CollectiveException error = Assert.Throws<CollectiveException>(() => Connect(TestRanks.NewName(), 1, 2, Short));
        Assert.Contains("rank 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("nobody listens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_may_come_late_and_before_the_one_that_listens()
    {
        UniqueId id = TestRanks.NewName();
        ControlPlane[] planes = TestRanks.OnAll(3, rank =>
        {
            Thread.Sleep(rank == 0 ? 300 : rank * 100);
            return Connect(id, rank, 3, TestRanks.Soon);
        });
        Array.ForEach(planes, static p => p.Leave(TestRanks.Soon));
        Array.ForEach(planes, static p => p.Dispose());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_second_one_of_a_rank_is_refused_and_the_others_go_on(int rank)
    {
        UniqueId id = TestRanks.NewName();
        using var ranks = new TestRanks(id, 2);
        CollectiveException error = Assert.Throws<CollectiveException>(() => Connect(id, rank, 2, TestRanks.Soon));
        Assert.Contains($"Rank {rank} (process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.Contains("has joined", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], TestRanks.OnAll(2, r => ranks.Gather(r, 1, r == 0 ? "a" : "b"))[0]);
        ranks.LeaveAll();
    }

    [Fact]
    public void A_rank_twice_instead_of_another_is_told_to_those_that_wait()
    {
        UniqueId id = TestRanks.NewName();
        CollectiveException[] errors = TestRanks.FailOnAll<CollectiveException>(3, i => Connect(id, Math.Min(i, 1), 3, TimeSpan.FromSeconds(1)));
        Assert.Contains(errors, static e => e.Fault is null && e.Message.Contains("is refused", StringComparison.Ordinal));
        Assert.Contains("rank 2 of 3 did not join (Rank 1 (", errors[0].Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Different_sizes_are_named_everywhere()
    {
        UniqueId id = TestRanks.NewName();
        CollectiveException[] errors = TestRanks.FailOnAll<CollectiveException>(2, rank => Connect(id, rank, rank == 0 ? 2 : 3, TestRanks.Soon));
        Assert.All(errors, static e => Assert.Contains("says that there are", e.Message, StringComparison.Ordinal));
        Assert.All(errors, static e => Assert.Contains("rank 0", e.Message, StringComparison.OrdinalIgnoreCase));
        Assert.All(errors, static e => Assert.Contains("rank 1", e.Message, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Joining_can_be_cancelled_and_the_others_hear_of_it()
    {
        UniqueId id = TestRanks.NewName();
        using var cancel = new CancellationTokenSource();
        cancel.CancelAfter(300);
        Exception[] errors = TestRanks.FailOnAll<Exception>(2, rank =>
            ControlPlane.Connect(id, rank, 3, new TestListener(), TestRanks.Soon, rank == 1 ? cancel.Token : CancellationToken.None).Dispose());
        Assert.IsAssignableFrom<OperationCanceledException>(errors[1]);
        Assert.Contains("Rank 1 cancelled", Assert.IsType<CollectiveException>(errors[0]).Message, StringComparison.Ordinal);

        using var nobody = new CancellationTokenSource(100);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ControlPlane.Connect(TestRanks.NewName(), 1, 3, new TestListener(), TestRanks.Soon, nobody.Token).Dispose());
    }

    [Fact]
    public void A_withdrawn_id_ends_those_that_wait()
    {
        UniqueId id = UniqueId.Create(IPAddress.Loopback);
        using ControlLink rank = JoinByHand(id, 1, 2);
        id.Discard();
        ControlFrame fault = Next(rank)!.Value;
        Assert.Equal(FrameKind.Fault, fault.Kind);
        Assert.Contains("withdrawn", System.Text.Encoding.UTF8.GetString(fault.Body), StringComparison.Ordinal);
        Assert.Null(Next(rank));
    }

    [Fact]
    public void A_rank_that_ends_while_others_still_join_is_named()
    {
        UniqueId id = UniqueId.Create(IPAddress.Loopback);
        using ControlLink other = JoinByHand(id, 0, 3);
        JoinByHand(id, 1, 3).Dispose();
        ControlFrame fault = Next(other)!.Value;
        Assert.Equal(FrameKind.Fault, fault.Kind);
        FrameReader reader = fault.Read();
        Assert.Equal((CommunicatorFaultKind.RankLost, 1), ((CommunicatorFaultKind)reader.Number(), reader.Number()));
        Assert.Contains("ended while the communicator was being made", reader.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_id_and_impossible_ranks_are_refused_at_once()
    {
        Assert.Throws<ArgumentException>(() => Connect(default, 0, 1, Short));
        Assert.Throws<ArgumentOutOfRangeException>(() => Connect(TestRanks.NewName(), 2, 2, Short));
        Assert.Throws<ArgumentOutOfRangeException>(() => Connect(TestRanks.NewName(), -1, 2, Short));
        Assert.Throws<ArgumentOutOfRangeException>(() => Connect(TestRanks.NewName(), 0, 0, Short));
    }

    [Fact]
    public void Someone_without_the_secret_does_not_get_in()
    {
        UniqueId id = UniqueId.Create(IPAddress.Loopback);
        byte[] other = id.ToBytes();
        UniqueId forged = UniqueId.Make(UniqueIdKind.Listener, id.Port, new byte[32], null, id.Addresses(), onlyRemote: true);
        Assert.NotEqual(UniqueId.Read(other), forged);
        CollectiveException error = Assert.Throws<CollectiveException>(() => Connect(forged, 1, 2, Short));
        Assert.Contains("another communicator", error.Message, StringComparison.Ordinal);

        // Also who has seen the public part of the id.
        using Socket socket = ConnectTo(id);
        var link = new ControlLink(socket);
        _ = link.Send((ControlHello.Own(id, 0, 2) with { Nonce = 1 }).ToFrame());
        ControlFrame challenge = Next(link)!.Value;
        Assert.Equal(FrameKind.Challenge, challenge.Kind);
        _ = link.Send(new FrameWriter(FrameKind.Proof).Raw(new byte[Sha256.Size]).ToFrame());
        Assert.Null(Next(link));
        using var ranks = new TestRanks(id, 2);
        ranks.LeaveAll();
    }

    // Everything that is no rank: silence, noise, frames out of order, a length beyond the limit.
    [Fact]
    public void Strangers_do_not_hold_the_others_up()
    {
        UniqueId id = UniqueId.Create(IPAddress.Loopback);
        var strangers = new List<Socket>();
        var random = new Random(5);
        for (int i = 0; i < 300; i++)
        {
            Socket socket = ConnectTo(id);
            strangers.Add(socket);
            byte[] noise = new byte[i % 3 * 100];
            random.NextBytes(noise);
            try
            {
                _ = socket.Send(i % 5 == 0 ? new FrameWriter((FrameKind)(i % 20)).ToFrame() : noise);
            }
            catch (SocketException)
            {
                // Shown out already.
            }
        }

        using (var ranks = new TestRanks(id, 3))
        {
            Assert.Equal(["0", "1", "2"], TestRanks.OnAll(3, rank => ranks.Gather(rank, 1, $"{rank}"))[1]);
            ranks.LeaveAll();
        }

        strangers.ForEach(static s => s.Dispose());
    }

    // A rank that says nonsense once it has joined is lost; the others hear it, and the hub lives.
    [Fact]
    public void A_rank_that_says_nonsense_is_lost()
    {
        UniqueId id = UniqueId.Create(IPAddress.Loopback);
        using ControlLink link = JoinByHand(id, 1, 2);
        var listener = new TestListener();
        using ControlPlane plane = ControlPlane.Connect(id, 0, 2, listener, TestRanks.Soon, CancellationToken.None);
        _ = link.Send(new FrameWriter(FrameKind.Parts).Number(-1).ToFrame());
        CommunicatorFault fault = listener.WaitForFault(TestRanks.Soon);
        Assert.Equal((CommunicatorFaultKind.RankLost, 1), (fault.Kind, fault.Rank));
    }

    private static ControlPlane Connect(UniqueId id, int rank, int size, TimeSpan timeout) =>
        ControlPlane.Connect(id, rank, size, new TestListener(), timeout, CancellationToken.None);

    private static ControlLink JoinByHand(UniqueId id, int rank, int size)
    {
        var link = new ControlLink(ConnectTo(id));
        byte[] hello = ControlHello.Own(id, rank, size).ToFrame();
        _ = link.Send(hello);
        UInt128 nonce = Next(link)!.Value.Read().Wide();
        _ = link.Send(new FrameWriter(FrameKind.Proof).Raw(ControlHello.Prove(id.Secret, "rank", hello.AsSpan(FrameWriter.HeaderLength), nonce)).ToFrame());
        Assert.Equal(FrameKind.Welcome, Next(link)!.Value.Kind);
        return link;
    }

    private static Socket ConnectTo(UniqueId id)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(id.Addresses()[0], id.Port);
        return socket;
    }

    private static ControlFrame? Next(ControlLink link)
    {
        while (true)
        {
            if (link.TryTake(out ControlFrame frame))
            {
                return frame;
            }

            Assert.True(link.WaitToReceive(10_000), "The hub says nothing.");
            if (!link.Receive())
            {
                return link.TryTake(out frame) ? frame : null;
            }
        }
    }
}
