using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Urma.Net.Tool.Launch;

/// <summary>Starts ranks, waits for them, and ends the others when one fails.</summary>
/// <remarks>Used by one thread, which must be the process's first: ranks end with the thread that has started them.</remarks>
internal sealed class RankLauncher : IDisposable
{
    // As timeout(1) ends.
    private const int TimedOut = 124;

    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _lastOutput = TimeSpan.FromSeconds(2);

    private readonly LaunchRequest _request;
    private readonly GroupKeeper _keeper = new();
    private readonly List<LaunchedRank> _ranks = [];
    private readonly BlockingCollection<Event> _events = [];
    private readonly HashSet<LaunchedRank> _running = [];
    private int _exitCode;
    private bool _isEnding;
    private bool _wasInterrupted;

    public RankLauncher(LaunchRequest request) => _request = request;

    /// <summary>Runs all of it.</summary>
    /// <returns>0 when all ranks ended with 0; otherwise the exit code of the first that did not.</returns>
    public int Run()
    {
        long begin = Stopwatch.GetTimestamp();
        using IDisposable signals = Signals.Catch(number => _events.Add(new Event(null, number)));

        // Known to the ranks only, so nobody else can join them.
        string job = $"launch-{Guid.NewGuid():N}{Guid.NewGuid():N}";
        for (int rank = 0; rank < _request.Ranks && !_isEnding; rank++)
        {
            Start(rank, job);
            while (_events.TryTake(out Event early))
            {
                Handle(early);
            }
        }

        TimeSpan? limit = _request.Timeout;
        while (_running.Count != 0)
        {
            TimeSpan left = limit is { } most ? most - Stopwatch.GetElapsedTime(begin) : Timeout.InfiniteTimeSpan;
            if (limit is not null && left <= TimeSpan.Zero)
            {
                limit = null;
                EndAll(TimedOut, string.Create(CultureInfo.InvariantCulture, $"{Running()} did not end within {_request.Timeout!.Value.TotalSeconds:0.###} s"));
            }
            else if (_events.TryTake(out Event next, left))
            {
                Handle(next);
            }
        }

        foreach (LaunchedRank rank in _ranks)
        {
            rank.WaitForOutput(_lastOutput);
        }

        return _exitCode;
    }

    public void Dispose()
    {
        foreach (LaunchedRank rank in _ranks)
        {
            rank.Signal(Signals.Kill);
        }

        _keeper.Dispose();
        _ranks.ForEach(static r => r.Dispose());
        _events.Dispose();
    }

    private void Start(int rank, string job)
    {
        LaunchedRank started = LaunchedRank.Start(_request, rank, job);
        _ranks.Add(started);
        _ = _running.Add(started);
        _keeper.Watch(_running.Select(static r => r.Id));
        _ = started.End.ContinueWith(
            _ => _events.Add(new Event(started, 0)), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Handle(Event next)
    {
        if (next.Ended is null)
        {
            // Told twice to stop, it waits for nobody.
            bool isStop = next.Signal is 2 or Signals.Terminate;
            Signal(isStop && _wasInterrupted ? Signals.Kill : next.Signal);
            _wasInterrupted |= isStop;
            return;
        }

        _ = _running.Remove(next.Ended);

        // Nobody of its group has a rank to work for any more.
        next.Ended.Signal(Signals.Kill);
        _keeper.Watch(_running.Select(static r => r.Id));
        if (next.Ended.ExitCode != 0)
        {
            EndAll(next.Ended.ExitCode, $"rank {next.Ended.Rank} (process {next.Ended.Id}) {Signals.Describe(next.Ended.ExitCode)}");
        }
    }

    // Only the first reason counts: what the others do now follows from it.
    private void EndAll(int exitCode, string why)
    {
        if (_isEnding)
        {
            return;
        }

        _isEnding = true;
        _exitCode = exitCode;
        Console.Error.WriteLine($"urma launch: {why}{(_running.Count == 0 ? "" : $"; ending {Running()}")}.");
        Signal(Signals.Terminate);
        Task.Delay(_grace).ContinueWith(_ => SignalLater(Signals.Kill), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void SignalLater(int signal)
    {
        try
        {
            _events.Add(new Event(null, signal));
        }
        catch (ObjectDisposedException)
        {
            // All have ended meanwhile.
        }
    }

    private void Signal(int signal)
    {
        foreach (LaunchedRank rank in _running)
        {
            rank.Signal(signal);
        }
    }

    private string Running()
    {
        int[] ranks = [.. _running.Select(static r => r.Rank).Order()];
        return $"{(ranks.Length == 1 ? "rank" : "ranks")} {string.Join(", ", ranks.Take(16))}{(ranks.Length > 16 ? $" and {ranks.Length - 16} more" : "")}";
    }

    // A rank that ended, or a signal that came.
    private readonly record struct Event(LaunchedRank? Ended, int Signal);
}
