using System.Globalization;
using System.Net;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives.Tests.Bootstrap;

public sealed class ControlPlaneTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    public void Ranks_meet_by_a_name_and_exchange_what_they_have(int size)
    {
        using var ranks = new TestRanks(TestRanks.NewName(), size);
        for (int round = 0; round < 3; round++)
        {
            string[][] gathered = TestRanks.OnAll(size, rank => ranks.Gather(rank, 7, Blob(rank, round)));
            Assert.All(gathered, blobs => Assert.Equal(Enumerable.Range(0, size).Select(rank => Blob(rank, round)), blobs));
        }

        ranks.LeaveAll();
        Assert.All(ranks.Listeners, static l => Assert.False(l.HasFault));
    }

    // The length differs, too; the last rank of three has nothing.
    private static string Blob(int rank, int round) => rank == 2 ? "" : new string((char)('a' + round), rank + 1) + rank.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ranks_meet_by_an_id_that_one_process_made(bool onlyTcp)
    {
        UniqueId made = onlyTcp ? UniqueId.Create(IPAddress.Loopback) : UniqueId.Create();
        UniqueId id = UniqueId.Parse(UniqueId.Read(made.ToBytes()).ToString());
        Assert.Equal(made, id);
        using var ranks = new TestRanks(id, 3);
        Assert.Equal(["a0", "a1", "a2"], TestRanks.OnAll(3, rank => ranks.Gather(rank, 1, $"a{rank}"))[1]);
        ranks.LeaveAll();
    }

    [Fact]
    public void Communicators_follow_each_other_at_one_port()
    {
        for (int round = 0; round < 3; round++)
        {
            using var ranks = new TestRanks(UniqueId.FromEndpoint("127.0.0.1", FreePort(), $"round {round}"), 3);
            Assert.Equal(["0", "1", "2"], TestRanks.OnAll(3, rank => ranks.Gather(rank, 1, $"{rank}"))[2]);

            // Not ended yet when the next is made.
            if (round == 1)
            {
                ranks.LeaveAll();
            }
        }
    }

    // One for all rounds: the port must be free again at once.
    private static readonly Lazy<int> _port = new(static () =>
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    });

    private static int FreePort() => _port.Value;

    [Fact]
    public void A_name_serves_again_after_all_have_left()
    {
        UniqueId id = TestRanks.NewName();
        for (int round = 0; round < 20; round++)
        {
            using var ranks = new TestRanks(id, 2);
            ranks.LeaveAll();
        }
    }

    [Fact]
    public void Long_blobs_pass()
    {
        using var ranks = new TestRanks(TestRanks.NewName(), 3);
        byte[][] blobs = [new byte[ControlPlane.MaximumBlob], new byte[100_000], []];
        new Random(7).NextBytes(blobs[0]);
        new Random(8).NextBytes(blobs[1]);
        byte[][][] gathered = TestRanks.OnAll(3, rank => ranks[rank].AllGather(blobs[rank], 1, TestRanks.Soon, CancellationToken.None));
        Assert.All(gathered, parts => Assert.All(Enumerable.Range(0, 3), i => Assert.True(blobs[i].AsSpan().SequenceEqual(parts[i]))));
        Assert.Throws<ArgumentException>(() => ranks[0].AllGather(new byte[ControlPlane.MaximumBlob + 1], 1, TestRanks.Soon, CancellationToken.None));
        ranks.LeaveAll();
    }

    [Fact]
    public void Several_communicators_of_one_process_do_not_disturb_each_other()
    {
        using var first = new TestRanks(TestRanks.NewName(), 2);
        using var second = new TestRanks(UniqueId.Create(), 2);
        first[0].Report(new CommunicatorFault(CommunicatorFaultKind.Aborted, 0, "enough"));
        Assert.Equal("enough", first.Listeners[1].WaitForFault(TestRanks.Soon).Message);
        Assert.Equal(["x0", "x1"], TestRanks.OnAll(2, rank => second.Gather(rank, 1, $"x{rank}"))[0]);
        Assert.Null(second[0].Fault);
        second.LeaveAll();
    }

    [Fact]
    public void States_of_all_are_in_the_message_of_a_timeout_and_it_is_the_same_everywhere()
    {
        using var ranks = new TestRanks(TestRanks.NewName(), 3);
        ranks.Listeners[0].State = static () => "AllReduce #17, waiting for rank 2";
        ranks.Listeners[1].State = static () => throw new InvalidOperationException("broken");
        ranks.Listeners[2].State = static () => "Broadcast #16";
        ranks[1].Report(new CommunicatorFault(CommunicatorFaultKind.Timeout, 1, "AllReduce #17 took 30 s."));
        ranks[0].Report(new CommunicatorFault(CommunicatorFaultKind.Timeout, 0, "A later one."));
        CommunicatorFault[] faults = [.. ranks.Listeners.Select(static l => l.WaitForFault(TestRanks.Soon))];
        Assert.All(faults, fault => Assert.Equal(faults[0], fault));
        Assert.Contains("rank 0: AllReduce #17, waiting for rank 2", faults[0].Message, StringComparison.Ordinal);
        Assert.Contains("rank 1: cannot say what it is doing: broken", faults[0].Message, StringComparison.Ordinal);
        Assert.Contains("rank 2: Broadcast #16", faults[0].Message, StringComparison.Ordinal);
        ranks[2].Report(new CommunicatorFault(CommunicatorFaultKind.Aborted, 2, "Too late."));
        Assert.Throws<CollectiveException>(() => ranks.Gather(2, 1, "x"));
        Assert.All(ranks.Listeners, static l => Assert.Equal(1, l.Faults));
    }

    [Fact]
    public void An_exchange_for_different_purposes_is_a_mismatch_that_names_them()
    {
        using var ranks = new TestRanks(TestRanks.NewName(), 3);
        CollectiveException[] errors = TestRanks.FailOnAll<CollectiveException>(3, rank => ranks.Gather(rank, rank == 1 ? 5 : 4, "x"));
        Assert.All(errors, static e => Assert.Equal(CommunicatorFaultKind.Mismatch, e.Fault!.Kind));
        Assert.All(errors, static e => Assert.Contains("rank 1 ", e.Message, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("tag 5", errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("tag 4", errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exchange_that_a_rank_does_not_come_to_ends_with_its_name()
    {
        using var ranks = new TestRanks(TestRanks.NewName(), 3);
        ranks.Listeners[1].State = static () => "asleep";
        CollectiveException error = Assert.Throws<CollectiveException>(() =>
        {
            ranks[2].AllGather("x"u8, 9, TimeSpan.FromMilliseconds(100), CancellationToken.None);
        });
        Assert.Equal(CommunicatorFaultKind.Timeout, error.Fault!.Kind);
        Assert.Contains("ranks 0, 1 did not come", error.Message, StringComparison.Ordinal);
        Assert.Contains("rank 1: asleep", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exchange_with_a_rank_that_has_left_names_it()
    {
        using var ranks = new TestRanks(TestRanks.NewName(), 2);
        ranks[1].Leave(TimeSpan.Zero);
        CollectiveException error = Assert.Throws<CollectiveException>(() => ranks.Gather(0, 1, "x"));
        Assert.Equal(CommunicatorFaultKind.Mismatch, error.Fault!.Kind);
        Assert.Contains("rank 1 has left", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_that_left_is_not_lost_and_one_that_was_disposed_gave_up()
    {
        using var ranks = new TestRanks(TestRanks.NewName(), 3);
        ranks[2].Leave(TestRanks.Soon);
        ranks[2].Dispose();
        Assert.Null(ranks[0].Fault);
        ranks[1].Dispose();
        CommunicatorFault fault = ranks.Listeners[0].WaitForFault(TestRanks.Soon);
        Assert.Equal((CommunicatorFaultKind.Aborted, 1), (fault.Kind, fault.Rank));
    }

    [Fact]
    public void A_cancelled_exchange_ends_the_communicator()
    {
        using var ranks = new TestRanks(TestRanks.NewName(), 2);
        using var cancel = new CancellationTokenSource();
        cancel.CancelAfter(50);
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            ranks[0].AllGather("x"u8, 1, TestRanks.Soon, cancel.Token);
        });
        CommunicatorFault fault = ranks.Listeners[1].WaitForFault(TestRanks.Soon);
        Assert.Equal((CommunicatorFaultKind.Aborted, 0), (fault.Kind, fault.Rank));
        Assert.Contains("cancelled", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_listener_may_dispose_its_plane()
    {
        using var ranks = new TestRanks(TestRanks.NewName(), 2);
        var done = new TaskCompletionSource();
        ranks.Listeners[1].State = () =>
        {
            ranks[1].Dispose();
            done.SetResult();
            return "gone";
        };
        ranks[0].Report(new CommunicatorFault(CommunicatorFaultKind.Timeout, 0, "late"));
        Assert.True(done.Task.Wait(TestRanks.Soon));
        _ = ranks.Listeners[0].WaitForFault(TestRanks.Soon);
    }
}
