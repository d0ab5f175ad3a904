using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Urma.Net.Collectives.Bootstrap;
using Urma.Net.Collectives.Local;
using Urma.Net.Internal;

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
    // The control plane takes this rank's own word where the hub gives none in time, so a verdict comes in any case.
    private static readonly TimeSpan VerdictTimeout = TimeSpan.FromMilliseconds(ControlLimits.Report + ControlLimits.States);

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
    private CommunicatorFault? _fault;

    // What this rank told the hub of first, and whether there is a fault or will be one.
    private CommunicatorFault? _told;
    private volatile bool _isFailing;
    // The calls of the latest operations, by the lowest bit of their number.
    private CollectiveCall _even;
    private CollectiveCall _odd;
    private long _operations;
    private bool _isBusy;
    private int _disposing;
    private int _disposed;
    private bool _isGone;

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
    public CommunicatorFault? Fault => Volatile.Read(ref _fault);

    /// <summary>What carries out the calls; null once disposed.</summary>
    internal CollectiveEngine? Engine => _engine;

    bool IWaitOwner.IsFaulted => _isFailing;

    /// <summary>
    /// Ends the communicator at all ranks at once: what waits anywhere throws within milliseconds, a <see cref="Dispose"/> that waits returns (<c>ncclCommAbort</c>). May be
    /// called by any thread. Returns when <see cref="Fault"/> is there: this abort, or what another rank told before.
    /// </summary>
    /// <param name="reason">Why, for the message that every rank gets.</param>
    public void Abort(string? reason = null)
    {
        if (Volatile.Read(ref _isGone) || Fault is not null)
        {
            return;
        }

        Tell(new CommunicatorFault(
            CommunicatorFaultKind.Aborted,
            Rank,
            string.IsNullOrWhiteSpace(reason) ? $"Rank {Rank} aborted {Name}." : $"Rank {Rank} aborted {Name}: {reason}"));
    }

    /// <summary>
    /// Leaves in order: lets what was begun end, then waits until the other ranks leave, too (<c>ncclCommFinalize</c>, then <c>ncclCommDestroy</c>); all of it at most
    /// <see cref="CommunicatorOptions.Timeout"/>, after which the communicator is aborted. After a fault it waits for nobody, and <see cref="Abort"/> ends its wait.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposing, 1) != 0)
        {
            return;
        }

        Deadline deadline = Deadline.After(_options.Timeout);
        DisposeWorker(deadline);
        if (Volatile.Read(ref _isBusy))
        {
            Abort("It was disposed during a call.");
            _ = SpinWait.SpinUntil(() => !Volatile.Read(ref _isBusy), EndOfCallTimeout);
        }

        Volatile.Write(ref _disposed, 1);
        try
        {
            if (!_isFailing && _control is not null)
            {
                // Others may still look at what this rank published last.
                _ = _control.AllGather([], LeavingTag, TimeSpan.FromMilliseconds(deadline.RemainingMilliseconds), CancellationToken.None);
                _control.Leave(TimeSpan.FromMilliseconds(deadline.RemainingMilliseconds));
                CollectiveTrace.Left(this);
            }
        }
        catch (CollectiveException)
        {
            // Somebody failed while this rank was leaving; there is nobody left to tell.
        }
        finally
        {
            Volatile.Write(ref _isGone, true);
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
                _hostContext?.Dispose();
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
        if (exception is CollectiveException { Fault: { } known } && known == Fault)
        {
            ExceptionDispatchInfo.Throw(exception);
        }

        throw new CollectiveException(
            Tell(new CommunicatorFault(
                CommunicatorFaultKind.Aborted, Rank, $"Rank {Rank} of {Name} failed in {CallOf(_operations).Describe()}: {exception.Message}")),
            exception);
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
        if (_isFailing || _disposed != 0 || _isBusy)
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
        if (_isFailing)
        {
            throw new CollectiveException(Verdict());
        }
    }

    void IWaitOwner.ThrowIfFaulted() => ThrowIfFaulted();

    void IWaitOwner.ThrowMismatch(int peer) => Fail(new CommunicatorFault(
        CommunicatorFaultKind.Mismatch,
        peer,
        $"Ranks {Rank} and {peer} of {Name} do not carry out the same operation. All ranks must make the same calls in the same order, with the same counts, types, reductions and roots."));

    void IWaitOwner.ThrowTimedOut(params ReadOnlySpan<int> peers)
    {
        int[] all = [.. peers.ToArray().Distinct()];
        string who = all.Length == 1 ? $"Rank {all[0]} of {Name} did not come" : $"Of ranks {string.Join(", ", all)} of {Name} none came";
        Fail(new CommunicatorFault(
            CommunicatorFaultKind.Timeout,
            peers[0],
            string.Create(CultureInfo.InvariantCulture, $"{who} to operation {_operations} within {_options.Timeout.TotalSeconds} s.")));
    }

    void IWaitOwner.ThrowUnreachable(int peer, string reason) => Fail(new CommunicatorFault(
        CommunicatorFaultKind.RankLost, peer, $"Rank {peer} of {Name} cannot be reached from rank {Rank}: {reason}"));

    [DoesNotReturn]
    private void Fail(CommunicatorFault fault) => throw new CollectiveException(Tell(fault));

    // All ranks throw the fault that the hub decides on, with what each rank was doing; meanwhile this one begins nothing more.
    private CommunicatorFault Tell(CommunicatorFault fault)
    {
        _ = Interlocked.CompareExchange(ref _told, fault, null);
        _control!.Report(fault);
        _isFailing = true;
        InterruptEngine();
        return Verdict();
    }

    private CommunicatorFault Verdict()
    {
        if (Fault is null)
        {
            _ = _verdict.Wait(VerdictTimeout);
            _ = Interlocked.CompareExchange(ref _fault, _told, null);
        }

        return Fault!;
    }

    void IControlListener.OnFault(CommunicatorFault fault)
    {
        _ = Interlocked.CompareExchange(ref _fault, fault, null);
        _isFailing = true;
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
