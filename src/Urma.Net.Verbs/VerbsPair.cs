using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>
/// A queue pair of a jetty's own for a peer that is no Urma.Net program: any verbs program, whose address was learnt some other way, as
/// <c>ibv_rc_pingpong</c> exchanges it over TCP. Open it, tell the peer <see cref="Local"/>, <see cref="Connect"/> with what the peer told.
/// </summary>
/// <remarks>
/// <para>The jetty stays what it is: its posts to the target that <see cref="Connect"/> returns go to the peer, what the peer sends fills the receives
/// of its JFR, with the number of the peer's queue pair as <see cref="ReceiveCompletion.SourceJettyId"/> and 0 as
/// <see cref="ReceiveCompletion.SourceUasid"/>. A jetty may have many pairs, beside targets that are Urma.Net's; one of
/// <see cref="TransportMode.ReliableConnection"/> has one at a time. The queue pair is a reliable connection (RC), that of a jetty of
/// <see cref="TransportMode.UnreliableMessage"/> an unreliable one (UC).</para>
/// <para>What verbs does not carry there is not: immediates are 32 bits (a post with more is refused with
/// <see cref="UrmaStatus.InvalidArgument"/>), atomics are those of the device, of eight bytes (others end with
/// <see cref="CompletionStatus.RemoteUnsupportedRequest"/>), and nobody tells that the peer is gone but a request that gets no answer.</para>
/// <para>The first request that fails ends the connection, as in verbs: those behind it end with
/// <see cref="CompletionStatus.WorkRequestFlushed"/>, or <see cref="CompletionStatus.AckTimeout"/> where the peer is silent, <see cref="Fault"/> says why,
/// and there is no other connection until another pair is opened. Receives that are posted stay posted.</para>
/// <para><see cref="Connect"/> belongs to the thread that posts to the jetty; everything else may be called by any thread.</para>
/// </remarks>
public sealed class VerbsPair : IDisposable
{
    private readonly Lock _lock = new();
    private readonly VerbsContext _context;
    private readonly VerbsJetty _jetty;
    private readonly VerbsPath _path;
    private readonly RemoteEngine _engine;
    private readonly PairTarget _target;
    private readonly Lane _lane;
    private VerbsTargetJetty? _imported;
    private bool _isTried;
    private bool _isDisposed;

    private VerbsPair(VerbsJetty jetty, VerbsPairOptions options)
    {
        _jetty = jetty;
        _context = (VerbsContext)jetty.Context;
        _path = _context.Path.With(options.Over(_context.Path.Options));
        if (_path.Mtu > _path.Port.ActiveMtu)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Mtu, $"The port's active MTU is {128 << (int)_path.Port.ActiveMtu} bytes; a packet cannot be longer.");
        }

        jetty.Queue.RequireRoomForTarget();
        LaneKind kind = jetty.Queue.Mode switch
        {
            TransportMode.ReliableConnection => LaneKind.Bound,
            TransportMode.UnreliableMessage => LaneKind.UnreliableMessage,
            _ => LaneKind.ReliableMessage,
        };
        _engine = _context.AddPairEngine();
        try
        {
            _target = new PairTarget(_engine, kind, jetty.ReceiveQueue, _path, options, options.RnrRetry ?? jetty.Queue.RnrRetry);
            _lane = _context.AddLane(index => new Lane(jetty.Queue, _target, index));
        }
        catch
        {
            _context.Remove(_engine);
            throw;
        }

        Local = _target.Local;
        _context.Add(this);
        if (jetty.IsDisposed || jetty.ReceiveQueue.IsDisposed)
        {
            // Whoever closes it may have looked for its pairs before this one was there.
            Dispose();
            throw new ObjectDisposedException(nameof(Net.Jetty));
        }
    }

    /// <summary>Whose.</summary>
    public Jetty Jetty => _jetty;

    /// <summary>What the peer must be told before it can connect. The numbers are chosen anew for each pair.</summary>
    public VerbsPairAddress Local { get; }

    /// <summary>What <see cref="Connect"/> returned; null before.</summary>
    public TargetJetty? Target
    {
        get
        {
            lock (_lock)
            {
                return _imported;
            }
        }
    }

    /// <summary>Why it carries nothing any more; null while nothing is known to be wrong.</summary>
    public string? Fault => _engine.Fault;

    /// <summary>Makes a queue pair, not yet connected. Setup.</summary>
    /// <param name="jetty">Of a <see cref="VerbsContext"/>. It owns the pair: its end is the pair's, and so is that of its JFR.</param>
    /// <param name="options">How it will connect.</param>
    /// <exception cref="ArgumentException">The jetty is another provider's, or an option is out of its range.</exception>
    /// <exception cref="UrmaException">The device refuses; the jetty is closed, or has its one target already.</exception>
    public static VerbsPair Open(Jetty jetty, VerbsPairOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(jetty);
        VerbsJetty own = jetty as VerbsJetty
            ?? throw new ArgumentException($"The jetty belongs to {jetty.Context.Device.Name}, not to an RDMA device: queue pairs are for jetties of a VerbsContext.", nameof(jetty));
        ObjectDisposedException.ThrowIf(own.ReceiveQueue.IsDisposed, own.ReceiveQueue);
        ((VerbsContext)own.Context).Objects.ThrowIfDisposed();
        return new VerbsPair(own, options ?? VerbsPairOptions.Default);
    }

    /// <summary>
    /// Connects with the peer, which from then on may send. Setup. The peer's first message may only come when this has returned, as with any queue
    /// pair: let it wait for a word.
    /// </summary>
    /// <param name="remote">What the peer told of its queue pair.</param>
    /// <returns>The target for messages to the peer. It is the pair's: disposed with it.</returns>
    /// <exception cref="ArgumentException">That is no address, or not one that this port can reach.</exception>
    /// <exception cref="UrmaException">
    /// <see cref="UrmaStatus.Exists"/>: it is connected. The device refuses, for instance because no way leads to the GID; then the pair is of no use any
    /// more and another must be opened.
    /// </exception>
    public TargetJetty Connect(VerbsPairAddress remote)
    {
        Check(in remote);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isTried)
            {
                throw new UrmaException(UrmaStatus.Exists, $"The pair was connected with {_target.Remote} before ({Fault ?? "it still is"}): open another one.");
            }

            _isTried = true;
            _target.Lead(in remote);
            try
            {
                _lane.Connect();
                VerbsTargetJetty imported = _context.AddRawTarget(_engine, new JettyDescriptor(remote.Gid, 0, remote.Number, 0));
                _jetty.Queue.Adopt(_lane, imported.Token);
                _imported = imported;
                return imported;
            }
            catch (Exception error)
            {
                _engine.Break(error.Message);
                throw;
            }
        }
    }

    /// <summary>Makes memory of the peer's known, to be read and written through the pair's jetty. Asks nobody: what is wrong shows when it is used.</summary>
    /// <param name="memory">What the peer told of it.</param>
    /// <param name="access">What the peer registered it for; checked here before a request leaves.</param>
    /// <returns>
    /// Memory for posted work of that jetty; <c>Xcopy</c> and views do not reach it. It is revoked when the pair ends, and the peer's end of the
    /// registration is not told.
    /// </returns>
    /// <exception cref="ArgumentException">No such range, or rights that make no sense; on an unreliable connection anything but writing.</exception>
    /// <exception cref="UrmaException">The pair is broken, or not connected.</exception>
    public TargetSegment ImportSegment(VerbsPairMemory memory, SegmentAccess access = SegmentAccess.All)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(memory.Length, nameof(memory));
        if (memory.Address > ulong.MaxValue - (ulong)memory.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(memory), memory, $"{memory.Length} bytes from 0x{memory.Address:x} are past the end of all addresses.");
        }

        if ((access & SegmentAccess.All) == 0 || (access & ~SegmentAccess.All) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(access), access, "Say what may be done there: SegmentAccess.Read, Write, Atomic.");
        }

        if (_target.Kind == LaneKind.UnreliableMessage && access != SegmentAccess.Write)
        {
            throw new ArgumentOutOfRangeException(nameof(access), access, "Over an unreliable connection memory can only be written: SegmentAccess.Write.");
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_imported is null || Fault is not null)
            {
                throw new UrmaException(UrmaStatus.Failed, Fault ?? "The pair is not connected yet.");
            }

            VerbsPairAddress remote = _target.Remote;
            return _context.ImportRaw(_engine, new SegmentDescriptor(remote.Gid, 0, memory.Address, memory.Length, access, memory.Key, 0));
        }
    }

    /// <summary>
    /// Ends the connection: requests under way are flushed, what was received stays to be polled, <see cref="Target"/> and imported memory are of no
    /// use any more. The peer is not told; its requests find nobody. Idempotent.
    /// </summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        _context.Remove(this);
        _engine.Break("The pair was disposed.");
        _context.EndImports(_engine);
        if (_imported is { } imported)
        {
            _jetty.Queue.Drop(_lane, imported.Token);
        }
        else
        {
            _context.Remove(_lane);
            _target.Disconnect();
            _lane.Dispose();
        }

        _context.Remove(_engine);
    }

    private void Check(in VerbsPairAddress remote)
    {
        if (remote.Number is 0 or > VerbsPairAddress.Maximum24Bits || remote.PacketSequence > VerbsPairAddress.Maximum24Bits)
        {
            throw new ArgumentOutOfRangeException(nameof(remote), remote, "Numbers of queue pairs (from 1) and packets have 24 bits.");
        }

        if (remote.Gid.IsZero && (_path.Port.IsEthernet || remote.Lid == 0))
        {
            throw new ArgumentException(
                _path.Port.IsEthernet
                    ? $"{remote} has no GID, and on RoCE peers are found by GID: have the peer say one (ibv_rc_pingpong -g INDEX)."
                    : $"{remote} has neither GID nor LID.",
                nameof(remote));
        }

        if (_path.Gid is null && remote.Lid == 0)
        {
            throw new ArgumentException($"{remote} has no LID, and this port has no GID.", nameof(remote));
        }
    }
}
