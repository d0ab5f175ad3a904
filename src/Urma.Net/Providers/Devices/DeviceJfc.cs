using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Devices;

/// <summary>A completion queue of a device's: room for the queues that report to it, waiting, and the end.</summary>
/// <remarks>Waiting spins, yields, then sleeps on the channel's descriptor. Polling is each provider's own.</remarks>
internal abstract class DeviceJfc : Jfc
{
    // Some microseconds: longer than a peer that answers at once takes.
    private const int SpinLooks = 200;
    private const int YieldLooks = 20;

    private readonly DeviceObjects _objects;
    private volatile bool _disposed;
    private volatile bool _isWaiting;

    /// <summary>Begins; the derived class makes the device's queue, and attaches this to the channel when it has.</summary>
    /// <param name="context">The context.</param>
    /// <param name="objects">What is open there.</param>
    /// <param name="options">How.</param>
    /// <param name="channel">The user's, or one that is made for this alone: waiting needs it.</param>
    private protected DeviceJfc(UrmaContext context, DeviceObjects objects, JfcOptions options, DeviceJfce channel)
        : base(context, options)
    {
        _objects = objects;
        Depth = options.Depth;
        Channel = channel;
    }

    public override int Depth { get; }

    /// <summary>The channel its events come through; one of its own where the user gave none.</summary>
    public DeviceJfce Channel { get; }

    /// <summary>The address of the device's queue.</summary>
    public abstract nint Handle { get; }

    /// <summary>Whether a poll would take something, as far as is known without asking the device.</summary>
    public abstract bool HasSpilled { get; }

    private protected Lock Lock { get; } = new();

    /// <summary>The depths of the queues that report here. Under the lock.</summary>
    private protected int Reserved { get; set; }

    private protected bool IsDisposed => _disposed;

    public override bool WaitUntilReady(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long deadline = TimeLimit.After(timeout);
        _isWaiting = true;
        try
        {
            // Whoever disposes this waits from here on until the waiter has left.
            Interlocked.MemoryBarrier();
            return WaitUntil(deadline, cancellationToken);
        }
        finally
        {
            _isWaiting = false;
        }
    }

    public override void Rearm(bool solicitedOnly = false)
    {
        if (Jfce is null)
        {
            throw new InvalidOperationException("The JFC has no JFCE: give one in JfcOptions, or use Wait.");
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        RearmNative(solicitedOnly);
    }

    /// <summary>Takes what there is out of the device, so that the next poll has it. True where there is something.</summary>
    private protected abstract bool TryPeek();

    /// <summary>Asks the device for an event.</summary>
    private protected abstract void RearmNative(bool solicitedOnly);

    /// <summary>Deletes the device's queue, and what belongs to it; other than 0 where that failed. Nobody waits any more.</summary>
    private protected abstract int DeleteNative();

    /// <summary>For a constructor that fails.</summary>
    private protected void CloseOwnChannel()
    {
        if (Jfce is null)
        {
            Channel.Dispose();
        }
    }

    /// <summary>Says why there is no room for a queue of the given depth, if so. Under the lock.</summary>
    private protected void RequireDepth(int depth, string what)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (depth > Depth - Reserved)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"The JFC has a depth of {Depth}, of which {Reserved} serve other queues; a {what} of depth {depth} does not fit. " +
                $"Set JfcOptions.Depth to at least {Reserved + depth}, the sum of the depths of all queues that report to it.");
        }
    }

    private bool WaitUntil(long deadline, CancellationToken cancellationToken)
    {
        for (int look = 0; look < SpinLooks + YieldLooks; look++)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (TryPeek())
            {
                return true;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (TimeLimit.HasPassed(deadline))
            {
                return false;
            }

            if (look >= SpinLooks)
            {
                Thread.Yield();
            }
        }

        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (Jfce is null)
            {
                RearmNative(solicitedOnly: false);
            }

            if (TryPeek())
            {
                return true;
            }

            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan left = TimeLimit.Left(deadline);
            if (left == TimeSpan.Zero)
            {
                return false;
            }

            if (Jfce is null)
            {
                Channel.WaitFor(left, cancellationToken);
            }
            else
            {
                // Its events are for whoever waits on the user's channel.
                Thread.Sleep(1);
            }
        }
    }

    private protected override void DisposeCore()
    {
        lock (Lock)
        {
            if (_disposed)
            {
                return;
            }

            if (Reserved != 0)
            {
                throw new UrmaException(UrmaStatus.Failed, $"Queues with a depth of {Reserved} still report to this JFC: dispose them first.");
            }

            _disposed = true;
        }

        // Whoever waits is told, and leaves before anything is deleted under it.
        var spin = default(SpinWait);
        while (_isWaiting)
        {
            Channel.Nudge();
            spin.SpinOnce();
        }

        _objects.Drop(this);
        Channel.Detach(this);
        int error = DeleteNative();
        if (error != 0)
        {
            Trace.TraceWarning($"Deleting a JFC returned {error}: the device keeps it until the context is closed.");
        }

        CloseOwnChannel();
    }
}
