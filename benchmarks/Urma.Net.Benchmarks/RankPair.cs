using Urma.Net.Collectives;

namespace Urma.Net.Benchmarks;

/// <summary>
/// Two ranks of one process: the benchmark's thread makes the calls of one, a thread that makes as many those of the other.
/// What is measured includes the way of cache lines between two cores.
/// </summary>
internal sealed class RankPair : IDisposable
{
    private readonly UrmaContext _context = UrmaContext.Open($"loopback://{Guid.NewGuid():n}");
    private readonly Communicator[] _ranks;
    private readonly Action<Communicator> _call;
    private readonly Thread _other;
    private long _calls;
    private long _lastCall = long.MaxValue;
    private Exception? _failure;

    public RankPair(Action<Communicator> call)
    {
        _call = call;

        // Between two series of calls the other rank waits for as long as the benchmark's harness takes.
        _ranks = Communicator.CreateAll(_context, 2, new CommunicatorOptions { Timeout = TimeSpan.FromMinutes(30) });
        _other = new Thread(Answer) { IsBackground = true, Name = "other rank" };
        _other.Start();
    }

    /// <summary>One call of both ranks.</summary>
    public void Call()
    {
        _calls++;
        _call(_ranks[0]);
    }

    public void Dispose()
    {
        Volatile.Write(ref _lastCall, _calls + 1);
        if (_failure is null)
        {
            Call();
        }

        if (!_other.Join(TimeSpan.FromSeconds(30)) || _failure is not null)
        {
            throw new InvalidOperationException("The other rank did not come to its end.", _failure);
        }

        Task.WhenAll(_ranks.Select(static rank => rank.DisposeAsync().AsTask())).GetAwaiter().GetResult();
        _context.Dispose();
    }

    private void Answer()
    {
        try
        {
            for (long call = 1; ; call++)
            {
                _call(_ranks[1]);
                if (call >= Volatile.Read(ref _lastCall))
                {
                    return;
                }
            }
        }
        catch (CollectiveException failure)
        {
            // The benchmark's own call fails, too.
            _failure = failure;
        }
    }
}
