using System.Globalization;
using System.Runtime.CompilerServices;
using Urma.Net.Collectives.Local;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Posted;

/// <summary>
/// A rank's way to the others by posted work. Each rank has an inbox, into which every peer writes chunks and behind each its flag
/// (<see cref="Opcode.WriteNotify"/>: the flag is seen only after the bytes, on every provider); the owner looks at the flags in its own memory and
/// writes back how much it has taken.
/// </summary>
/// <remarks>
/// A peer's inbox is imported when something is first posted there: an algorithm needs a few of all pairs, and over RDMA each is a connection.
/// One thread at a time.
/// </remarks>
internal sealed unsafe class PostedPort : IDisposable
{
    // Chunks that the device may be sending at a time, to all peers.
    private const int OutboxChunks = 64;

    // Room for those and for what tells peers how much was taken, which completes in silence.
    private const int QueueDepth = 256;

    private const int PollSize = 16;
    private const uint NoChunk = uint.MaxValue;
    private const uint TellAfter = PostedLayout.Depth / 2;

    private readonly UrmaContext _context;
    private readonly IWaitOwner _owner;
    private readonly int _rank;
    private readonly Segment _inbox;
    private readonly Segment _outbox;
    private readonly Jfc _jfc;
    private readonly Jfs _jfs;
    private readonly byte* _inboxAddress;
    private readonly bool _hasInline;
    private readonly (SegmentDescriptor Descriptor, Token Token)[] _peers;
    private readonly PostedLink[] _links;
    private readonly Completion[] _completions = new Completion[PollSize];
    private readonly uint[] _free = new uint[OutboxChunks];
    private readonly long _timeoutMilliseconds;
    private int _freeCount = OutboxChunks;

    /// <summary>Makes this rank's inbox.</summary>
    /// <param name="context">The rank's context.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="size">All ranks.</param>
    /// <param name="owner">Who is told of peers that cannot be reached.</param>
    /// <param name="timeout">How long the queue may stay full.</param>
    public PostedPort(UrmaContext context, int rank, int size, IWaitOwner owner, TimeSpan timeout)
    {
        (_context, _rank, _owner) = (context, rank, owner);
        _timeoutMilliseconds = (long)timeout.TotalMilliseconds;
        Layout = new PostedLayout(size);
        _hasInline = context.Capabilities.MaxInlineLength >= sizeof(ulong);
        _peers = new (SegmentDescriptor, Token)[size];
        _links = new PostedLink[size];
        for (int peer = 0; peer < size; peer++)
        {
            _links[peer] = new PostedLink(peer);
        }

        for (uint i = 0; i < OutboxChunks; i++)
        {
            _free[i] = OutboxChunks - 1 - i;
        }

        try
        {
            _inbox = context.AllocateSegment(Layout.Length);
            _outbox = context.AllocateSegment((long)OutboxChunks * Layout.ChunkBytes, new SegmentOptions { Access = SegmentAccess.LocalOnly });
            _jfc = context.CreateJfc(new JfcOptions { Depth = QueueDepth });
            _jfs = context.CreateJfs(new JfsOptions { SendJfc = _jfc, Depth = QueueDepth });
        }
        catch
        {
            DisposeAll();
            throw;
        }

        _inboxAddress = (byte*)_inbox.Address;
    }

    public PostedLayout Layout { get; }

    public SegmentDescriptor Descriptor => _inbox.Descriptor;

    public Token Token => _inbox.Token;

    /// <summary>The first byte of the inbox.</summary>
    public byte* Own => _inboxAddress;

    /// <summary>Whether there is a <see cref="NextPlace"/>.</summary>
    public bool HasPlace => _freeCount > 0 || Poll() > 0;

    /// <summary>Returns when the device has moved all bytes that were posted.</summary>
    /// <param name="wait">How to pass the time.</param>
    /// <param name="peer">To whom, or from whom, the last of them go.</param>
    public void Flush(PostedWait wait, int peer)
    {
        while (_freeCount < OutboxChunks)
        {
            wait.Pause(this, peer);
            _ = Poll();
        }

        wait.Reset();
    }

    public PostedLink Link(int peer) => _links[peer];

    /// <summary>Takes note of another rank's inbox.</summary>
    public void Add(int peer, SegmentDescriptor descriptor, Token token)
    {
        if (descriptor.Length != Layout.Length)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"Rank {peer} has an inbox of {descriptor.Length} bytes where this rank has {Layout.Length}: give all ranks the same size and version.");
        }

        _peers[peer] = (descriptor, token);
    }

    /// <summary>Whether the next chunk of a peer's is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasArrived(PostedLink link, out ulong mark)
    {
        uint chunk = link.Received + 1;
        ulong flag = Volatile.Read(ref *(ulong*)(_inboxAddress + Layout.Flag(link.Peer, chunk)));
        mark = flag & ~(ulong)ushort.MaxValue;
        return (ushort)flag == (ushort)chunk;
    }

    /// <summary>The bytes of the next chunk of a peer's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Arrived(PostedLink link) => _inboxAddress + Layout.Chunk(link.Peer, link.Received + 1);

    /// <summary>The place of that chunk is the peer's again.</summary>
    public void Take(PostedLink link)
    {
        link.Received++;
        if (link.Received - link.Told >= TellAfter)
        {
            link.Told = link.Received;
            PostWord(link, PostedLayout.Taken(_rank), link.Received);
        }
    }

    /// <summary>Whether a chunk may be posted to a peer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool CanSend(PostedLink link)
    {
        uint taken = (uint)Volatile.Read(ref *(ulong*)(_inboxAddress + PostedLayout.Taken(link.Peer)));
        return link.Sent - taken < PostedLayout.Depth && HasPlace;
    }

    /// <summary>Where the bytes of the chunk go that is posted next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* NextPlace() => (byte*)_outbox.Address + ((long)_free[_freeCount - 1] * Layout.ChunkBytes);

    /// <summary>Posts a chunk; <see cref="CanSend"/> was true.</summary>
    /// <param name="link">To whom.</param>
    /// <param name="mark">What its flag says beside its number.</param>
    /// <param name="length">Bytes, in <see cref="NextPlace"/>.</param>
    public void Send(PostedLink link, ulong mark, int length)
    {
        uint chunk = ++link.Sent;
        ulong flag = mark | (ushort)chunk;
        if (length == 0)
        {
            PostWord(link, Layout.Flag(_rank, chunk), flag);
            return;
        }

        uint place = _free[--_freeCount];
        TargetSegment inbox = link.Inbox ?? Open(link);
        WorkRequest request = WorkRequest.WriteNotify(
            _outbox.Range((long)place * Layout.ChunkBytes, length),
            inbox.At(Layout.Chunk(_rank, chunk), length),
            inbox.At(Layout.Flag(_rank, chunk), sizeof(ulong)),
            flag,
            Context(link, place));
        Post(link, in request);
    }

    /// <summary>Writes bytes of <see cref="NextPlace"/> to what a peer registered, in order with what is posted to it later.</summary>
    public void Write(PostedLink link, RemoteAddress target, int length)
    {
        uint place = _free[--_freeCount];
        WorkRequest request = WorkRequest.Write(_outbox.Range((long)place * Layout.ChunkBytes, length), target, Context(link, place));
        Post(link, in request);
    }

    /// <summary>Reads bytes of a peer's inbox to <see cref="NextPlace"/>; they are there when nothing is under way any more.</summary>
    public void Read(PostedLink link, long offset, int length)
    {
        TargetSegment inbox = link.Inbox ?? Open(link);
        uint place = _free[--_freeCount];
        WorkRequest request = WorkRequest.Read(_outbox.Range((long)place * Layout.ChunkBytes, length), inbox.At(offset, length), Context(link, place));
        Post(link, in request);
    }

    /// <summary>Says to a peer what this rank waits for it in.</summary>
    public void TellWaiting(PostedLink link, ulong step) => PostWord(link, PostedLayout.Waiting(_rank), step);

    /// <summary>What a peer waited for this rank in last; 0 for nothing.</summary>
    public ulong WaitingOf(int peer) => Volatile.Read(ref *(ulong*)(_inboxAddress + PostedLayout.Waiting(peer)));

    /// <summary>Raises one of a peer's signals.</summary>
    public void Signal(PostedLink link, int signal, uint raised) => PostWord(link, Layout.Signal(_rank, signal), raised);

    /// <summary>How often a peer has raised a signal.</summary>
    public ulong* SignalOf(int peer, int signal) => (ulong*)(_inboxAddress + Layout.Signal(peer, signal));

    /// <summary>Takes completions: places of chunks that were sent are free again.</summary>
    /// <returns>How many there were.</returns>
    public int Poll()
    {
        int count = _jfc.Poll(_completions);
        for (int i = 0; i < count; i++)
        {
            ref readonly Completion completion = ref _completions[i];
            if (!completion.IsSuccess)
            {
                ThrowFailed(completion);
            }

            uint place = (uint)completion.UserContext;
            if (place != NoChunk)
            {
                _free[_freeCount++] = place;
            }
        }

        return count;
    }

    private static ulong Context(PostedLink link, uint place) => ((ulong)(uint)link.Peer << 32) | place;

    private void PostWord(PostedLink link, long offset, ulong value)
    {
        TargetSegment inbox = link.Inbox ?? Open(link);
        ulong context = Context(link, NoChunk);
        RemoteAddress place = inbox.At(offset, sizeof(ulong));
        WorkRequest request = _hasInline
            ? WorkRequest.WriteInline(&value, sizeof(ulong), place, context)
            : WorkRequest.WriteNotify(_outbox.Range(0, 0), inbox.At(offset, 0), place, value, context);
        request.Flags &= ~WorkRequestFlags.Signaled;
        Post(link, in request);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Post(PostedLink link, in WorkRequest request)
    {
        UrmaStatus status = _jfs.Post(in request);
        if (status != UrmaStatus.Success)
        {
            PostPatiently(link, request, status);
        }
    }

    // The queue is as deep as what is under way, unless a device is slow to tell that words were written.
    private void PostPatiently(PostedLink link, WorkRequest request, UrmaStatus status)
    {
        long deadline = Environment.TickCount64 + _timeoutMilliseconds;
        while (status == UrmaStatus.TryAgain)
        {
            _owner.ThrowIfFaulted();
            if (Environment.TickCount64 >= deadline)
            {
                _owner.ThrowTimedOut(link.Peer);
            }

            if (Poll() == 0)
            {
                Thread.Yield();
            }

            status = _jfs.Post(in request);
        }

        if (status != UrmaStatus.Success)
        {
            _owner.ThrowUnreachable(link.Peer, $"work for it was refused by the send queue with {status}");
        }
    }

    private TargetSegment Open(PostedLink link)
    {
        (SegmentDescriptor descriptor, Token token) = _peers[link.Peer];
        long deadline = Environment.TickCount64 + _timeoutMilliseconds;
        while (true)
        {
            try
            {
                return link.Inbox = _context.ImportSegment(descriptor, token);
            }
            catch (UrmaException exception) when (exception.Status == UrmaStatus.TimedOut && Environment.TickCount64 < deadline)
            {
                // A busy host answers late; of one that is gone the communicator hears otherwise.
                _owner.ThrowIfFaulted();
            }
            catch (UrmaException exception) when (exception is not CollectiveException)
            {
                _owner.ThrowUnreachable(link.Peer, $"its memory could not be imported: {exception.Message}");
                throw;
            }
        }
    }

    private void ThrowFailed(in Completion completion)
    {
        int peer = (int)(completion.UserContext >> 32);
        string what = CompletionStatusText.Explain(completion.Status);
        _owner.ThrowIfFaulted();
        _owner.ThrowUnreachable(
            (uint)peer < (uint)_links.Length ? peer : _rank,
            string.Create(CultureInfo.InvariantCulture, $"a write to it completed with {completion.Status}: {what}"));
    }

    public void Dispose() => DisposeAll();

    private void DisposeAll()
    {
        _jfs?.Dispose();
        _jfc?.Dispose();
        foreach (PostedLink link in _links)
        {
            link.Inbox?.Dispose();
        }

        _outbox?.Dispose();
        _inbox?.Dispose();
    }
}
