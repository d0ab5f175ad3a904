using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>Copies that are awaited.</summary>
/// <remarks>
/// A copy shorter than <see cref="AsyncLength"/> is made before the method returns: handing it over would take longer. Longer ones are
/// made by one thread of the context's, in the order they were asked for; continuations run on the thread pool. Cancelling ends the await, not a
/// copy that runs.
/// </remarks>
public sealed unsafe partial class GlobalMemory
{
    /// <summary>Bytes from which on an awaited copy is made beside its caller.</summary>
    public const long AsyncLength = 256 << 10;

    // Waiting this long for a modelled link is done on the spot.
    private static readonly long LongestSpin = System.Diagnostics.Stopwatch.Frequency / 50_000;

    private XcopyEngine? _engine;

    /// <summary>Copies between two addresses, of whatever nodes.</summary>
    /// <param name="destination">First byte to write.</param>
    /// <param name="source">First byte to read.</param>
    /// <param name="length">Bytes, 0 or more.</param>
    /// <param name="cancellationToken">Ends the await; a copy that has begun goes on (see <see cref="DrainAsync"/>).</param>
    /// <exception cref="GlobalMemoryException">An end cannot be reached; says which and why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public ValueTask XcopyAsync(GlobalAddress destination, GlobalAddress source, long length, CancellationToken cancellationToken = default) =>
        CopyAsync(CopySide.At(destination), CopySide.At(source), length, default, cancellationToken);

    /// <summary>Copies ordinary memory of this process, which stays pinned until the copy is made.</summary>
    /// <param name="destination">First byte to write.</param>
    /// <param name="source">What to write; not to be changed until then.</param>
    /// <param name="cancellationToken">Ends the await; a copy that has begun goes on (see <see cref="DrainAsync"/>).</param>
    /// <exception cref="GlobalMemoryException">The destination cannot be reached; says why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public ValueTask XcopyAsync(GlobalAddress destination, ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        MemoryHandle pin = source.Pin();
        return CopyAsync(CopySide.At(destination), CopySide.Of((byte*)pin.Pointer), source.Length, pin, cancellationToken);
    }

    /// <summary>Copies into ordinary memory of this process, which stays pinned until the copy is made.</summary>
    /// <param name="destination">What to fill; not to be used until then.</param>
    /// <param name="source">First byte to read.</param>
    /// <param name="cancellationToken">Ends the await; a copy that has begun goes on (see <see cref="DrainAsync"/>).</param>
    /// <exception cref="GlobalMemoryException">The source cannot be reached; says why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public ValueTask XcopyAsync(Memory<byte> destination, GlobalAddress source, CancellationToken cancellationToken = default)
    {
        MemoryHandle pin = destination.Pin();
        return CopyAsync(CopySide.Of((byte*)pin.Pointer), CopySide.At(source), destination.Length, pin, cancellationToken);
    }

    /// <summary>As <see cref="XcopyBatch"/>, beside the caller.</summary>
    /// <param name="items">What to copy; not to be changed until then.</param>
    /// <param name="results">How each ended; as long as <paramref name="items"/> at least.</param>
    /// <param name="cancellationToken">Ends the await; a batch that has begun goes on (see <see cref="DrainAsync"/>).</param>
    /// <returns>How many failed.</returns>
    /// <exception cref="ArgumentException"><paramref name="results"/> is too short; nothing is copied.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public ValueTask<int> XcopyBatchAsync(
        ReadOnlyMemory<XcopyItem> items, Memory<GlobalMemoryStatus> results, CancellationToken cancellationToken = default)
    {
        if (results.Length < items.Length)
        {
            ThrowTooShort(items.Length, results.Length);
        }

        return Diagnostics.UrmaTracing.IsOn ? CopyBatchTraced(items, results, cancellationToken) : CopyBatchUntraced(items, results, cancellationToken);
    }

    private ValueTask<int> CopyBatchUntraced(
        ReadOnlyMemory<XcopyItem> items, Memory<GlobalMemoryStatus> results, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        results[..items.Length].Span.Fill(GlobalMemoryStatus.NotAttempted);
        long due = 0;
        if (_table.HasLinks)
        {
            TranslationCache cache = GetCache();
            cache.Enter();
            due = ReserveBatch(cache, items.Span, results.Span, isWaitedFor: false);
            cache.Leave();
        }

        XcopyOperation operation = GetEngine().Rent();
        operation.Prepare(items, results[..items.Length]);
        operation.Due = due;
        operation.Register(cancellationToken);
        var task = new ValueTask<int>(operation, operation.Version);
        GetEngine().Submit(operation);
        return task;
    }

    /// <summary>Waits until no awaited copy asked for so far moves bytes any more, those whose awaits were cancelled included.</summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">Copies were still running.</exception>
    public Task DrainAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => Volatile.Read(ref _engine) is not { } engine
        ? Task.CompletedTask
        : Task.Run(
            () =>
            {
                if (!engine.Drain(timeout, cancellationToken))
                {
                    throw new TimeoutException($"Copies were still running after {timeout}.");
                }
            },
            cancellationToken);

    /// <summary>Makes a copy that was submitted. Engine thread.</summary>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    internal void Execute(XcopyOperation operation)
    {
        TranslationCache cache = GetCache();
        if (operation.IsBatch)
        {
            operation.Failed = CopyBatch(cache, operation.Items.Span, operation.Results.Span, isDelayed: true);
            operation.Status = GlobalMemoryStatus.Success;
        }
        else
        {
            cache.Enter();
            operation.Status = Closing(cache, new SteppedCopy(this, cache, operation.Destination, operation.Source, operation.Length).Run());
            Count(cache, operation.Status, operation.Length);
            cache.Leave();
        }
    }

    private ValueTask CopyAsync(in CopySide destination, in CopySide source, long length, MemoryHandle pin, CancellationToken cancellationToken) =>
        Diagnostics.UrmaTracing.IsOn
            ? CopyTraced(destination, source, length, pin, cancellationToken)
            : CopyUntraced(destination, source, length, pin, cancellationToken);

    private ValueTask CopyUntraced(in CopySide destination, in CopySide source, long length, MemoryHandle pin, CancellationToken cancellationToken)
    {
        XcopyOperation? operation = null;
        try
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled(cancellationToken);
            }

            if (length < AsyncLength && !_table.HasLinks)
            {
                GlobalMemoryStatus ended = CopyNow(destination, source, length);
                if (ended != GlobalMemoryStatus.Success)
                {
                    Throw(ended, destination, source, length);
                }

                return default;
            }

            TranslationCache cache = GetCache();
            var copy = new SteppedCopy(this, cache, destination, source, length);
            cache.Enter();
            GlobalMemoryStatus status = copy.Begin(out long due, out long discount);
            bool isLong = length >= AsyncLength || due - System.Diagnostics.Stopwatch.GetTimestamp() > LongestSpin;
            if (status == GlobalMemoryStatus.Success && !isLong)
            {
                SteppedCopy.Wait(cache, due - discount);
                status = copy.Run();
                Count(cache, status, length);
            }

            cache.Leave();
            if (status != GlobalMemoryStatus.Success)
            {
                Throw(status, destination, source, length);
            }

            if (isLong)
            {
                operation = GetEngine().Rent();
                operation.Prepare(destination, source, length, pin);
                operation.Due = due;
            }
        }
        catch (Exception error) when (error is GlobalMemoryException or ObjectDisposedException)
        {
            return ValueTask.FromException(error);
        }
        finally
        {
            // From here on the pin is the operation's.
            if (operation is null)
            {
                pin.Dispose();
            }
        }

        if (operation is null)
        {
            return default;
        }

        operation.Register(cancellationToken);
        var task = new ValueTask(operation, operation.Version);
        GetEngine().Submit(operation);
        return task;
    }

    private GlobalMemoryStatus CopyNow(in CopySide destination, in CopySide source, long length)
    {
        if (destination.Local != null)
        {
            return CopyLocal(source.Address, destination.Local, (int)length, isWrite: false);
        }

        return source.Local != null
            ? CopyLocal(destination.Address, source.Local, (int)length, isWrite: true)
            : CopyAtOnce(destination.Address, source.Address, length);
    }

    [DoesNotReturn]
    internal void Throw(GlobalMemoryStatus status, in CopySide destination, in CopySide source, long length)
    {
        if (destination.Local == null && source.Local == null)
        {
            Throw(status, destination.Address, source.Address, length);
        }

        Throw(status, destination.Local == null ? destination.Address : source.Address, length);
    }

    private XcopyEngine GetEngine()
    {
        XcopyEngine? engine = Volatile.Read(ref _engine);
        if (engine is not null)
        {
            return engine;
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, _context);
            return _engine ??= new XcopyEngine(this, $"urma-xcopy-{_context.Uasid:x6}");
        }
    }
}
