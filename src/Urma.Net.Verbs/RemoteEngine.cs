using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>
/// Whose memory and jetties are reached: an engine that this context has imported from, for as long as its control connection lasts, or a
/// queue pair of a program that has no control plane (<see cref="VerbsPair"/>).
/// </summary>
/// <param name="context">Who imports.</param>
/// <param name="peer">The connection; null for a queue pair.</param>
/// <param name="index">Its number in the context, which imported memory names as its way.</param>
internal sealed class RemoteEngine(VerbsContext context, ControlPeer? peer, int index)
{
    private string? _broken;

    public VerbsContext Context { get; } = context;

    public ControlPeer? Peer { get; } = peer;

    public int Index { get; } = index;

    /// <summary>Segments (number, generation) that it withdrew.</summary>
    public Withdrawals Segments { get; } = new();

    /// <summary>Jetties (number, and their JFR's) that it withdrew.</summary>
    public Withdrawals Jetties { get; } = new();

    /// <summary>Why it is gone; null while it is not.</summary>
    public string? Fault => Peer is { } engine ? engine.Fault : Volatile.Read(ref _broken);

    /// <summary>Whether it is gone.</summary>
    public bool IsGone => Fault is not null;

    /// <summary>Says that a queue pair is gone; the first reason counts.</summary>
    public void Break(string reason) => Interlocked.CompareExchange(ref _broken, reason, null);

    /// <summary>The connection, for what has to be asked.</summary>
    /// <exception cref="UrmaException">It is a queue pair.</exception>
    public ControlPeer RequirePeer() => Peer ?? throw new UrmaException(
        UrmaStatus.InvalidArgument, "A queue pair of a program without a control plane is reached through the jetty of its VerbsPair only.");

    /// <summary>Tells the peer, where there is somebody to tell.</summary>
    public void Tell<TNotice>(in TNotice notice)
        where TNotice : struct, IControlNotice<TNotice>
    {
        if (Peer is { } engine)
        {
            _ = Context.Control.TryNotify(engine, in notice);
        }
    }
}
