using Urma.Net.Internal;

namespace Urma.Net.Collectives.Bootstrap;

// What happens on the control plane's thread, and how the others wait for it.
internal sealed partial class ControlPlane
{
    private const ulong LinkToken = 0;

    // A monitor, not a Lock: threads wait in it.
    private readonly object _gate = new();
    private readonly Queue<byte[]> _posted = new();
    private readonly Epoller _epoller = new();
    private readonly IControlListener _listener;
    private readonly ControlLink _link;
    private readonly HubIdentity _hubIdentity;
    private readonly Thread _thread;
    private CommunicatorFault? _fault;
    private CommunicatorFault? _reported;
    private long _reportEnd;
    private byte[][]? _parts;
    private int _hostRank = -1;
    private bool _isReady;
    private bool _allLeft;
    private bool _isStopping;
    private bool _isOver;

    private void Run()
    {
        Span<ulong> ready = stackalloc ulong[1];

        // What came together with the welcome.
        bool goesOn = Serve();
        while (goesOn)
        {
            int count = _epoller.Wait(ready, NextTimeout());
            bool isStopping = TakePosted();
            _epoller.Modify(_link.Descriptor, LinkToken, _link.IsCongested);
            goesOn = !isStopping && (count == 0 || Serve());
            GiveUpOnHub();
        }

        _link.FlushWithin(ControlLimits.LastWords);
        lock (_gate)
        {
            _isOver = true;
            _link.Dispose();
            _epoller.Dispose();
            Monitor.PulseAll(_gate);
        }
    }

    private int NextTimeout()
    {
        lock (_gate)
        {
            return _reported is not null && _fault is null ? (int)Math.Clamp(_reportEnd - Environment.TickCount64, 0, ControlLimits.Report) : 60_000;
        }
    }

    // Returns whether the plane is being disposed.
    private bool TakePosted()
    {
        lock (_gate)
        {
            while (_posted.TryDequeue(out byte[]? frame))
            {
                _ = _link.Send(frame);
            }

            return _isStopping;
        }
    }

    private bool Serve()
    {
        bool goesOn = _link.Flush() && _link.Receive();
        try
        {
            while (_link.TryTake(out ControlFrame frame))
            {
                OnFrame(frame);
            }
        }
        catch (InvalidDataException)
        {
            goesOn = false;
        }

        if (!goesOn)
        {
            OnHubGone();
        }

        return goesOn;
    }

    private void OnFrame(ControlFrame frame)
    {
        FrameReader reader = frame.Read();
        switch (frame.Kind)
        {
            case FrameKind.Ready:
                _hostRank = reader.Number();
                Set(static p => p._isReady = true);
                break;
            case FrameKind.Parts:
                byte[][] parts = new byte[_size][];
                for (int rank = 0; rank < _size; rank++)
                {
                    parts[rank] = reader.Bytes().ToArray();
                }

                lock (_gate)
                {
                    _parts = parts;
                    Monitor.PulseAll(_gate);
                }

                break;
            case FrameKind.AskState:
                _ = _link.Send(new FrameWriter(FrameKind.State).Text(DescribeState()).ToFrame());
                break;
            case FrameKind.Fault:
                Fail(new CommunicatorFault((CommunicatorFaultKind)reader.Number(), reader.Number(), reader.Text(ControlLimits.FaultText)));
                break;
            case FrameKind.AllLeft:
                Set(static p => p._allLeft = true);
                break;
            default:
                throw new InvalidDataException("Not what a hub says.");
        }
    }

    private string DescribeState()
    {
        try
        {
            return _listener.DescribeState();
        }
#pragma warning disable CA1031 // Whatever is wrong with one rank's description, the others' report must come about.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return $"cannot say what it is doing: {error.Message}";
        }
    }

    private void OnHubGone()
    {
        bool isOrderly;
        lock (_gate)
        {
            isOrderly = _allLeft || _hasLeft || _isStopping;
            _allLeft = true;
        }

        if (!isOrderly)
        {
            Fail(_hostRank >= 0
                ? new CommunicatorFault(CommunicatorFaultKind.RankLost, _hostRank, $"Rank {_hostRank} ({_hubIdentity}), which joined the ranks together, has ended or cannot be reached any more.")
                : new CommunicatorFault(CommunicatorFaultKind.ControlLost, -1, $"The process that made the communicator's id and joined the ranks together ({_hubIdentity}) has ended or cannot be reached any more."));
        }
    }

    private void GiveUpOnHub()
    {
        CommunicatorFault? own = null;
        lock (_gate)
        {
            if (_reported is not null && _fault is null && Environment.TickCount64 >= _reportEnd)
            {
                own = _reported with { Message = $"{_reported.Message} (What the other ranks do is unknown: {_hubIdentity}, which joins the ranks together, does not answer.)" };
            }
        }

        if (own is not null)
        {
            Fail(own);
        }
    }

    private void Fail(CommunicatorFault fault)
    {
        lock (_gate)
        {
            if (_fault is not null)
            {
                return;
            }

            _fault = fault;
            Monitor.PulseAll(_gate);
        }

        try
        {
            _listener.OnFault(fault);
        }
#pragma warning disable CA1031 // A listener that fails must not end the process from a thread nobody knows.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void Set(Action<ControlPlane> change)
    {
        lock (_gate)
        {
            change(this);
            Monitor.PulseAll(_gate);
        }
    }

    // Under the gate.
    private void Post(byte[] frame)
    {
        _posted.Enqueue(frame);
        Wake();
    }

    // Under the gate.
    private void Wake()
    {
        if (!_isOver)
        {
            _epoller.Wake();
        }
    }

    // Under the gate.
    private void ThrowIfFailed()
    {
        if (_fault is not null)
        {
            throw new CollectiveException(_fault);
        }
    }

    // Under the gate. Also returns when the communicator has failed or the thread has ended.
    private bool WaitLocked(Func<ControlPlane, bool> condition, Deadline deadline)
    {
        while (!condition(this) && _fault is null && !_isOver)
        {
            if (!Monitor.Wait(_gate, Math.Min(deadline.RemainingMilliseconds, 60_000)) && deadline.HasPassed)
            {
                return condition(this);
            }
        }

        return condition(this);
    }

    private void Await(Func<ControlPlane, bool> condition, Deadline deadline, string what, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(static p => ((ControlPlane)p!).Set(static _ => { }), this);
        bool isDone;
        lock (_gate)
        {
            isDone = WaitLocked(p => condition(p) || cancellationToken.IsCancellationRequested, deadline) && condition(this);
            if (isDone)
            {
                return;
            }

            ThrowIfFailed();
            ObjectDisposedException.ThrowIf(_isOver, this);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            Report(new CommunicatorFault(CommunicatorFaultKind.Aborted, _rank, $"Rank {_rank} cancelled {what}."));
            throw new OperationCanceledException(cancellationToken);
        }

        Report(new CommunicatorFault(CommunicatorFaultKind.Timeout, _rank, FormattableString.Invariant($"At rank {_rank}, {what} took longer than {timeout.TotalSeconds:0.###} s.")));
        lock (_gate)
        {
            _ = WaitLocked(static _ => false, Deadline.After(TimeSpan.FromMilliseconds(ControlLimits.Report + ControlLimits.States)));
            ThrowIfFailed();
        }

        throw new CollectiveException(UrmaStatus.TimedOut, $"At rank {_rank}, {what} took too long.");
    }
}
