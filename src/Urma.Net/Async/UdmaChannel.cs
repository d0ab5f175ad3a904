using System.Numerics;
using Urma.Net.Async;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>
/// Remote memory the awaited way: reads, writes, atomics and sends as <see cref="ValueTask"/>s over a send queue and a completion
/// queue of its own. In steady state no operation allocates.
/// </summary>
/// <remarks>
/// <para>Thread-safe: any number of threads may start and await operations; a short lock orders them, and operations execute in
/// the order in which they entered (<see cref="UdmaChannelOptions.SingleThreaded"/> drops the lock).</para>
/// <para>An operation that can be executed at once completes before the method returns. Others are pending until a completion
/// is found: by <see cref="Poll"/>, or by the context's pump thread (<see cref="UdmaChannelOptions.Progress"/>). When
/// <see cref="UdmaChannelOptions.Depth"/> operations are in flight, further ones wait in order; nothing is lost.</para>
/// <para>Each returned <see cref="ValueTask"/> may be awaited once. Cancelling ends the await, never the transfer: the buffers stay
/// the transfer's until it ends, which <see cref="DrainAsync"/> tells. Failures are thrown as <see cref="UrmaException"/>; the
/// <c>Try…</c> forms return the <see cref="Completion"/> instead.</para>
/// </remarks>
public sealed partial class UdmaChannel : IDisposable
{
    // A provider ends what is outstanding when its queue is closed; this only bounds the wait for one that does not.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly Jfc _jfc;
    private readonly Jfs _jfs;
    private readonly CompletionPump? _pump;
    private readonly Segment _scratch;
    private readonly OperationTable _table;
    private readonly bool _single;
    private readonly bool _asynchronous;
    private readonly int _maxWaiting;
    private OperationSampler _sampler;

    private UdmaChannel(UrmaContext context, UdmaChannelOptions options)
    {
        Context = context;
        _single = options.SingleThreaded;
        _asynchronous = options.Continuations == ContinuationMode.ThreadPool;
        _maxWaiting = options.MaxWaiting;
        int depth = (int)BitOperations.RoundUpToPowerOf2((uint)options.Depth);
        _table = new OperationTable(depth);
        _pump = options.Progress == ProgressMode.Automatic ? context.Services.Rent() : null;
        try
        {
            // A word for the old value of an atomic in each slot.
            _scratch = context.AllocateSegment(depth * sizeof(ulong), new SegmentOptions { Access = SegmentAccess.LocalOnly });
            _jfc = context.CreateJfc(new JfcOptions { Depth = depth, Jfce = _pump?.Jfce });
            _jfc.PumpTarget = this;
            _jfs = context.CreateJfs(new JfsOptions
            {
                SendJfc = _jfc,
                Depth = depth,
                EngineThreshold = options.EngineThreshold,
                RnrRetry = options.RnrRetry,
                RnrTimer = options.RnrTimer,
            });
            _sampler = SamplerOf(_jfs);
            context.Services.Add(this);
        }
        catch
        {
            _jfs?.Dispose();
            _jfc?.Dispose();
            _scratch?.Dispose();
            ReturnPump();
            throw;
        }
    }

    /// <summary>The context it belongs to.</summary>
    public UrmaContext Context { get; }

    /// <summary>Most operations in flight.</summary>
    public int Depth => _table.Capacity;

    /// <summary>Operations in flight: posted, their completion not yet found. Approximate while other threads work.</summary>
    public int Outstanding => _table.Count;

    /// <summary>Operations that wait for room. Approximate while other threads work.</summary>
    public int Waiting => Volatile.Read(ref _waitingCount);

    /// <summary>Makes a channel with queues of its own.</summary>
    /// <param name="context">The context whose segments it will use.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="UrmaException">Resources ran out.</exception>
    public static UdmaChannel Create(UrmaContext context, UdmaChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        options ??= new UdmaChannelOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, context.Capabilities.MaxJfsDepth, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaiting, nameof(options));
        if (options.SingleThreaded && (options.Progress != ProgressMode.Manual || options.Continuations != ContinuationMode.Inline))
        {
            throw new ArgumentException(
                "A single-threaded channel needs ProgressMode.Manual and ContinuationMode.Inline: otherwise the pump or the thread pool would be a second thread.",
                nameof(options));
        }

        return new UdmaChannel(context, options);
    }

    /// <summary>
    /// Closes the channel. Every pending operation completes exactly once: with its result where it had ended, else with
    /// <see cref="CompletionStatus.WorkRequestFlushed"/>. Returns when no transfer touches a buffer any more. Later operations
    /// throw <see cref="ObjectDisposedException"/>. Idempotent.
    /// </summary>
    public void Dispose()
    {
        Enter();
        if (_closed)
        {
            Exit();
            return;
        }

        _closed = true;
        _obstacles |= ClosedObstacle;
        UdmaOperation? waiting = TakeWaiting();
        Exit();

        Context.Services.Remove(this);
        SettleFlushed(waiting);
        _jfs.Dispose();
        Drain();
        SettleFlushed(TakeLeftovers());

        // Kept for ever: nobody polls a queue that is gone.
        _pollGate.Enter();
        _jfc.PumpTarget = null;
        _jfc.Dispose();
        _scratch.Dispose();
        ReturnPump();
    }

    private static unsafe OperationSampler SamplerOf(Jfs queue) => new(queue.Context.Statistics, queue.Counters);

    private void Drain()
    {
        long deadline = Environment.TickCount64 + (long)DrainLimit.TotalMilliseconds;
        var spin = default(SpinWait);
        while (Outstanding != 0 && Environment.TickCount64 < deadline)
        {
            if (Poll() != 0)
            {
                spin.Reset();
            }
            else
            {
                spin.SpinOnce();
            }
        }
    }

    private UdmaOperation? TakeLeftovers()
    {
        UdmaOperation? list = null;
        Enter();
        while (_table.TakeAny() is { } operation)
        {
            operation.Next = list;
            list = operation;
        }

        Exit();
        return list;
    }

    private static void SettleFlushed(UdmaOperation? list)
    {
        for (UdmaOperation? operation = list; operation is not null; operation = list)
        {
            list = operation.Next;
            operation.Next = null;
            operation.Completion = new Completion(operation.UserContext, 0, CompletionStatus.WorkRequestFlushed, CompletionFlags.None);
            operation.Settle();
        }
    }

    private void ReturnPump()
    {
        if (_pump is not null)
        {
            Context.Services.Return(_pump);
        }
    }
}
