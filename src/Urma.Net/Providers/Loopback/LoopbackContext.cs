using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>An engine on the fabric: its objects, its tables, its control plane.</summary>
internal sealed unsafe partial class LoopbackContext : UrmaContext
{
    private const int MaxQueues = 1 << 16;

    private readonly Lock _lock = new();
    private readonly Stack<uint> _freeSegments = new();
    private readonly Stack<uint> _freeTargets = new();
    private readonly Dictionary<uint, LoopbackSegment> _segments = [];
    private readonly HashSet<LoopbackTargetSegment> _targetSegments = [];
    private readonly Dictionary<uint, LoopbackJfr> _receiveQueues = [];
    private readonly HashSet<LoopbackSendLane> _sendLanes = [];
    private readonly List<Jfs> _sendQueues = [];
    private readonly List<LoopbackJfc> _jfcs = [];
    private readonly List<LoopbackJfce> _jfces = [];
    private readonly List<IDisposable> _published = [];
    private LoopbackTargetJetty?[] _targets = new LoopbackTargetJetty?[16];
    private uint[] _targetUses = new uint[16];
    private uint _nextSegment;
    private uint _nextTarget;
    private uint _nextQueue;
    private int _disposed;

    public LoopbackContext(UrmaDevice device, UrmaContextOptions options, LoopbackFabric fabric)
        : base(device, options)
    {
        Links = LoopbackLinks.Create(options);
        Page.Fabric = Links?.Description;

        // Everything the fabric thread may ask for exists before the thread does.
        Graveyard = new Graveyard(() => Plane?.Wake());
        try
        {
            Plane = new ControlPlane(fabric, device.Eid, options, Page.Descriptor, LoopbackContextPage.PeersLength, this);
        }
        catch
        {
            Page.Dispose();
            LocalTable.Dispose();
            RemoteSegments.Dispose();
            throw;
        }

        Engine = new LoopbackEngine($"urma-engine-{Plane.Uasid:x6}");
    }

    public override Eid Eid => Plane.Eid;

    public override uint Uasid => Plane.Uasid;

    public ControlPlane Plane { get; }

    public LoopbackEngine Engine { get; }

    /// <summary>The links of the fabric model; null without one.</summary>
    public LoopbackLinks? Links { get; }

    public LoopbackContextPage Page { get; } = new();

    internal override Diagnostics.StatisticsPage Statistics => Page.Statistics;

    public LocalSegmentTable LocalTable { get; } = new();

    public RemoteSegmentTable RemoteSegments { get; } = new();

    public Graveyard Graveyard { get; }

    public LocalSegmentTable.Entry* LocalSegments => LocalTable.Entries;

    public static MemoryFile CreateFile(long length, SegmentOptions options) => MemoryFile.Create(
        "urma-segment",
        length,
        new MemoryFileOptions { Pages = options.Pages, ReadOnlyForOthers = IsReadOnly(options.Access) });

    public override Jfce CreateJfce()
    {
        var jfce = new LoopbackJfce(this);
        Keep(_jfces, jfce);
        return jfce;
    }

    public override Jfc CreateJfc(JfcOptions? options = null)
    {
        ThrowIfDisposed();
        options ??= new JfcOptions();
        Check(options);
        var jfc = new LoopbackJfc(this, options);
        Graveyard.Watch(jfc);
        Keep(_jfcs, jfc);
        return jfc;
    }

    public override Jfr CreateJfr(JfrOptions options)
    {
        ThrowIfDisposed();
        Check(options);
        var jfr = new LoopbackJfr(this, NextQueueId(), options);
        lock (_lock)
        {
            _receiveQueues.Add(jfr.Id, jfr);
        }

        return jfr;
    }

    public override Jfs CreateJfs(JfsOptions options)
    {
        LoopbackSendQueue queue = CreateQueue(options, isJetty: false);
        var jfs = new LoopbackJfs(this, options, queue);
        Keep(_sendQueues, jfs);
        return jfs;
    }

    public override Jetty CreateJetty(JettyOptions options)
    {
        ThrowIfDisposed();
        CheckReceive(options);
        Jfr receive = options.SharedJfr ?? CreateJfr(options.Receive ?? new JfrOptions { ReceiveJfc = options.SendJfc });
        try
        {
            LoopbackSendQueue queue = CreateQueue(options, isJetty: true);
            var jetty = new LoopbackJetty(this, options, queue, receive, ownsReceiveQueue: options.SharedJfr is null);
            Keep(_sendQueues, jetty);
            return jetty;
        }
        catch when (options.SharedJfr is null)
        {
            receive.Dispose();
            throw;
        }
    }

    private LoopbackSendQueue CreateQueue(JfsOptions options, bool isJetty)
    {
        ThrowIfDisposed();
        Check(options);
        var queue = new LoopbackSendQueue(this, options.Number ?? NextQueueId(), options, isJetty);
        Graveyard.Watch(queue);
        return queue;
    }

    public void Remove(LoopbackSendQueue queue, Jfs owner)
    {
        queue.Dispose();
        Graveyard.Unwatch(queue);
        Drop(_sendQueues, owner);
    }

    public void Remove(LoopbackJfr queue)
    {
        lock (_lock)
        {
            _receiveQueues.Remove(queue.Id);
        }
    }

    public void Remove(LoopbackJfc jfc) => Drop(_jfcs, jfc);

    public void Remove(LoopbackJfce jfce) => Drop(_jfces, jfce);

    internal override void Watch(IActivity activity) => Graveyard.Watch(activity);

    internal override void Unwatch(IActivity activity) => Graveyard.Unwatch(activity);

    public override IDisposable Publish(string name, ReadOnlySpan<byte> value)
    {
        ThrowIfDisposed();
        IDisposable published = Plane.Publish(name, value);
        Keep(_published, published);
        return published;
    }

    public override byte[] Lookup(string name, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return Plane.Lookup(name, timeout, cancellationToken);
    }

    public static bool IsReadOnly(SegmentAccess access) =>
        (access & (SegmentAccess.Write | SegmentAccess.LocalOnly)) == 0;

    private uint NextQueueId()
    {
        lock (_lock)
        {
            if (_sendQueues.Count + _receiveQueues.Count >= MaxQueues)
            {
                throw new UrmaException(UrmaStatus.OutOfMemory, $"The context has {MaxQueues} queues already: dispose some.");
            }

            return ++_nextQueue;
        }
    }

    private void Keep<T>(List<T> children, T child)
        where T : IDisposable
    {
        lock (_lock)
        {
            if (_disposed == 0)
            {
                children.Add(child);
                return;
            }
        }

        child.Dispose();
        ThrowIfDisposed();
    }

    private void Drop<T>(List<T> children, T child)
    {
        lock (_lock)
        {
            children.Remove(child);
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);

    private T[] TakeAll<T>(List<T> children)
    {
        lock (_lock)
        {
            T[] all = [.. children];
            children.Clear();
            return all;
        }
    }

    private protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Array.ForEach(TakeAll(_published), static p => p.Dispose());
        Array.ForEach(TakeAll(_sendQueues), static q => q.Dispose());
        LoopbackJfr[] receiveQueues;
        LoopbackTargetSegment[] imports;
        LoopbackSegment[] segments;
        lock (_lock)
        {
            receiveQueues = [.. _receiveQueues.Values];
            imports = [.. _targetSegments];
            segments = [.. _segments.Values];
        }

        Array.ForEach(receiveQueues, static q => q.Dispose());
        Array.ForEach(imports, static i => i.Dispose());
        DisposeSegments(segments);
        Engine.Dispose();
        Plane.Dispose();
        Array.ForEach(TakeAll(_jfcs), static j => j.Dispose());
        Array.ForEach(TakeAll(_jfces), static j => j.Dispose());
        Statistics.Close();
        if (Global.IsQuiet)
        {
            Graveyard.Dispose();
            Page.Dispose();
        }

        LocalTable.Dispose();
        RemoteSegments.Dispose();
    }

    // Importers are told of all segments first, so that their confirmations overlap.
    private static void DisposeSegments(LoopbackSegment[] segments)
    {
        if (segments.Length < 4)
        {
            Array.ForEach(segments, static s => s.Dispose());
            return;
        }

        Parallel.ForEach(segments, new ParallelOptions { MaxDegreeOfParallelism = 16 }, static s => s.Dispose());
    }
}
