using System.Diagnostics;
using System.Net;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives.Tests.Bootstrap;

/// <summary>Ranks that are processes, which end, stop and go on.</summary>
public sealed class ProcessTests : IDisposable
{
    private PeerProcess[] _ranks = [];

    public void Dispose() => Array.ForEach(_ranks, static r => r.Dispose());

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(2, true)]
    public void Killing_a_rank_is_heard_by_all_others_with_its_number(int victim, bool tcp)
    {
        Start(tcp ? UniqueId.FromEndpoint("127.0.0.1", FreePort()) : TestRanks.NewName(), 3);
        for (int rank = 0; rank < 3; rank++)
        {
            _ranks[rank].Tell($"gather 1 r{rank}");
        }

        Assert.Equal("gathered r0,r1,r2", _ranks[2].Expect("gathered"));
        var clock = Stopwatch.StartNew();
        _ranks[victim].Kill();
        foreach (PeerProcess other in _ranks.Where((_, rank) => rank != victim))
        {
            Assert.StartsWith($"fault RankLost {victim} Rank {victim} (process {_ranks[victim].Id} ", other.Expect("fault"), StringComparison.Ordinal);
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TestRanks.Soon);
    }

    [Fact]
    public void Without_the_process_that_made_the_id_no_rank_is_blamed()
    {
        // The first process makes the id only; this one's ranks meet there.
        using var maker = new PeerProcess(new Dictionary<string, string>(), "make");
        UniqueId id = UniqueId.Parse(maker.Expect("urma:"));
        using var ranks = new TestRanks(id, 2);
        maker.Kill();
        CommunicatorFault fault = ranks.Listeners[1].WaitForFault(TestRanks.Soon);
        Assert.Equal((CommunicatorFaultKind.ControlLost, -1), (fault.Kind, fault.Rank));
        Assert.Contains($"process {maker.Id} ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_stopped_rank_is_not_lost_and_a_report_says_that_it_does_not_answer(int stopped)
    {
        Start(TestRanks.NewName(), 3);
        _ranks[stopped].Stop();
        Thread.Sleep(500);
        _ranks[stopped].Continue();
        for (int rank = 0; rank < 3; rank++)
        {
            _ranks[rank].Tell($"gather 1 r{rank}");
        }

        Assert.All(_ranks, static r => Assert.Equal("gathered r0,r1,r2", r.Expect("")));

        _ranks[2].Tell("state AllReduce #17");
        _ranks[2].Expect("set");
        _ranks[stopped].Stop();
        _ranks[2].Tell("report Timeout AllReduce #17 took 1 s.");
        string fault = _ranks[2].Expect("fault");
        Assert.StartsWith("fault Timeout 0 AllReduce #17 took 1 s.", fault, StringComparison.Ordinal);
        if (stopped == 0)
        {
            Assert.Contains($"process {_ranks[0].Id} ", fault, StringComparison.Ordinal);
            Assert.Contains("does not answer", fault, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains($"  rank 1: does not answer (process {_ranks[1].Id} ", fault, StringComparison.Ordinal);
            Assert.Contains("  rank 2: AllReduce #17", fault, StringComparison.Ordinal);
        }

        // It hears of it as soon as it can.
        _ranks[stopped].Continue();
        Assert.StartsWith("fault Timeout 0", _ranks[stopped].Expect("fault"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_that_leave_end_without_a_word()
    {
        Start(TestRanks.NewName(), 3);
        foreach (int rank in (int[])[2, 1, 0])
        {
            _ranks[rank].Tell("leave 20");
            Assert.Equal("left", _ranks[rank].Expect(""));
            _ranks[rank].Tell("exit");
            Assert.Equal("disposing", _ranks[rank].Expect(""));
            Assert.Equal(0, _ranks[rank].WaitForExit());
        }
    }

    [Fact]
    public void The_process_that_joins_the_ranks_stays_until_all_have_left()
    {
        Start(TestRanks.NewName(), 2);
        _ranks[0].Tell("leave 20");
        Thread.Sleep(200);
        _ranks[1].Tell("state still here");
        Assert.Equal("set", _ranks[1].Expect(""));
        _ranks[1].Tell("leave 20");
        Assert.Equal("left", _ranks[1].Expect(""));
        Assert.Equal("left", _ranks[0].Expect(""));
    }

    [Fact]
    public void Of_several_ranks_in_the_process_that_joins_them_only_the_last_waits_for_the_others()
    {
        TimeSpan longer = 2 * TestRanks.Soon;
        UniqueId id = UniqueId.Create();
        _ranks = [PeerProcess.Rank(id, 2, 3)];
        TestListener[] listeners = [new(), new()];
        ControlPlane[] planes = TestRanks.OnAll(2, rank => ControlPlane.Connect(id, rank, 3, listeners[rank], TestRanks.Soon, CancellationToken.None));
        var clock = Stopwatch.StartNew();
        planes[0].Leave(longer);
        planes[0].Dispose();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TestRanks.Soon);

        Task last = Task.Run(() => planes[1].Leave(longer));
        Assert.False(last.Wait(TimeSpan.FromMilliseconds(300)));
        _ranks[0].Tell("leave 0");
        _ = _ranks[0].Expect("left");
        Assert.True(last.Wait(TestRanks.Soon));
        planes[1].Dispose();
        Assert.All(listeners, static l => Assert.False(l.HasFault));
    }

    private void Start(UniqueId id, int size)
    {
        _ranks = [.. Enumerable.Range(0, size).Select(rank => PeerProcess.Rank(id, rank, size))];
        Assert.All(_ranks, static r => Assert.Equal("joined", r.Expect("")));
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
