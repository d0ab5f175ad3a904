using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>An opened UB device.</summary>
/// <remarks>Thread-safe. Names on the fabric (<see cref="Publish"/>) are not part of liburma: exchange descriptors as your program likes.</remarks>
public sealed unsafe partial class UbContext : UrmaContext
{
    private static readonly TimeSpan IdleBound = TimeSpan.FromSeconds(5);

    private readonly urma_context_t* _native;
    private readonly UbDevice _device;
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _children = [];
    private readonly ConcurrentDictionary<ulong, UbSendQueue> _sendQueues = new();
    private readonly ConcurrentDictionary<uint, UbJfr> _receiveQueues = new();
    private readonly ConcurrentDictionary<uint, UbJfr> _receiveQueueOfJetty = new();
    private readonly Graveyard _graveyard = new(static () => { });
    private EmulatedAtomics? _emulated;
    private UrmaCounters _closedQueues;
    private int _disposed;

    internal UbContext(UrmaDevice device, UrmaContextOptions options, UbContextOptions ubOptions, UbDevice ubDevice)
        : base(device, options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ubOptions.Priority, 15u, nameof(UbContextOptions.Priority));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ubOptions.ErrorTimeout, 31u, nameof(UbContextOptions.ErrorTimeout));
        _device = ubDevice;
        UbOptions = ubOptions;
        Capabilities = ubDevice.Capabilities
            ?? throw new UrmaException(UrmaStatus.Failed, $"The device '{ubDevice.Name}' does not tell what it can do (urma_query_device failed): may this user open /dev/uburma/{ubDevice.Name}?");
        Marshal.SetLastSystemError(0);
        _native = Liburma.urma_create_context(ubDevice.Native, ubOptions.EidIndex ?? FirstEidIndex(ubDevice));
        int error = Marshal.GetLastSystemError();
        if (_native == null)
        {
            FreeTables();
            throw UbError.FromErrno(error, $"open the device '{ubDevice.Name}'");
        }

        Eid = NativeEid.Read(&_native->eid);
        Uasid = _native->uasid;
        NeedsNoRoute = ubDevice.IsSoftware;
        if (ubOptions.Bonding is { } bonding)
        {
            int mode = (int)bonding;
            int status = (int)Liburma.urma_set_context_opt(_native, urma_opt_name_t.URMA_OPT_AGGR_MODE, &mode, sizeof(int));
            if (status != 0)
            {
                _ = Liburma.urma_delete_context(_native);
                FreeTables();
                UbError.Check(status, $"set the bonding mode {bonding} of '{ubDevice.Name}'");
            }
        }
    }

    /// <inheritdoc/>
    public override ProviderCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public override Eid Eid { get; }

    /// <inheritdoc/>
    public override uint Uasid { get; }

    /// <summary>What it was opened with beside <see cref="UrmaContext.Options"/>.</summary>
    public UbContextOptions UbOptions { get; }

    internal urma_context_t* Native => _native;

    internal HandleTable LocalSegments { get; } = new();

    internal HandleTable RemoteSegments { get; } = new();

    internal HandleTable Targets { get; } = new();

    /// <summary>Which atomics the device executes, as <c>urma_atomic_feature_t</c>.</summary>
    internal uint Atomics => _device.Atomics;

    /// <summary>Whether one-sided work finds its way without a target jetty.</summary>
    internal bool NeedsNoRoute { get; }

    /// <summary>Carries out the atomics that the device does not.</summary>
    /// <exception cref="UrmaException">The device has no more queues.</exception>
    internal EmulatedAtomics GetEmulated()
    {
        EmulatedAtomics? emulated = Volatile.Read(ref _emulated);
        if (emulated is null)
        {
            lock (_lock)
            {
                emulated = _emulated ??= new EmulatedAtomics(this);
            }
        }

        return emulated;
    }

    /// <inheritdoc/>
    /// <exception cref="UrmaException">Always: liburma has no names.</exception>
    public override IDisposable Publish(string name, ReadOnlySpan<byte> value) => throw NoNames();

    /// <inheritdoc/>
    /// <exception cref="UrmaException">Always: liburma has no names.</exception>
    public override byte[] Lookup(string name, TimeSpan timeout, CancellationToken cancellationToken = default) => throw NoNames();

    /// <inheritdoc/>
    public override UrmaCounters GetCounters()
    {
        lock (_lock)
        {
            UrmaCounters sum = _closedQueues;
            foreach (UbSendQueue queue in _sendQueues.Values)
            {
                sum = sum.Plus(queue.Counters);
            }

            return sum;
        }
    }

    internal override bool IsEngineGone(uint uasid) => false;

    internal override void Watch(IActivity activity) => _graveyard.Watch(activity);

    internal override void Unwatch(IActivity activity) => _graveyard.Unwatch(activity);

    /// <summary>Calls a function when no thread is between the check of a token and its use any more; not at all where that takes too long.</summary>
    internal void WhenUnused(Action release)
    {
        if (_graveyard.WaitUntilIdle(IdleBound))
        {
            release();
        }
        else
        {
            System.Diagnostics.Trace.TraceWarning("A thread has been posting for very long: what it may use stays until the context is closed.");
        }
    }

    /// <summary>Remembers who takes messages for a jetty, for as long as the JFR lives: completions can be polled after the jetty is gone.</summary>
    internal void Serve(uint jetty, UbJfr queue) => _receiveQueueOfJetty[jetty] = queue;

    internal UbJfr? FindReceiveQueueOf(uint jetty) => _receiveQueueOfJetty.GetValueOrDefault(jetty);

    internal void Add(UbSendQueue queue)
    {
        _sendQueues[queue.Key] = queue;
        _graveyard.Watch(queue);
    }

    internal void Remove(UbSendQueue queue)
    {
        _graveyard.Unwatch(queue);
        lock (_lock)
        {
            if (_sendQueues.TryRemove(queue.Key, out _))
            {
                _closedQueues = _closedQueues.Plus(queue.Counters with { OpenQueues = 0 });
            }
        }
    }

    internal void Remove(UbJfr jfr)
    {
        _receiveQueues.TryRemove(jfr.Id, out _);
        foreach ((uint jetty, UbJfr queue) in _receiveQueueOfJetty)
        {
            if (queue == jfr)
            {
                _receiveQueueOfJetty.TryRemove(jetty, out _);
            }
        }
    }

    internal void Drop(IDisposable child)
    {
        lock (_lock)
        {
            _children.Remove(child);
        }
    }

    internal UbSendQueue? FindSendQueue(ulong key) => _sendQueues.GetValueOrDefault(key);

    internal UbJfr? FindReceiveQueue(uint id) => _receiveQueues.GetValueOrDefault(id);

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);

    private protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Queues before the memory they use and what they report to. A queue that waits to be polled is deleted now; a JFR goes after its
        // jetties, hence twice.
        DisposeChildren(static c => c is Jfs or Jfr);
        UbJfc[] jfcs = Children<UbJfc>();
        Array.ForEach(jfcs, static j => j.FinishClosing(force: true));
        Array.ForEach(jfcs, static j => j.FinishClosing(force: true));
        DisposeChildren(static c => c is not (Jfc or Jfce));
        DisposeChildren(static c => c is Jfc);
        DisposeChildren(static _ => true);

        StopEvents();
        UrmaStatus status = (UrmaStatus)Liburma.urma_delete_context(_native);
        if (status != UrmaStatus.Success)
        {
            System.Diagnostics.Trace.TraceWarning($"urma_delete_context of '{_device.Name}' returned {status}: something below it is still open.");
        }

        FreeTables();
    }

    private void FreeTables()
    {
        LocalSegments.Dispose();
        RemoteSegments.Dispose();
        Targets.Dispose();
    }

    // The last made first.
    private void DisposeChildren(Func<IDisposable, bool> which)
    {
        foreach (IDisposable child in Enumerable.Reverse(Children<IDisposable>()))
        {
            if (!which(child))
            {
                continue;
            }

            try
            {
                child.Dispose();
            }
            catch (UrmaException error)
            {
                // The others, and the context itself, must go all the same.
                System.Diagnostics.Trace.TraceWarning(error.Message);
                Drop(child);
            }
        }
    }

    private T[] Children<T>()
    {
        lock (_lock)
        {
            return [.. _children.OfType<T>()];
        }
    }

    private static uint FirstEidIndex(UbDevice device) => device.GetEids() is [var first, ..]
        ? first.Index
        : throw new UrmaException(UrmaStatus.Failed, $"The device '{device.Name}' has no EID: add one (urma_admin eid add).");

    private T Keep<T>(T child)
        where T : IDisposable
    {
        lock (_lock)
        {
            if (_disposed == 0)
            {
                _children.Add(child);
                return child;
            }
        }

        child.Dispose();
        throw new ObjectDisposedException(nameof(UbContext));
    }

    private static UrmaException NoNames() =>
        new(UrmaStatus.Failed, "liburma has no names on the fabric: exchange descriptors over a socket, a file, or another channel of yours.");
}
