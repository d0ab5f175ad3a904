using System.Diagnostics;
using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Running;

/// <summary>Runs the commands of a workload in turns, as many rounds as its budget has room for.</summary>
/// <param name="workload">What to run.</param>
/// <param name="peers">Ids of the peers that are there; the commands of others are left out.</param>
/// <param name="budget">What all rounds may take. The first round may take half as long again and a little more; what has had no turn by then has none.</param>
/// <param name="limit">What ends a command.</param>
/// <param name="outputs">What was printed before. A workload whose commands have all run is read from that.</param>
/// <param name="report">Takes a line for what fails.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class WorkloadRun(Workload workload, IReadOnlyCollection<string> peers, TimeSpan budget, TimeSpan limit, OutputStore outputs, Action<string> report, CancellationToken cancellation)
{
    // What failed twice will fail again, and costs those that work their rounds.
    private const int FailuresAllowed = 2;

    // Small shares are not worth less than a few starts of processes.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Readings _readings = new();
    private readonly List<Failure> _failures = [];
    private readonly Dictionary<Turn, int> _failed = [];

    public WorkloadResult Run()
    {
        long begin = Stopwatch.GetTimestamp();
        List<Turn> turns = [.. workload.Turns.Where(turn => peers.Contains(turn.Series[0].Peer))];
        bool isRead = outputs.HasAll(turns, 0);
        for (int round = 0; round < workload.Rounds && turns.Count > 0; round++)
        {
            if (isRead && !outputs.HasAll(turns, round))
            {
                break;
            }

            long before = Stopwatch.GetTimestamp();

            // There and back, so that nobody always follows the same one.
            foreach (Turn turn in (round % 2 == 0 ? turns : turns.AsEnumerable().Reverse()).ToArray())
            {
                if (!isRead && Stopwatch.GetElapsedTime(begin) > (1.5 * budget) + Grace)
                {
                    NoTime(turn, round);
                }
                else if (!Take(turn, round, isRead ? outputs.Find(turn.Command, round) : null) && _failed[turn] == FailuresAllowed)
                {
                    turns.Remove(turn);
                }
            }

            TimeSpan last = Stopwatch.GetElapsedTime(before), taken = Stopwatch.GetElapsedTime(begin);
            if (!isRead && taken + last > budget)
            {
                break;
            }
        }

        return new WorkloadResult(workload, _readings, _failures, budget, Stopwatch.GetElapsedTime(begin));
    }

    private bool Take(Turn turn, int round, string? printed)
    {
        ShellOutput output = printed is null ? ShellRun.Run(turn.Command, limit, cancellation) : new ShellOutput(printed, null);
        string? complaint = Read(turn, round, output.Text);
        complaint = output.Complaint ?? complaint;
        if (complaint is null)
        {
            outputs.Keep(turn.Command, round, output.Text);
            return true;
        }

        report($"{workload.Id} {Ids(turn)}: {complaint}");
        if (_failed.GetValueOrDefault(turn) == 0)
        {
            _failures.Add(new Failure(workload.Id, Ids(turn), turn.Command, complaint));
        }

        _failed[turn] = _failed.GetValueOrDefault(turn) + 1;
        return false;
    }

    // A sweep that was cut short keeps the sizes it had finished. What another program prints is nothing to rely on: whatever goes wrong
    // while it is read is its fault.
    private string? Read(Turn turn, int round, string output)
    {
        int count = 0;
        try
        {
            foreach (Reading reading in turn.Parse(output))
            {
                _readings.Add(round, reading);
                count++;
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return $"what it said is not understood ({error.Message}){ShellRun.Said(output)}";
        }

        return count > 0 ? null : $"there is no number in what it said{ShellRun.Said(output)}";
    }

    private void NoTime(Turn turn, int round)
    {
        if (round == 0)
        {
            _failures.Add(new Failure(workload.Id, Ids(turn), turn.Command, "the workload's time was up before its first turn"));
        }
    }

    private static string Ids(Turn turn) => string.Join(", ", turn.Series.Select(static series => series.Id));
}
