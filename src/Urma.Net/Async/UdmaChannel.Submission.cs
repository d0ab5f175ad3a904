using System.Runtime.CompilerServices;
using Urma.Net.Async;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net;

public sealed partial class UdmaChannel
{
    private const int ClosedObstacle = 1 << 30;

    // Guards the send queue, the table, the pool and the queue of waiting operations.
    private Gate _gate;

    // What keeps a new operation from executing at once: how many wait before it, and whether the channel is closed.
    private int _obstacles;
    private bool _closed;
    private UdmaOperation? _pool;
    private UdmaOperation? _firstWaiting;
    private UdmaOperation? _lastWaiting;
    private int _waitingCount;

    /// <summary>Takes an operation back into the pool, from any thread.</summary>
    internal void Recycle(UdmaOperation operation)
    {
        Enter();
        operation.Next = _pool;
        _pool = operation;
        Exit();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enter()
    {
        if (!_single)
        {
            _gate.Enter();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Exit()
    {
        if (!_single)
        {
            _gate.Exit();
        }
    }

    private ValueTask Execute(ref WorkRequest request, TargetJetty? target, CancellationToken cancellationToken) =>
        UrmaTracing.IsOn ? ExecuteTraced(ref request, target, cancellationToken) : ExecuteNow(ref request, target, cancellationToken);

    private ValueTask<Completion> ExecuteToCompletion(ref WorkRequest request, TargetJetty? target, CancellationToken cancellationToken) =>
        UrmaTracing.IsOn ? ExecuteToCompletionTraced(ref request, target, cancellationToken) : ExecuteToCompletionNow(ref request, target, cancellationToken);

    private ValueTask<ulong> ExecuteAtomic(ref WorkRequest request, CancellationToken cancellationToken) =>
        UrmaTracing.IsOn ? ExecuteAtomicTraced(ref request, cancellationToken) : ExecuteAtomicNow(ref request, cancellationToken);

    private ValueTask ExecuteNow(ref WorkRequest request, TargetJetty? target, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        UdmaOperation? operation = Start(ref request, target, returnsValue: false, cancellationToken, out Completion completion, out _);
        if (operation is not null)
        {
            return new ValueTask(operation, operation.Version);
        }

        return completion.IsSuccess ? default : Failed(in request, completion, target);
    }

    private ValueTask<Completion> ExecuteToCompletionNow(ref WorkRequest request, TargetJetty? target, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Completion>(cancellationToken);
        }

        ulong userContext = request.UserContext;
        UdmaOperation? operation = Start(ref request, target, returnsValue: false, cancellationToken, out Completion completion, out _);
        return operation is not null
            ? new ValueTask<Completion>(operation, operation.Version)
            : new ValueTask<Completion>(new Completion(userContext, completion.ByteCount, completion.Status, completion.Flags));
    }

    private ValueTask<ulong> ExecuteAtomicNow(ref WorkRequest request, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ulong>(cancellationToken);
        }

        UdmaOperation? operation = Start(ref request, null, returnsValue: true, cancellationToken, out Completion completion, out ulong value);
        if (operation is not null)
        {
            return new ValueTask<ulong>(operation, operation.Version);
        }

        return completion.IsSuccess ? new ValueTask<ulong>(value) : FailedAtomic(in request, completion);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ValueTask Failed(in WorkRequest request, Completion completion, TargetJetty? target) =>
        ValueTask.FromException(UdmaErrors.Create(request, completion.Status, UrmaStatus.Success, target));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ValueTask<ulong> FailedAtomic(in WorkRequest request, Completion completion) =>
        ValueTask.FromException<ulong>(UdmaErrors.Create(request, completion.Status, UrmaStatus.Success, null));

    // The request is changed in place all the way: copying a struct that was just written in smaller pieces stalls the processor.

    /// <summary>
    /// Executes a request at once, or posts it, or has it wait for room. The user context, and the buffer of an atomic, belong to
    /// the slot it would take; a request that completes at once gives it back before anybody saw it.
    /// </summary>
    /// <returns>The pending operation, which may have ended already; null where the request completed at once.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private UdmaOperation? Start(
        ref WorkRequest request, TargetJetty? target, bool returnsValue, CancellationToken cancellationToken, out Completion completion, out ulong value)
    {
        ulong userContext = request.UserContext;
        value = 0;
        Enter();
        int slot = _table.NextFree;
        if (_obstacles == 0 && slot >= 0)
        {
            request.UserContext = _table.ContextOf(slot);
            request.Flags |= WorkRequestFlags.Signaled;
            if (returnsValue)
            {
                request.Local = Scratch(slot, request.Local.Length);
            }

            UrmaStatus status = _jfs.ExecuteOrPost(in request, out completion, out bool posted);
            if (status == UrmaStatus.Success)
            {
                if (!posted)
                {
                    if (returnsValue)
                    {
                        value = ReadScratch(request.Local);
                    }

                    Exit();
                    return null;
                }

                return Keep(in request, userContext, target, returnsValue, cancellationToken);
            }
        }

        Exit();
        completion = default;
        request.UserContext = userContext;
        return Submit(in request, target, returnsValue, cancellationToken);
    }

    /// <summary>Makes a posted request an operation and leaves the gate: until then nobody can look for it.</summary>
    private UdmaOperation Keep(in WorkRequest request, ulong userContext, TargetJetty? target, bool returnsValue, CancellationToken cancellationToken)
    {
        UdmaOperation operation = Rent();
        operation.Prepare(in request, userContext, target, returnsValue);
        Count(operation);
        _table.Add(operation);
        if (cancellationToken.CanBeCanceled)
        {
            // In here a token that is cancelled meanwhile only marks the operation: nobody awaits it yet.
            operation.Register(cancellationToken);
        }

        Exit();
        ArmPump();
        return operation;
    }

    /// <summary>Posts a request, or queues it where there is no room. The operation returned may be settled already.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private UdmaOperation Submit(in WorkRequest request, TargetJetty? target, bool returnsValue, CancellationToken cancellationToken)
    {
        Enter();
        if (_closed)
        {
            Exit();
            ThrowHelper.Disposed(this);
        }

        UdmaOperation operation = Rent();
        operation.Prepare(in request, request.UserContext, target, returnsValue);
        Count(operation);
        if (cancellationToken.CanBeCanceled)
        {
            operation.Register(cancellationToken);
        }

        UrmaStatus status = PostOrQueue(operation);
        Exit();
        if (status == UrmaStatus.Success)
        {
            ArmPump();
        }
        else
        {
            operation.PostStatus = status;
            operation.Completion = new Completion(operation.UserContext, 0, UdmaErrors.ToCompletionStatus(status), CompletionFlags.None);
            operation.Settle();
        }

        return operation;
    }

    // Under the gate, as all that is counted of awaited operations.
    private unsafe void Count(UdmaOperation operation)
    {
        if (Observability.IsOn)
        {
            _jfs.Counters->Awaited++;
            if (_sampler.IsDue())
            {
                operation.BeganAt = _sampler.Begin();
            }
        }
    }

    // The pool grows to the most operations that were ever pending at once, which Depth and MaxWaiting bound.
    private UdmaOperation Rent()
    {
        UdmaOperation? operation = _pool;
        if (operation is null)
        {
            return new UdmaOperation(this, _asynchronous);
        }

        _pool = operation.Next;
        return operation;
    }

    private UrmaStatus PostOrQueue(UdmaOperation operation)
    {
        if (operation.IsSettled)
        {
            return UrmaStatus.Success;
        }

        UrmaStatus status = _waitingCount == 0 ? PostLocked(operation) : UrmaStatus.TryAgain;
        if (status != UrmaStatus.TryAgain || _waitingCount >= _maxWaiting || _table.Count == 0)
        {
            return status;
        }

        if (_lastWaiting is null)
        {
            _firstWaiting = operation;
        }
        else
        {
            _lastWaiting.Next = operation;
        }

        _lastWaiting = operation;
        _waitingCount++;
        _obstacles++;
        return UrmaStatus.Success;
    }

    private UrmaStatus PostLocked(UdmaOperation operation)
    {
        int slot = _table.NextFree;
        if (slot < 0)
        {
            return UrmaStatus.TryAgain;
        }

        operation.Request.UserContext = _table.ContextOf(slot);
        operation.Request.Flags |= WorkRequestFlags.Signaled;
        if (operation.ReturnsValue)
        {
            operation.Request.Local = Scratch(slot, operation.Request.Local.Length);
        }

        UrmaStatus status = _jfs.Post(in operation.Request);
        if (status == UrmaStatus.Success)
        {
            _table.Add(operation);
        }

        return status;
    }

    private SegmentRange Scratch(int slot, long length) => _scratch.Range((long)slot * sizeof(ulong), length);

    private UdmaOperation? TakeWaiting()
    {
        UdmaOperation? first = _firstWaiting;
        _firstWaiting = null;
        _lastWaiting = null;
        _obstacles -= _waitingCount;
        _waitingCount = 0;
        return first;
    }

    /// <summary>Posts what waited, in order, as far as there is room. Those that are refused join the list of the completed.</summary>
    private void PostWaiting(ref CompletedList completed)
    {
        while (_firstWaiting is { } operation)
        {
            UdmaOperation? next = operation.Next;
            UrmaStatus status = operation.IsSettled ? UrmaStatus.Success : PostLocked(operation);
            if (status == UrmaStatus.TryAgain && _table.Count != 0)
            {
                return;
            }

            _firstWaiting = next;
            if (next is null)
            {
                _lastWaiting = null;
            }

            operation.Next = null;
            _waitingCount--;
            _obstacles--;
            if (status != UrmaStatus.Success)
            {
                operation.PostStatus = status;
                operation.Completion = new Completion(operation.UserContext, 0, UdmaErrors.ToCompletionStatus(status), CompletionFlags.None);
                completed.Add(operation);
            }
        }
    }
}
