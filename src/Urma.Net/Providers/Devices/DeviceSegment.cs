using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Devices;

/// <summary>Memory of this process that a device knows: the memory itself, who looks at it, and the end.</summary>
internal abstract unsafe class DeviceSegment : Segment, ISegmentLease
{
    private readonly DeviceObjects _objects;
    private readonly HandleTable _locals;
    private readonly long _mappedLength;
    private Timer? _leaseTimer;
    private int _disposed;
    private int _views;
    private bool _isUnused;

    /// <summary>Begins; the derived class makes it known to the device, and then to <paramref name="locals"/>.</summary>
    /// <param name="context">The context.</param>
    /// <param name="objects">What is open there.</param>
    /// <param name="locals">What its local tokens mean.</param>
    /// <param name="memory">Where it is.</param>
    /// <param name="length">Bytes, 0 or more.</param>
    /// <param name="options">How.</param>
    private protected DeviceSegment(UrmaContext context, DeviceObjects objects, HandleTable locals, in DeviceMemory memory, long length, SegmentOptions options)
        : base(context, memory.Address, length, SegmentMode.Copied, options)
    {
        _objects = objects;
        _locals = locals;
        _mappedLength = memory.MappedLength;
        CurrentToken = options.Token ?? Token.Random();
        KeepsPages = options.NeverAdopt;
    }

    public sealed override Token Token => CurrentToken;

    public sealed override bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    bool ISegmentLease.IsRevoked => IsDisposed;

    private protected Lock Lock { get; } = new();

    /// <summary>As <see cref="DevicePages"/> says.</summary>
    private protected bool KeepsPages { get; }

    /// <summary>The secret. Under the lock.</summary>
    private protected Token CurrentToken { get; set; }

    public sealed override SegmentView Map(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            ThrowHelper.OutOfRange(offset, length, Length);
        }

        _ = Lease(out byte* address);
        return new SegmentView(address + offset, length, writable: true, this);
    }

    internal sealed override ISegmentLease Lease(out byte* address)
    {
        lock (Lock)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            _views++;
            address = (byte*)Address;
            return this;
        }
    }

    void ISegmentLease.Release()
    {
        lock (Lock)
        {
            _views = Math.Max(0, _views - 1);
            ReleaseWhenUnused();
        }
    }

    /// <summary>Begins to count the time of <see cref="SegmentOptions.Lease"/>; when all else is made.</summary>
    private protected void StartLease()
    {
        if (Options.Lease is { } lease)
        {
            _leaseTimer = new Timer(static s => ((DeviceSegment)s!).OnLeaseEnd(), this, lease, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The time of the lease is over.</summary>
    private protected abstract void EndLease();

    /// <summary>Ends what peers have, and tells them. It is disposed already; the owner's own work may be under way.</summary>
    private protected abstract void EndGrants();

    /// <summary>Has the device forget it. Nobody posts with it any more; under the lock.</summary>
    private protected abstract void Unregister();

    // On a thread of the pool, whose exceptions would end the process.
    private void OnLeaseEnd()
    {
        try
        {
            EndLease();
        }
        catch (ObjectDisposedException)
        {
            // The end came first.
        }
        catch (UrmaException error)
        {
            Trace.TraceError($"The lease of a segment of {Length} bytes could not be ended: {error.Message}");
        }
    }

    protected sealed override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _leaseTimer?.Dispose();
        _objects.Drop(this);
        EndGrants();
        lock (Lock)
        {
            _locals.Retire(LocalToken);
            _objects.WhenUnused(() =>
            {
                _locals.Reuse(LocalToken);
                Unregister();
                _isUnused = true;
                ReleaseWhenUnused();
            });
        }
    }

    private void ReleaseWhenUnused()
    {
        if (_isUnused && _views == 0)
        {
            _isUnused = false;
            new DeviceMemory(Address, _mappedLength).Free();
        }
    }
}
