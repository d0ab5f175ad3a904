namespace Urma.Net.Verbs.Control;

/// <summary>What a peer has said and no worker has taken yet: in order, one thing at a time, the loss last.</summary>
internal sealed class PeerInbox(ControlPeer peer, PeerEnvironment environment, IPeerService service)
{
    // So many and the other peers get their turn.
    private const int FramesPerTurn = 16;

    private readonly Lock _gate = new();
    private readonly Queue<ReceivedFrame> _frames = new();
    private int _bytes;
    private bool _isScheduled;
    private bool _announceConnected;
    private bool _announceLost;
    private bool _lossIsNews;

    /// <summary>Adds a request or notice.</summary>
    /// <returns>Why the connection must end: there are too many. Null where it goes on.</returns>
    public string? Add(in ReceivedFrame frame)
    {
        lock (_gate)
        {
            ControlOptions options = environment.Options;
            if (_frames.Count >= options.QueuedRequests || _bytes + frame.Payload.Length > options.QueuedRequestBytes)
            {
                return $"it asks faster than it is answered: {_frames.Count} requests of {_bytes} bytes wait";
            }

            _frames.Enqueue(frame);
            _bytes += frame.Payload.Length;
            Schedule();
            return null;
        }
    }

    /// <summary>The service is to hear first that the peer is there.</summary>
    public void AnnounceConnected()
    {
        lock (_gate)
        {
            _announceConnected = true;
            Schedule();
        }
    }

    /// <summary>The service is to hear that the peer is gone; what waits is dropped.</summary>
    public void AnnounceLost(bool isNews)
    {
        lock (_gate)
        {
            _frames.Clear();
            _announceLost = true;
            _lossIsNews = isNews;
            Schedule();
        }
    }

    private void Schedule()
    {
        if (!_isScheduled)
        {
            _isScheduled = true;
            environment.Workers.Run(Work);
        }
    }

    private void Work()
    {
        for (int i = 0; i < FramesPerTurn; i++)
        {
            if (!TryTake(out ReceivedFrame frame))
            {
                return;
            }

            ServedFrame served = service.Serve(peer, frame);
            if (served.Fault is { } fault)
            {
                peer.End(fault);
            }

            if (served.Pause > TimeSpan.Zero)
            {
                // Stays scheduled meanwhile: nothing else of this peer is looked at.
                environment.Loop.Post(() => environment.Loop.Schedule(served.Pause, () => Resume(served)));
                return;
            }

            Answer(served);
        }

        environment.Workers.Run(Work);
    }

    private void Resume(ServedFrame served)
    {
        Answer(served);
        environment.Workers.Run(Work);
    }

    private void Answer(in ServedFrame served)
    {
        if (served.Answer is { } answer)
        {
            _ = peer.Send(answer);
        }
    }

    // False where this turn is over; what is announced is announced on the way.
    private bool TryTake(out ReceivedFrame frame)
    {
        while (true)
        {
            bool connected;
            lock (_gate)
            {
                connected = _announceConnected;
                _announceConnected = false;
                if (!connected && !_announceLost && _frames.TryDequeue(out frame))
                {
                    _bytes -= frame.Payload.Length;
                    return true;
                }

                frame = default;
                if (!connected && !_announceLost)
                {
                    _isScheduled = false;
                    return false;
                }
            }

            if (connected)
            {
                service.OnConnected(peer);
                continue;
            }

            // It stays scheduled for ever: nothing comes after this.
            service.OnLost(peer, _lossIsNews);
            return false;
        }
    }
}
