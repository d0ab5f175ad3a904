using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>Changing who owns what.</content>
public sealed unsafe partial class OwnershipDomain
{
    // A deadline that has always passed.
    private const long AtOnce = 0;

    [ThreadStatic]
    private static GranuleRun[]? _batch;

    /// <summary>
    /// Changes what this process holds of any number of ranges, of any regions of the domain, in one protocol round: sorted, repeated
    /// ones dropped, neighbours joined. Waits for whoever uses a range, and for whoever asked for it before.
    /// </summary>
    /// <param name="changes">The ranges. They may overlap where they want the same.</param>
    /// <param name="results">What became of each change; at least as many.</param>
    /// <param name="options">How; <see cref="SetOwnershipOptions.Default"/> when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many changes were granted: all of them, or with <see cref="SetOwnershipOptions.PerItem"/> perhaps fewer.</returns>
    /// <exception cref="ArgumentException">All or nothing, and a change is invalid or contradicts another; or too few results.</exception>
    /// <exception cref="UrmaException">
    /// All or nothing, and the time was over: the message names who was in the way. Or the domain is gone, or the kernel refused to
    /// change the pages. Nothing was changed.
    /// </exception>
    /// <exception cref="OperationCanceledException">All or nothing, and it was cancelled; nothing was changed.</exception>
    public int SetOwnership(
        ReadOnlySpan<OwnershipChange> changes, Span<OwnershipResult> results, SetOwnershipOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= SetOwnershipOptions.Default;
        TimeSpan timeout = options.Timeout ?? _timeout;
        if (_remote is not null)
        {
            return ChangeThere(changes, results, options.PerItem, timeout, cancellationToken);
        }

        OwnershipStatus status = Change(changes, results, options.PerItem, TimeLimit.After(timeout), cancellationToken, out int granted, out ulong blockers, out int error);
        if (status != OwnershipStatus.Granted && (!options.PerItem || error != 0))
        {
            Throw(status, $"change the ownership of {changes.Length} ranges", blockers, timeout, error, cancellationToken);
        }

        return granted;
    }

    /// <summary>
    /// As <see cref="SetOwnership(ReadOnlySpan{OwnershipChange}, Span{OwnershipResult}, SetOwnershipOptions?, CancellationToken)"/>; where
    /// it has to wait, a thread of its own does.
    /// </summary>
    /// <param name="changes">The ranges; must not change until the task is over.</param>
    /// <param name="results">What became of each change.</param>
    /// <param name="options">How; <see cref="SetOwnershipOptions.Default"/> when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many changes were granted; complete already where nobody was in the way.</returns>
    public ValueTask<int> SetOwnershipAsync(
        ReadOnlyMemory<OwnershipChange> changes, Memory<OwnershipResult> results, SetOwnershipOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= SetOwnershipOptions.Default;
        if (_remote is null && _rounds.IsUndelayed)
        {
            OwnershipStatus status = Change(changes.Span, results.Span, options.PerItem, AtOnce, cancellationToken, out int granted, out _, out _);
            if (status == OwnershipStatus.Granted)
            {
                return new ValueTask<int>(granted);
            }
        }

        return new ValueTask<int>(Task.Factory.StartNew(
            () => SetOwnership(changes.Span, results.Span, options, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default));
    }

    /// <summary>Changes what this process holds of one range.</summary>
    /// <param name="change">The range, and what this process will hold.</param>
    /// <param name="timeout">The longest wait; the domain's when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The range is empty, misaligned, or outside its region.</exception>
    /// <exception cref="UrmaException">The time was over: the message names who was in the way. Or the domain is gone.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void SetOwnership(in OwnershipChange change, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        if (Refusal(change) is { } refusal)
        {
            throw new ArgumentException(refusal, nameof(change));
        }

        if (_remote is not null)
        {
            _ = ChangeThere([change], stackalloc OwnershipResult[1], perItem: false, timeout ?? _timeout, cancellationToken);
            return;
        }

        OwnershipRequest request = OwnershipRequest.Current;
        request.SetSingle(ToRun(change, _shift), pin: false);
        if (change.Ownership == Ownership.Write)
        {
            _rounds.Fetch(request.Runs[0]);
        }

        Interlocked.Increment(ref _changes);
        OwnershipStatus status = Run(request, TimeLimit.After(timeout ?? _timeout), cancellationToken);
        if (status != OwnershipStatus.Granted)
        {
            Throw(status, $"change the ownership of {change.Region}", request.Blockers, timeout ?? _timeout, request.Error, cancellationToken);
        }

        ThrowIfLost();
    }

    private OwnershipStatus Change(
        ReadOnlySpan<OwnershipChange> changes, Span<OwnershipResult> results, bool perItem, long deadline, CancellationToken cancellationToken,
        out int granted, out ulong blockers, out int error)
    {
        ThrowIfDisposed();
        if (results.Length < changes.Length)
        {
            throw new ArgumentException($"{changes.Length} changes need as many results, not {results.Length}.", nameof(results));
        }

        OwnershipRequest request = OwnershipRequest.Current;
        int contradiction = -1;
        if (!TrySetSorted(request, changes, perItem))
        {
            SetUnsorted(request, changes, perItem, out contradiction);
        }

        if (contradiction >= 0 && !perItem)
        {
            throw new ArgumentException($"Change {contradiction} ({changes[contradiction]}) overlaps another that wants something else.", nameof(changes));
        }

        if (request.RunCount > _directory.Layout.MaxRanges)
        {
            throw new ArgumentException(
                $"{request.RunCount} separate ranges are more than the {_directory.Layout.MaxRanges} of this domain: split the batch, or create the domain with a larger MaxRanges.", nameof(changes));
        }

        Interlocked.Add(ref _changes, changes.Length);
        Interlocked.Add(ref _coalesced, changes.Length - request.RunCount);
        request.IsAttempt = deadline == AtOnce;
        OwnershipStatus status = request.RunCount == 0 ? OwnershipStatus.Granted : Run(request, deadline, cancellationToken);
        granted = Report(request, status, results[..changes.Length]);
        blockers = request.Blockers;
        error = request.Error;
        ThrowIfLost();
        return status;
    }

    private OwnershipStatus Run(OwnershipRequest request, long deadline, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        if (_rounds.IsDone(request))
        {
            request.States.Fill(RunState.Granted);
            Interlocked.Add(ref _coalesced, request.RunCount);
            return OwnershipStatus.Granted;
        }

        return _rounds.Execute(request, deadline, cancellationToken);
    }

    private int Report(OwnershipRequest request, OwnershipStatus status, Span<OwnershipResult> results)
    {
        (uint uasid, int process) = request.Blockers == 0 || status == OwnershipStatus.Granted
            ? (0, 0)
            : _members.Identify(BitOperations.TrailingZeroCount(request.Blockers));
        int granted = 0;
        if (status == OwnershipStatus.Granted && !request.PerItem)
        {
            results.Fill(new OwnershipResult(OwnershipStatus.Granted));
            return results.Length;
        }

        for (int i = 0; i < results.Length; i++)
        {
            switch (request.Outcome(i))
            {
                case null:
                    results[i] = new OwnershipResult(OwnershipStatus.Invalid);
                    break;
                case RunState.Granted:
                    results[i] = new OwnershipResult(OwnershipStatus.Granted);
                    granted++;
                    break;
                default:
                    results[i] = Failure(request, status, i, uasid, process);
                    break;
            }
        }

        return granted;
    }

    // In a batch that fails as a whole, the changes that could have been had are told from those that were in somebody's way.
    private OwnershipResult Failure(OwnershipRequest request, OwnershipStatus status, int change, uint uasid, int process)
    {
        int holder = _rounds.HolderOf(request.RunOf(change), request.Blockers);
        if (holder >= 0)
        {
            (uasid, process) = _members.Identify(holder);
            return new OwnershipResult(status, uasid, process);
        }

        return request.PerItem ? new OwnershipResult(status, uasid, process) : new OwnershipResult(OwnershipStatus.NotDone);
    }

    private void Acquire(SharedRegion region, int first, int end, Ownership wanted, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        OwnershipRequest request = OwnershipRequest.Current;
        request.SetSingle(new GranuleRun(first, end - first, wanted), pin: true);
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _changes);
        OwnershipStatus status = _rounds.Execute(request, TimeLimit.After(timeout ?? _timeout), cancellationToken);
        if (status != OwnershipStatus.Granted)
        {
            ThrowIfLost();
            Throw(status, $"acquire {(end - first) * GranuleSize} bytes of {region}", request.Blockers, timeout ?? _timeout, request.Error, cancellationToken);
        }
    }

    // The frequent case, in one pass: all valid, in order and apart, or to be joined with the one before.
    private bool TrySetSorted(OwnershipRequest request, ReadOnlySpan<OwnershipChange> changes, bool perItem)
    {
        request.BeginSorted(changes.Length, perItem, out Span<GranuleRun> runs, out Span<int> runOfChange);
        OwnershipRounds rounds = _rounds;
        int shift = _shift;
        int count = 0;
        int end = 0;
        int total = 0;
        for (int i = 0; i < changes.Length; i++)
        {
            ref readonly OwnershipChange change = ref changes[i];
            if (!IsValid(change, shift))
            {
                return false;
            }

            GranuleRun run = ToRun(change, shift);
            if (run.First < end)
            {
                return false;
            }

            if (run.Wanted == Ownership.Write)
            {
                rounds.Fetch(run);
            }

            total += run.Count;
            if (run.First == end && count != 0 && !perItem && run.Wanted == runs[count - 1].Wanted)
            {
                ref GranuleRun last = ref runs[count - 1];
                last = new GranuleRun(last.First, run.End - last.First, last.Wanted);
            }
            else
            {
                runs[count++] = run;
            }

            runOfChange[i] = count - 1;
            end = run.End;
        }

        request.EndSorted(count, total);
        return true;
    }

    private void SetUnsorted(OwnershipRequest request, ReadOnlySpan<OwnershipChange> changes, bool perItem, out int contradiction)
    {
        GranuleRun[] runs = Batch(changes.Length);
        for (int i = 0; i < changes.Length; i++)
        {
            ref readonly OwnershipChange change = ref changes[i];
            if (IsValid(change, _shift))
            {
                GranuleRun run = ToRun(change, _shift);
                if (run.Wanted == Ownership.Write)
                {
                    _rounds.Fetch(run);
                }

                runs[i] = run;
                continue;
            }

            if (!perItem)
            {
                ThrowInvalid(i, change);
            }

            runs[i] = new GranuleRun(-1, 1, Ownership.None);
        }

        request.SetUnsorted(runs.AsSpan(0, changes.Length), perItem, out contradiction);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsValid(in OwnershipChange change, int shift)
    {
        long mask = (1L << shift) - 1;
        return change.Region is { } region && region.Domain == this
            && change.Length > 0 && change.Offset >= 0 && (change.Offset & mask) == 0
            && change.Length <= region.Length - change.Offset
            && ((change.Length & mask) == 0 || change.Length == region.Length - change.Offset)
            && (uint)change.Ownership <= (uint)Ownership.Write;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static GranuleRun ToRun(in OwnershipChange change, int shift)
    {
        int first = change.Region.FirstGranule + (int)(change.Offset >> shift);
        return new GranuleRun(first, (int)((change.Length + (1L << shift) - 1) >> shift), change.Ownership);
    }

    private static GranuleRun[] Batch(int count)
    {
        if (_batch is null || _batch.Length < count)
        {
            _batch = new GranuleRun[BitOperations.RoundUpToPowerOf2((uint)Math.Max(count, 16))];
        }

        return _batch;
    }
}
