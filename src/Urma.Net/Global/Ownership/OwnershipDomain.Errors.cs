using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>What went wrong, in words.</content>
public sealed unsafe partial class OwnershipDomain
{
    private string? Refusal(in OwnershipChange change)
    {
        if (IsValid(change, _shift))
        {
            return null;
        }

        return change switch
        {
            { Region: null } => "it names no region.",
            { Region: var region } when region.Domain != this => $"{region} belongs to another domain.",
            { Ownership: not (Ownership.None or Ownership.Read or Ownership.Write) } => $"{change.Ownership} is no ownership.",
            { Length: 0 } => $"the range at {change.Offset} of {change.Region} is empty.",
            { Offset: < 0 } or { Length: < 0 } => $"offset {change.Offset} and length {change.Length} must not be negative.",
            var c when c.Offset > c.Region.Length || c.Length > c.Region.Length - c.Offset =>
                $"offset {c.Offset} with length {c.Length} does not lie inside {c.Region}.",
            _ => $"offset {change.Offset} and length {change.Length} must be multiples of the granule, {GranuleSize} bytes.",
        };
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowInvalid(int index, in OwnershipChange change) =>
        throw new ArgumentException($"Change {index}: {Refusal(change)}", "changes");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Throw(OwnershipStatus status, string what, ulong blockers, TimeSpan timeout, int error, CancellationToken cancellationToken)
    {
        ThrowIfLost();
        if (error != 0)
        {
            ThrowPages(error);
        }

        ThrowIfDisposed();
        throw status == OwnershipStatus.Cancelled ? new OperationCanceledException(cancellationToken) : Timeout(what, blockers, timeout);
    }

    private UrmaException Timeout(string what, ulong blockers, TimeSpan timeout)
    {
        var holders = new List<string>();
        for (ulong rest = blockers; rest != 0; rest &= rest - 1)
        {
            int member = BitOperations.TrailingZeroCount(rest);
            holders.Add(member == _self ? "this process" : _members.Describe(member));
        }

        string who = holders.Count == 0 ? "another thread of this process" : string.Join(", ", holders);
        return new UrmaException(
            UrmaStatus.TimedOut, $"Could not {what} of domain '{Name}' within {timeout.TotalSeconds:0.###} s: {who} uses it or asked for it before.");
    }

    private void ThrowIfLost()
    {
        if (_remote is { } remote)
        {
            ThrowIfDisposed();
            if (remote.IsLost)
            {
                throw remote.Lost();
            }

            return;
        }

        if (!_directory.IsAlive)
        {
            ThrowIfDisposed();
            throw new UrmaException(
                UrmaStatus.Failed, $"The ownership domain '{Name}' is gone: the process that created it died or left it. Create it again and join it.");
        }

        if (_rounds is { IsMember: false })
        {
            ThrowIfDisposed();
            _rounds.Pins.Silence();
            throw new UrmaException(
                UrmaStatus.Failed, $"This process is no member of the ownership domain '{Name}' any more: the others took it for dead and took back what it had. Join it again.");
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowBadRange(long offset, long length, long limit)
    {
        if (length <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "A scope has at least one byte.");
        }

        ThrowHelper.OutOfRange(offset, length, limit);
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowNotOwner(SharedRegion region, long offset, long length, Ownership wanted)
    {
        ThrowIfLost();
        throw new UrmaException(
            UrmaStatus.OperationNotPermitted,
            $"This process does not hold {wanted} of {length} bytes at {offset} of {region}, or has lost it: use Acquire{wanted}, or SetOwnership again.");
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowPages(int error)
    {
        LinuxError.Throw(
            "change the protection of owned pages",
            error,
            "Each separately owned range is a mapping of its own: raise vm.max_map_count, or use larger granules.");
        throw new UnreachableException();
    }
}
