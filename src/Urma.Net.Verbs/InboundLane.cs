using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>The receiving end of a peer's lane: a queue pair that serves its one-sided work and hands its messages to a JFR.</summary>
internal sealed unsafe class InboundLane : IMessageSource
{
    private readonly VerbsContext _context;
    private readonly LaneKind _kind;
    private readonly Lock _lock = new();
    private readonly long _wordsLength;
    private readonly ulong* _words;
    private readonly ibv_mr* _registration;
    private QueuePair? _pair;
    private bool _isDisposed;

    public InboundLane(VerbsContext context, ControlPeer peer, uint id, in ConnectLaneRequest request, VerbsJfr? queue)
    {
        _context = context;
        _kind = request.Kind;
        Id = id;
        Peer = peer;
        RemoteLane = request.LaneId;
        SourceUasid = peer.Identity.Uasid;
        SourceJettyId = request.SourceJettyId;
        JettyId = request.JettyId;
        Queue = queue;
        if (queue is not null)
        {
            // Twice as many as receives can be unread.
            long count = 2L * queue.Depth;
            _wordsLength = PageSize.RoundUp(count * sizeof(ulong), PageSize.Bytes);
            _words = (ulong*)SparseMemory.Allocate(_wordsLength);
            try
            {
                _registration = context.RegisterNative(
                    _words, _wordsLength, (int)(ibv_access_flags.IBV_ACCESS_LOCAL_WRITE | ibv_access_flags.IBV_ACCESS_REMOTE_WRITE));
            }
            catch
            {
                SparseMemory.Free(_words, _wordsLength);
                throw;
            }

            Immediates = new ImmediateRing((ulong)_words, _registration->rkey, (uint)count);
        }
    }

    public uint Id { get; }

    public ControlPeer Peer { get; }

    /// <summary>The sender's number of the lane.</summary>
    public uint RemoteLane { get; }

    public uint SourceUasid { get; }

    public uint SourceJettyId { get; }

    /// <summary>The jetty it leads to; 0 for a bare JFR or memory alone.</summary>
    public uint JettyId { get; }

    /// <summary>Who gets its messages; null where it leads to memory alone.</summary>
    public VerbsJfr? Queue { get; }

    public ImmediateRing Immediates { get; }

    /// <summary>Makes a queue pair, in the place of an old one, and connects it.</summary>
    /// <param name="peer">The sender's.</param>
    public QueuePairAddress Connect(in QueuePairAddress peer)
    {
        lock (_lock)
        {
            // The sender chooses the time; what it asks for may have ended meanwhile.
            if (_isDisposed || Queue is { IsDisposed: true })
            {
                throw new UrmaException(UrmaStatus.InvalidArgument, $"Jetty {JettyId} is gone.");
            }

            Destroy();
            ibv_cq* completions = Queue is null ? _context.NoCompletions : Queue.Jfc.Native;
            var shape = new QueuePairShape
            {
                SendQueue = completions,
                ReceiveQueue = completions,
                SharedReceives = Queue is null ? null : Queue.Native,
                SendDepth = 1,
                MaxSge = 1,
                Inline = 0,
                ServesMemory = true,
            };
            ibv_qp_type type = _kind == LaneKind.UnreliableMessage ? ibv_qp_type.IBV_QPT_UC : ibv_qp_type.IBV_QPT_RC;
            QueuePair pair = QueuePair.Create(_context, type, in shape, peer.MinRnrTimer);
            try
            {
                _context.Route(pair.Number, this);
                pair.Connect(peer, rnrRetry: 0);
            }
            catch
            {
                _context.Unroute(pair.Number);
                pair.Destroy();
                throw;
            }

            _pair = pair;
            return pair.Address;
        }
    }

    /// <inheritdoc/>
    public ulong ReadImmediate(uint data)
    {
        (uint bits, bool isNumber) = Immediate.Read(data);
        return isNumber && bits < Immediates.Count ? Volatile.Read(ref _words[bits]) : bits;
    }

    /// <summary>Ends it. Nothing of the peer's is carried out any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Destroy();
        }

        if (_words != null)
        {
            VerbsContext.DeregisterNative(_registration);
            SparseMemory.Free(_words, _wordsLength);
        }
    }

    private void Destroy()
    {
        if (_pair is { } pair)
        {
            // Some devices forget what a queue pair has received when it goes; what its senders believe delivered must not be lost.
            if (Queue is not null)
            {
                pair.MoveToError();
                Queue.Jfc.Drain();
            }

            _context.Unroute(pair.Number);
            pair.Destroy();
            _pair = null;
        }
    }
}
