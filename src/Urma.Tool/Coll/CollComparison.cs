using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Coll;

/// <summary>Our operations, a peer's and the yardstick in turns: a minute later a shared machine is another one.</summary>
internal sealed class CollComparison : IDisposable
{
    private readonly CollMember _member;
    private readonly CollLine? _line;
    private readonly MpiProcess? _mpi;

    /// <param name="member">This rank; the first one drives the peer.</param>
    public CollComparison(CollMember member)
    {
        _member = member;
        _line = member.Request.Ranks > 1 ? new CollLine(member) : null;
        _mpi = member.IsFirst ? MpiProcess.Start(member.Request) : null;
        member.Communicator.Barrier();
    }

    /// <summary>What the peer calls itself; null where it is not installed, and at other ranks.</summary>
    public string? PeerVersion => _mpi?.Version;

    /// <summary>Measures a size.</summary>
    public CollComparisonRow Measure(CollTrial trial, in CollShape shape, CollReduction reduction)
    {
        CollRequest request = _member.Request;
        trial.Prepare();
        MpiResult? checkedResult = _mpi?.Prepare(shape, reduction);
        _member.Communicator.Barrier();
        CollCopy? copy = trial.Copy();
        double[] ours = new double[request.Rounds], peers = new double[request.Rounds], lines = new double[request.Rounds], copies = new double[request.Rounds];
        long iterations = 0;
        double allocated = 0;
        for (int round = 0; round < request.Rounds; round++)
        {
            lines[round] = _line?.Measure() ?? double.NaN;
            copies[round] = copy?.Measure() ?? double.NaN;
            CollTimes times = trial.Measure();
            (ours[round], iterations, allocated) = (times.Nanoseconds, iterations + times.Iterations, Math.Max(allocated, times.AllocatedBytes));

            // The others sleep in the barrier while the first rank looks after the peer.
            peers[round] = _mpi?.Measure(shape, reduction).Nanoseconds ?? double.NaN;
            _member.Communicator.Barrier();
        }

        return new CollComparisonRow(shape, reduction, new CollTimes(Statistics.Median(ours), null, iterations) { AllocatedBytes = allocated })
        {
            Wrong = request.Check ? trial.CountWrong() : null,
            BestNanoseconds = ours.Min(),
            PeerNanoseconds = _mpi is null ? null : Statistics.Median(peers),
            PeerBestNanoseconds = _mpi is null ? null : peers.Min(),
            PeerWrong = checkedResult is { Wrong: >= 0 } ? checkedResult.Wrong : null,
            Ratio = _mpi is null ? null : Statistics.Spread(ours.Zip(peers, static (own, peer) => own / peer)),
            LineNanoseconds = _line is null ? null : Statistics.Median(lines),
            CopyNanoseconds = copy is null ? null : Statistics.Median(copies),
            OfCopy = copy is null ? null : Statistics.Median(ours.Zip(copies, static (own, once) => once / own)),
            OverLine = _line is null ? null : Statistics.Median(ours.Zip(lines, static (own, line) => own / line)),
        };
    }

    public void Dispose()
    {
        _mpi?.Dispose();
        _line?.Dispose();
    }
}
