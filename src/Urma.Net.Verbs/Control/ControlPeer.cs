using System.Diagnostics;
using System.Net;
using System.Text;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Verbs.Control;

/// <summary>One connection with another engine (or with this one: an engine may import from itself).</summary>
/// <remarks>
/// Thread-safe. Two engines that import from each other have two connections; what was granted through one belongs to that one alone,
/// so nothing rests on who a peer says it is.
/// </remarks>
internal sealed class ControlPeer : IFrameSink
{
    private const int LongestGoodbye = 200;

    private readonly PeerEnvironment _environment;
    private readonly FrameStream _stream;
    private readonly PeerInbox _inbox;
    private readonly PendingCalls _calls = new();
    private long _lastPing;
    private volatile string? _fault;

    internal ControlPeer(
        EngineIdentity identity, bool isOutgoing, TcpChannel channel, PeerEnvironment environment, IPeerService service)
    {
        Identity = identity;
        IsOutgoing = isOutgoing;
        Address = channel.Remote.Address;
        _environment = environment;
        _stream = new FrameStream(environment.Loop, channel, environment.Options.QueuedBytes, this);
        _inbox = new PeerInbox(this, environment, service);
    }

    /// <summary>Who the other end says it is.</summary>
    public EngineIdentity Identity { get; }

    /// <summary>Whether this end connected: the other is an owner that we import from. Otherwise it is an importer.</summary>
    public bool IsOutgoing { get; }

    /// <summary>Why it is gone, naming it; null while it is not.</summary>
    public string? Fault => _fault;

    /// <summary>Whatever the provider keeps with it.</summary>
    public object? State { get; set; }

    /// <summary>Where it really is.</summary>
    internal IPAddress Address { get; }

    /// <summary>How many wrong tokens it showed. For the one worker that serves it.</summary>
    internal int Refusals { get; set; }

    /// <summary>The requests to it that have no answer.</summary>
    internal PendingCalls Calls => _calls;

    public override string ToString() => Identity.ToString();

    /// <summary>Starts to receive. Any thread.</summary>
    internal void Begin()
    {
        if (!IsOutgoing)
        {
            _inbox.AnnounceConnected();
        }

        if (!_environment.Loop.Post(Attach))
        {
            Lose("this end was closed");
        }
    }

    /// <summary>Sends one frame, or keeps it for sending. Any thread.</summary>
    /// <returns>False where the peer is gone, or about to be.</returns>
    internal bool Send(ReadOnlySpan<byte> frame) => _stream.Send(frame);

    /// <summary>Has the loop's thread end the connection. Any thread.</summary>
    internal void End(string reason) => _environment.Loop.Post(() => Lose(reason));

    /// <summary>Ends the connection. Loop's thread only, or when the loop has ended.</summary>
    internal void Lose(string reason)
    {
        string fault = $"Lost {Identity}: {reason}.";
        if (Interlocked.CompareExchange(ref _fault, fault, null) is not null)
        {
            return;
        }

        _stream.Close();
        bool isNews = _environment.Table.Remove(this);
        _calls.FailAll(fault);
        _inbox.AnnounceLost(isNews);
    }

    /// <summary>Looks whether it was silent for too long, and asks it for a sign where it was for a while. Loop's thread only.</summary>
    internal void Beat(long now)
    {
        TimeSpan bound = _environment.Options.SilenceBound;
        TimeSpan silent = Stopwatch.GetElapsedTime(_stream.LastHeard, now);
        if (silent >= bound)
        {
            Lose($"it has been silent for {silent.TotalSeconds:0.#} s: its process is stopped, or its host cannot be reached");
        }
        else if (silent >= bound / 4 && Stopwatch.GetElapsedTime(_lastPing, now) >= bound / 4)
        {
            _lastPing = now;
            _ = Send(ControlFrames.Header(ControlMessage.Ping, FrameKind.Request, 0));
        }
    }

    /// <summary>Does not count the silence so far: it was this process that was stopped. Loop's thread only.</summary>
    internal void Forgive(long now) => _stream.LastHeard = now;

    string? IFrameSink.OnFrame(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Kind == FrameKind.Answer)
        {
            bool expected = (header is { Id: 0, Message: ControlMessage.Ping }) || _calls.Complete(header.Id, header.Status, payload);
            return expected ? null : "it answered what nobody had asked";
        }

        switch (header.Message)
        {
            case ControlMessage.Ping when header.Kind == FrameKind.Request:
                _ = Send(ControlFrames.Header(ControlMessage.Ping, FrameKind.Answer, header.Id));
                return null;
            case ControlMessage.Goodbye when header.Kind == FrameKind.Notice:
                return Encoding.UTF8.GetString(payload[..Math.Min(payload.Length, LongestGoodbye)]);
            default:
                return _inbox.Add(new ReceivedFrame(header, payload.ToArray()));
        }
    }

    void IFrameSink.OnEnd(string reason) => Lose(reason);

    private void Attach()
    {
        try
        {
            _stream.Attach();
        }
        catch (UrmaException error)
        {
            Lose(error.Message);
        }
    }
}
