using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Urma.Net.Collectives.Bootstrap;
using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives;

/// <summary>
/// Some ranks that carry out collective operations together (<c>ncclComm_t</c>). Every rank makes the same calls, in the same order, with the same
/// counts, types, reductions and roots; ranks that do not are told apart and named, and nobody waits longer than
/// <see cref="CommunicatorOptions.Timeout"/>.
/// </summary>
/// <remarks>
/// One thread at a time, but for <see cref="Abort"/>, <see cref="Fault"/> and the properties, which any thread may use. After a fault every call
/// throws <see cref="CollectiveException"/>; what was in the receive buffers then is not specified.
/// </remarks>
public sealed unsafe partial class Communicator : IDisposable, IAsyncDisposable, IControlListener, IWaitOwner
{
    // A verdict takes the hub half a second at most; then this rank's own words have to do.
    private static readonly TimeSpan VerdictTimeout = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan EndOfCallTimeout = TimeSpan.FromSeconds(5);

    private static int s_made;

    private readonly UrmaContext _context;
    private readonly CommunicatorOptions _options;
    private readonly ManualResetEventSlim _verdict = new();
    private readonly Lock _engineLock = new();
    private readonly byte[] _secret = new byte[UniqueId.Size];
    private ControlPlane? _control;
    private CollectiveEngine? _engine;
    private RegisteredBuffers? _buffers;
    private volatile CommunicatorFault? _fault;
    // The calls of the latest operations, by the lowest bit of their number.
    private CollectiveCall _even;
    private CollectiveCall _odd;
    private long _operations;
    private bool _isBusy;
    private int _disposing;
    private int _disposed;

    private Communicator(UrmaContext context, int rank, int size, CommunicatorOptions options)
    {
        (_context, _options, Rank, Size) = (context, options, rank, size);
        Name = options.Name ?? string.Create(CultureInfo.InvariantCulture, $"comm{Interlocked.Increment(ref s_made)}");
    }

    /// <summary>This rank's number, from 0.</summary>
    public int Rank { get; }

    /// <summary>How many ranks there are.</summary>
    public int Size { get; }

    /// <summary>The name in messages and traces.</summary>
    public string Name { get; }

    /// <summary>The context whose memory and links it uses.</summary>
    public UrmaContext Context => _context;

    /// <summary>What ended the communicator; null while it works (<c>ncclCommGetAsyncError</c>).</summary>
    public CommunicatorFault? Fault => _fault;

    bool IWaitOwner.IsFaulted => _fault is not null;

    /// <summary>
    /// Ends the communicator at all ranks at once: what waits anywhere throws within milliseconds (<c>ncclCommAbort</c>). May be called by any thread.
    /// </summary>
    /// <param name="reason">Why, for the message that every rank gets.</param>
    public void Abort(string? reason = null)
    {
        if (Volatile.Read(ref _disposed) == 0 && _fault is null)
        {
            var fault = new CommunicatorFault(
                CommunicatorFaultKind.Aborted,
                Rank,
                string.IsNullOrWhiteSpace(reason) ? $"Rank {Rank} aborted {Name}." : $"Rank {Rank} aborted {Name}: {reason}");
            _control?.Report(fault);

            // This rank begins nothing more, though the hub's word is still on its way.
            _fault ??= fault;
            InterruptEngine();
        }
    }

    /// <summary>
    /// Leaves in order: waits, at most <see cref="CommunicatorOptions.Timeout"/>, until the other ranks have left, too (<c>ncclCommFinalize</c>, then <c>ncclCommDestroy</c>).
    /// After a fault it waits for nobody.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposing, 1) != 0)
        {
            return;
        }

        // What was begun before still ends.
        DisposeWorker();
        if (Volatile.Read(ref _isBusy))
        {
            Abort("It was disposed during a call.");
            _ = SpinWait.SpinUntil(() => !Volatile.Read(ref _isBusy), EndOfCallTimeout);
        }

        Volatile.Write(ref _disposed, 1);
        try
        {
            if (_fault is null && _control is not null)
            {
                // Others may still look at what this rank published last.
                _ = _control.AllGather([], LeavingTag, _options.Timeout, CancellationToken.None);
                _control.Leave(_options.Timeout);
                CollectiveTrace.Left(this);
            }
        }
        catch (CollectiveException)
        {
            // Somebody failed while this rank was leaving; there is nobody left to tell.
        }
        finally
        {
            _control?.Dispose();
            _endpoint?.Dispose();
            DisposeEngine();
            _verdict.Dispose();
        }
    }

    // Memory that a thread may still touch, because its call did not end, stays.
    private void DisposeEngine()
    {
        _buffers?.Close();
        lock (_engineLock)
        {
            CollectiveEngine? engine = _engine;
            _engine = null;
            if (!Volatile.Read(ref _isBusy))
            {
                engine?.Dispose();
            }
        }
    }

    private void InterruptEngine()
    {
        lock (_engineLock)
        {
            _engine?.Interrupt();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: rank {Rank} of {Size}");

    // The one way of every blocking call.
    private void Run(ref CollectiveCall call)
    {
        if (CollectiveGroup.Current is { } group)
        {
            group.Add(this, call);
            return;
        }

        if (HasQueuedWork)
        {
            RunBehindQueue(call);
            return;
        }

        RunNow(ref call);
    }

    private void RunNow(ref CollectiveCall call)
    {
        Enter(ref call);
        if (call.Kind is CollectiveKind.Send or CollectiveKind.Receive)
        {
            if (call.Peer == Rank)
            {
                ThrowSelf();
            }

            Transfer transfer = Transfer.Of(call);
            RunTransfers(new Span<Transfer>(ref transfer));
        }
        else
        {
            RunEngine(call);
        }

        _isBusy = false;
    }

    private void RunEngine(in CollectiveCall call)
    {
        try
        {
            _engine!.Run(call);
        }
        catch (Exception exception)
        {
            FailHere(exception);
        }
    }

    private void RunTransfers(Span<Transfer> transfers)
    {
        try
        {
            _engine!.Run(transfers);
        }
        catch (Exception exception)
        {
            FailHere(exception);
        }
    }

    // The other ranks would wait for what this one can no longer do.
    [DoesNotReturn]
    private void FailHere(Exception exception)
    {
        Volatile.Write(ref _isBusy, false);
        if (exception is CollectiveException && _fault is not null)
        {
            ExceptionDispatchInfo.Throw(exception);
        }

        var fault = new CommunicatorFault(
            CommunicatorFaultKind.Aborted, Rank, $"Rank {Rank} of {Name} failed in {CallOf(_operations).Describe()}: {exception.Message}");
        _control!.Report(fault);
        _ = _verdict.Wait(VerdictTimeout);
        _fault ??= fault;
        throw new CollectiveException(UrmaStatus.Failed, fault.Message, exception);
    }

    [DoesNotReturn]
    private void ThrowSelf()
    {
        _isBusy = false;
        throw new CollectiveException(
            UrmaStatus.InvalidArgument, $"Rank {Rank} cannot wait for itself: put the send and the receive into one {nameof(CollectiveGroup)}.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enter(ref CollectiveCall call)
    {
        if (_fault is not null || _disposed != 0 || _isBusy)
        {
            ThrowUnusable();
        }

        _isBusy = true;
        _operations++;
        if ((_operations & 1) == 0)
        {
            _even = call;
        }
        else
        {
            _odd = call;
        }

        if (CollectiveTrace.ShowsCalls)
        {
            CollectiveTrace.Call(this, _operations, call);
        }
    }

    private ref readonly CollectiveCall CallOf(long operation) => ref (operation & 1) == 0 ? ref _even : ref _odd;

    [DoesNotReturn]
    private void ThrowUnusable()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        ThrowIfFaulted();
        throw new CollectiveException(
            UrmaStatus.InvalidArgument,
            $"{Name} is carrying out {CallOf(_operations).Describe()} for another thread: a communicator takes one call at a time. Use one communicator for each thread, or the awaited forms.");
    }

    private void ThrowIfFaulted()
    {
        if (_fault is { } fault)
        {
            throw new CollectiveException(fault);
        }
    }

    void IWaitOwner.ThrowIfFaulted() => ThrowIfFaulted();

    void IWaitOwner.ThrowMismatch(int peer) => Fail(new CommunicatorFault(
        CommunicatorFaultKind.Mismatch,
        peer,
        $"Ranks {Rank} and {peer} of {Name} do not carry out the same operation. All ranks must make the same calls in the same order, with the same counts, types, reductions and roots."));

    void IWaitOwner.ThrowTimedOut(int peer) => Fail(new CommunicatorFault(
        CommunicatorFaultKind.Timeout,
        peer,
        string.Create(CultureInfo.InvariantCulture, $"Rank {peer} of {Name} did not come to operation {_operations} within {_options.Timeout.TotalSeconds} s.")));

    void IWaitOwner.ThrowUnreachable(int peer, string reason) => Fail(new CommunicatorFault(
        CommunicatorFaultKind.RankLost, peer, $"Rank {peer} of {Name} cannot be reached from rank {Rank}: {reason}"));

    // All ranks throw the fault that the hub decides on, with what each rank was doing.
    [DoesNotReturn]
    private void Fail(CommunicatorFault fault)
    {
        _control!.Report(fault);
        _ = _verdict.Wait(VerdictTimeout);
        throw new CollectiveException(_fault ?? (_fault = fault));
    }

    void IControlListener.OnFault(CommunicatorFault fault)
    {
        _fault ??= fault;
        _verdict.Set();
        InterruptEngine();
        CollectiveTrace.Failed(this, fault);
    }

    string IControlListener.DescribeState()
    {
        int waitedFor = _engine?.WaitedFor ?? -1;
        string waiting = waitedFor >= 0 ? string.Create(CultureInfo.InvariantCulture, $", waiting for rank {waitedFor}") : string.Empty;
        string busy = _isBusy ? "in" : "after";
        long operation = _operations;
        string before = operation > 1 ? $"; before, {CallOf(operation - 1).Describe()}" : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{busy} operation {operation}: {CallOf(operation).Describe()}{waiting}{before}");
    }
}
