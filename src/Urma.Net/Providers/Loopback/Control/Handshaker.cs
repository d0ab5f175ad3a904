using System.Diagnostics;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>
/// Turns connections into peers. Both ends send a <see cref="Hello"/> with their pidfd and context page; the one that
/// accepted answers after it has checked the other's. Fabric thread only.
/// </summary>
internal sealed class Handshaker : ILinkUser
{
    private readonly FabricLoop _loop;
    private readonly ControlLimits _limits;
    private readonly EngineIdentity _identity;
    private readonly PeerTable _table;
    private readonly PeerAdmission _admission;
    private readonly HandshakeEnd _end;
    private readonly LinkBuffer _buffer;
    private readonly List<PeerLink> _links = [];

    internal Handshaker(
        FabricLoop loop,
        ControlLimits limits,
        EngineIdentity identity,
        PeerTable table,
        PeerAdmission admission,
        HandshakeEnd end,
        LinkBuffer buffer)
    {
        _loop = loop;
        _limits = limits;
        _identity = identity;
        _table = table;
        _admission = admission;
        _end = end;
        _buffer = buffer;
    }

    /// <summary>Serves a connection that another engine made.</summary>
    internal void Accept(UnixChannel channel)
    {
        CrashPoints.Reach(CrashPoints.Connect);
        var link = new PeerLink(_loop, _limits, _buffer, channel, this)
        {
            Handshake = new LinkHandshake { Deadline = Deadline.After(_limits.HandshakeTimeout) },
        };
        try
        {
            channel.Peer.EnsureSameUser();
            link.Watch();
        }
        catch (UrmaException error)
        {
            _end.Refuse(link, error.Status, error.Message);
            return;
        }

        EvictSilent();
        _links.Add(link);
    }

    /// <summary>Serves a connection that this engine made and on which it has introduced itself.</summary>
    internal void Begin(UnixChannel channel, ConnectAttempt attempt)
    {
        var handshake = new LinkHandshake { Deadline = Deadline.After(_limits.HandshakeTimeout), Attempt = attempt };
        var link = new PeerLink(_loop, _limits, _buffer, channel, this) { IsOutgoing = true, Handshake = handshake };
        try
        {
            link.Watch();
            WatchProcess(link, handshake);
        }
        catch (UrmaException error) when (error.NativeError == Libc.ESRCH)
        {
            OnExit(link);
            return;
        }
        catch (UrmaException error)
        {
            _end.Fail(link, error.Status, $"Cannot reach {HandshakeEnd.Describe(link)}: {error.Message.TrimEnd('.')}", isTransient: false);
            return;
        }

        _links.Add(link);
    }

    /// <summary>Ends handshakes that took too long.</summary>
    /// <returns>How long until the next deadline.</returns>
    internal TimeSpan Tick()
    {
        int next = int.MaxValue;
        for (int i = _links.Count - 1; i >= 0; i--)
        {
            PeerLink link = _links[i];
            if (link.Handshake is not { } handshake)
            {
                _links.RemoveAt(i);
                continue;
            }

            if (handshake.Deadline.HasPassed)
            {
                OnDeadline(link, handshake);
            }

            next = link.Handshake is null ? next : Math.Min(next, handshake.Deadline.RemainingMilliseconds);
        }

        return next == int.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(next);
    }

    /// <summary>Closes all connections that are no peer's.</summary>
    internal void Close()
    {
        foreach (PeerLink link in _links)
        {
            if (link.Handshake is not null)
            {
                link.Close();
            }
        }

        _links.Clear();
    }

    /// <inheritdoc/>
    public void OnFrame(PeerLink link, ReadOnlySpan<byte> frame, Span<int> descriptors)
    {
        if (link.Handshake is not { Hello: null } handshake)
        {
            // More came right behind the introduction.
            Admit(link);
            if (!link.IsClosed)
            {
                link.User.OnFrame(link, frame, descriptors);
            }

            return;
        }

        if (!ControlFrame.TryReadHeader(frame, out uint type, out uint id, out int status))
        {
            OnBroken(link, UrmaStatus.InvalidArgument, $"it sent a frame of {frame.Length} bytes");
            return;
        }

        ReadOnlySpan<byte> payload = frame[ControlFrame.HeaderSize..];
        switch ((ControlMessage)type)
        {
            case ControlMessage.Hello:
                Read(link, handshake, new ControlRequest(ControlMessage.Hello, payload, descriptors));
                break;
            case ControlMessage.Refusal when link.IsOutgoing:
                UrmaStatus why = ControlFrame.ReadFailure(status);
                _end.Fail(link, why, $"{HandshakeEnd.Describe(link)} refused process {Environment.ProcessId}, saying: {ControlFrame.ReadText(payload).TrimEnd('.')}", why == UrmaStatus.TryAgain);
                break;
            case ControlMessage.Info when !link.IsOutgoing:
                _identity.SendInfo(link, id);
                break;
            default:
                OnBroken(link, UrmaStatus.InvalidArgument, $"it sent a message of type 0x{type:x} before introducing itself");
                break;
        }
    }

    /// <inheritdoc/>
    public void OnStripped(PeerLink link, ReadOnlySpan<byte> frame, UrmaException error) => OnBroken(link, error.Status, error.Message);

    /// <inheritdoc/>
    public void OnDrained(PeerLink link)
    {
        if (link.Handshake is { Hello: not null })
        {
            Admit(link);
        }
    }

    /// <inheritdoc/>
    public void OnHangUp(PeerLink link)
    {
        if (link.Handshake is not { } handshake)
        {
            return;
        }

        if (!link.IsOutgoing)
        {
            // Nobody here waits for it: a stale knock, or a death before the introduction.
            link.Close();
            return;
        }

        handshake.HungUp = true;
        handshake.Deadline = Deadline.After(_limits.HangUpGrace);
    }

    /// <inheritdoc/>
    public void OnBroken(PeerLink link, UrmaStatus status, string reason) => _end.Refuse(link, status, reason);

    // Until the process has sent its own pidfd: a child that inherited the socket would keep a dead engine's connection
    // open. A process without a number here is refused with a reason once it has introduced itself.
    private void WatchProcess(PeerLink link, LinkHandshake handshake)
    {
        if (link.ProcessId > 0)
        {
            handshake.Watch = new PidWatch(_loop, PidFd.Open(link.ProcessId), () => OnExit(link));
        }
    }

    private void Read(PeerLink link, LinkHandshake handshake, in ControlRequest frame)
    {
        try
        {
            Hello hello = Hello.Parse(frame.Payload);
            handshake.Process = PidFd.FromPeer(frame.TakeFd(0), link.ProcessId);
            using MemoryFile page = MemoryFile.FromPeer(frame.TakeFd(1), _identity.ContextPageLength);
            if (page.UsesHugePages)
            {
                // Holes punched into such a file fault when the pool is empty, and a fault here would end this process.
                throw new UrmaException(UrmaStatus.InvalidArgument, "its context page is made of huge pages");
            }

            handshake.ContextPage = page.MapShared(writable: false);
            handshake.Hello = hello;
        }
        catch (UrmaException error)
        {
            _end.Refuse(link, error.Status, error.Message);
        }
    }

    private void Admit(PeerLink link)
    {
        try
        {
            _admission.Admit(link);
        }
        catch (UrmaException error)
        {
            _end.Refuse(link, error.Status, error.Message);
        }
#pragma warning disable CA1031 // a defect in the handler must fail one handshake, not the thread that serves all peers
        catch (Exception error)
        {
            Trace.TraceError($"Connecting {HandshakeEnd.Describe(link)} failed: {error}");
            _end.Refuse(link, UrmaStatus.Failed, $"connecting failed inside the peer: {error.Message}");
        }
#pragma warning restore CA1031
    }

    private void OnExit(PeerLink link)
    {
        if (link.Handshake is not null)
        {
            _end.Fail(link, UrmaStatus.Failed, $"{HandshakeEnd.Describe(link)} exited during the handshake", isTransient: false, provesAbsence: true);
        }
    }

    private void OnDeadline(PeerLink link, LinkHandshake handshake)
    {
        if (handshake.HungUp)
        {
            _end.Fail(
                link,
                UrmaStatus.Failed,
                $"{HandshakeEnd.Describe(link)} closed the connection without a word: it is closing, or out of descriptors",
                isTransient: true);
        }
        else if (handshake.Attempt is { } attempt && _table.Find(attempt.Uasid) is not null)
        {
            // It connected to us meanwhile, so the attempt succeeded; closing this one would look like leaving.
            handshake.Deadline = Deadline.After(_limits.HandshakeTimeout);
        }
        else if (handshake.Attempt is not null)
        {
            _end.Fail(
                link,
                UrmaStatus.TimedOut,
                $"{HandshakeEnd.Describe(link)} did not answer the connection within {_limits.HandshakeTimeout.TotalSeconds:0.###} s: it is "
                    + "stopped, overloaded or stuck",
                isTransient: true);
        }
        else
        {
            _end.Refuse(link, UrmaStatus.TimedOut, "it did not introduce itself in time");
        }
    }

    private void EvictSilent()
    {
        int silent = 0;
        PeerLink? oldest = null;
        foreach (PeerLink link in _links)
        {
            if (link is { IsOutgoing: false, Handshake: not null })
            {
                silent++;
                oldest ??= link;
            }
        }

        if (silent >= _limits.MaximumSilent && oldest is not null)
        {
            _end.Refuse(oldest, UrmaStatus.TryAgain, "it said nothing while many others connected");
            _links.Remove(oldest);
        }
    }
}
