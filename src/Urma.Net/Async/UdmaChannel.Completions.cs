using System.Diagnostics;
using Urma.Net.Async;
using Urma.Net.Internal;

namespace Urma.Net;

public sealed partial class UdmaChannel : IPumpTarget
{
    private const int PollBatch = 16;

    // Who polls. Nobody waits for it: whoever finds it taken knows that completions are being looked after.
    private Gate _pollGate;
    private readonly Completion[] _completions = new Completion[PollBatch];
    private volatile bool _armed;

    /// <summary>Looks for completions and ends the awaits they belong to. Never blocks.</summary>
    /// <returns>How many operations ended; 0 also while another thread polls.</returns>
    public int Poll()
    {
        if (!TryEnterPoll())
        {
            return 0;
        }

        CompletedList completed = default;
        int count = Collect(ref completed);
        ExitPoll();
        completed.SettleAll();
        if (_pump is not null && !_armed)
        {
            ArmPump();
        }

        return count;
    }

    /// <summary>As <see cref="Poll"/>, waiting for the first completion: spins briefly, yields, then sleeps.</summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many operations ended; 0 after the timeout, and where another thread polls.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public int Wait(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (!TryEnterPoll())
        {
            Thread.Yield();
            return 0;
        }

        bool ready = false;
        try
        {
            // In slices, so that a Dispose on another thread does not have to wait for the whole timeout.
            var slices = new WaitSlices(timeout);
            do
            {
                ready = !_closed && _jfc.WaitUntilReady(slices.Next, cancellationToken);
            }
            while (!ready && !_closed && slices.HasMore);
        }
        finally
        {
            ExitPoll();
        }

        return ready ? Poll() : 0;
    }

    bool IPumpTarget.OnReady()
    {
        int count;
        do
        {
            if (!TryEnterPoll())
            {
                return _closed;
            }

            _armed = false;
            CompletedList completed = default;
            count = Collect(ref completed);
            ExitPoll();
            completed.SettleAll();
        }
        while (count != 0);
        ArmPump();
        return true;
    }

    private bool TryEnterPoll() => _single || _pollGate.TryEnter();

    private void ExitPoll()
    {
        if (!_single)
        {
            _pollGate.Exit();
        }
    }

    /// <summary>
    /// Has the pump told of the next completion, if something is pending and it is not told already. Two sides may miss each
    /// other here, the one that posts and the one that polls; so each makes its own change visible before it looks at the other's.
    /// </summary>
    private void ArmPump()
    {
        if (_pump is null)
        {
            return;
        }

        while (true)
        {
            Interlocked.MemoryBarrier();
            if (_armed || _table.Count == 0 || !TryEnterPoll())
            {
                return;
            }

            CompletedList completed = default;
            int count = 0;
            if (!_closed)
            {
                _pump.Start();
                _jfc.Rearm();
                _armed = true;
                count = Collect(ref completed);
            }

            ExitPoll();
            completed.SettleAll();
            if (count == 0)
            {
                return;
            }
        }
    }

    // Holds the poll gate. Completions of the queue are matched to operations, slots are freed and waiting operations posted.
    private int Collect(ref CompletedList completed)
    {
        int count = _jfc.Poll(_completions);
        if (count == 0)
        {
            return 0;
        }

        int ended = 0;
        Enter();
        foreach (ref readonly Completion completion in _completions.AsSpan(0, count))
        {
            if (completion.Status is CompletionStatus.SuspendDone or CompletionStatus.FlushDone)
            {
                continue;
            }

            if (_table.Take(completion.UserContext) is { } operation)
            {
                if (operation.ReturnsValue)
                {
                    operation.Value = ReadScratch(operation.Request.Local);
                }

                if (operation.BeganAt != 0 && completion.IsSuccess)
                {
                    _sampler.End(UrmaOperation.Awaited, operation.BeganAt, Stopwatch.GetTimestamp(), peer: -1);
                }

                operation.Completion = new Completion(operation.UserContext, completion.ByteCount, completion.Status, completion.Flags);
                completed.Add(operation);
                ended++;
            }
        }

        if (_firstWaiting is not null)
        {
            PostWaiting(ref completed);
        }

        Exit();
        return ended;
    }

    private static unsafe ulong ReadScratch(SegmentRange word) =>
        word.Length == sizeof(ulong) ? *(ulong*)word.Address : *(uint*)word.Address;
}
