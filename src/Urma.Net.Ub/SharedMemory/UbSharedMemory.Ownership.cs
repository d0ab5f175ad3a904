using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Libobmm;

namespace Urma.Net.Ub;

/// <content>Changing who owns what.</content>
public sealed unsafe partial class UbSharedMemory
{
    private const int ENOTRECOVERABLE = 131;

    private readonly OwnershipRuns _runs = new();

    /// <summary>
    /// Changes what this host holds of any number of ranges: sorted, neighbours and overlapping ranges that want the same joined, then one
    /// <c>obmm_set_ownership</c> for each contiguous range. If a joined range is refused, its changes are tried one by one.
    /// </summary>
    /// <remarks>
    /// OBMM has no call for more than one range and none that undoes: a batch cannot be all or nothing. Changes that were granted stay
    /// granted when others are not; the results tell which. It does not wait for other hosts. Allocates nothing once it has seen as long
    /// a batch. (Searched for a batch form upstream: there is none in the documentation, the library or the kernel module.)
    /// </remarks>
    /// <param name="changes">The ranges, in any order.</param>
    /// <param name="results">What became of each change; at least as many.</param>
    /// <returns>How many changes were granted.</returns>
    /// <exception cref="ArgumentException">There are fewer results than changes.</exception>
    /// <exception cref="ObjectDisposedException">The memory was disposed.</exception>
    public int SetOwnership(ReadOnlySpan<UbOwnershipChange> changes, Span<UbOwnershipResult> results)
    {
        if (results.Length < changes.Length)
        {
            throw new ArgumentException($"There are {changes.Length} changes and room for {results.Length} results only.", nameof(results));
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _runs.Set(changes, results, Length, OwnershipGranule);
            int granted = 0;
            int next = 0;
            for (ReadOnlySpan<int> members = _runs.Next(changes, ref next, out UbOwnershipChange run);
                !members.IsEmpty;
                members = _runs.Next(changes, ref next, out run))
            {
                UbOwnershipResult result = Change(run);
                foreach (int i in members)
                {
                    results[i] = result.IsGranted || members.Length == 1 ? result : Change(changes[i]);
                    granted += results[i].IsGranted ? 1 : 0;
                }
            }

            return granted;
        }
    }

    /// <summary>Changes what this host holds of one range.</summary>
    /// <param name="offset">First byte; a multiple of <see cref="OwnershipGranule"/>.</param>
    /// <param name="length">Bytes, more than 0; a multiple of <see cref="OwnershipGranule"/>.</param>
    /// <param name="ownership">What this host will hold.</param>
    /// <exception cref="ArgumentException">The range is empty, misaligned or outside the memory.</exception>
    /// <exception cref="UrmaException">
    /// It was not granted: <see cref="UrmaStatus.TryAgain"/> while another host holds rights that exclude these, another status where
    /// trying again is of no use. This host holds what it held before.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The memory was disposed.</exception>
    public void SetOwnership(long offset, long length, Ownership ownership)
    {
        UbOwnershipResult result = default;
        _ = SetOwnership([new UbOwnershipChange(offset, length, ownership)], new Span<UbOwnershipResult>(ref result));
        if (!result.IsGranted)
        {
            Throw(result, offset, length, ownership);
        }
    }

    private static void Throw(UbOwnershipResult result, long offset, long length, Ownership ownership)
    {
        string what = $"take {ownership} of the {length} bytes at {offset}";
        throw result.Status switch
        {
            UbOwnershipStatus.Invalid => new ArgumentException(
                $"Cannot {what}: offset and length must be multiples of {OwnershipGranule}, more than 0 bytes, and inside the memory."),
            UbOwnershipStatus.Busy => new UrmaException(
                UrmaStatus.TryAgain, $"Cannot {what}: another host holds rights that exclude it. Try again when it has given them back.", result.NativeError),
            UbOwnershipStatus.InUse => new UrmaException(
                UrmaStatus.OperationNotPermitted, $"Cannot {what}: a view of this process needs what would be given up. Dispose it first."),
            UbOwnershipStatus.Lost => new UrmaException(
                UrmaStatus.Failed, $"Cannot {what}: the host that gave the memory is gone, or caches could not be written back. Dispose the memory.", result.NativeError),
            _ => Internal.LinuxError.Create(what, result.NativeError),
        };
    }

    private UbOwnershipResult Change(in UbOwnershipChange change)
    {
        foreach (SharedMemoryLease lease in _leases)
        {
            if (lease.Forbids(change))
            {
                return new UbOwnershipResult(UbOwnershipStatus.InUse);
            }
        }

        int error = ChangeNative(change);
        if (error == 0)
        {
            PagesOf(change.Offset, change.Length).Fill((byte)change.Ownership);
        }

        return new UbOwnershipResult(
            error switch
            {
                0 => UbOwnershipStatus.Granted,
                Libc.EBUSY => UbOwnershipStatus.Busy,
                ENOTRECOVERABLE => UbOwnershipStatus.Lost,
                _ => UbOwnershipStatus.Failed,
            },
            error);
    }

    // Returns errno, or 0.
    private int ChangeNative(in UbOwnershipChange change)
    {
        int rights = change.Ownership switch
        {
            Ownership.None => Libc.PROT_NONE,
            Ownership.Read => Libc.PROT_READ,
            _ => Libc.PROT_WRITE,
        };
        byte* start = _address + change.Offset;
        Marshal.SetLastSystemError(0);
        return Libobmm.obmm_set_ownership(_node, start, start + change.Length, rights) == 0 ? 0 : Marshal.GetLastSystemError();
    }

    // Unmapping alone would throw away what is in the caches of an import (obmm_unimport(3)).
    private void GiveEverythingBack()
    {
        long page = 0;
        while (page < _held.Length)
        {
            int skipped = _held.AsSpan((int)page).IndexOfAnyExcept((byte)Ownership.None);
            if (skipped < 0)
            {
                return;
            }

            page += skipped;
            int count = _held.AsSpan((int)page).IndexOf((byte)Ownership.None);
            count = count < 0 ? _held.Length - (int)page : count;
            int error = ChangeNative(new UbOwnershipChange(page * OwnershipGranule, count * OwnershipGranule, Ownership.None));
            if (error != 0)
            {
                System.Diagnostics.Trace.TraceWarning(
                    $"obmm_set_ownership of memory {MemoryId} failed on release ({Marshal.GetPInvokeErrorMessage(error)}): what was written may be lost.");
            }

            page += count;
        }

        _held.AsSpan().Clear();
    }

    private Ownership HeldOf(long offset, long length)
    {
        ReadOnlySpan<byte> pages = PagesOf(offset, length);
        return pages.Contains((byte)Ownership.None) ? Ownership.None
            : pages.Contains((byte)Ownership.Read) ? Ownership.Read
            : Ownership.Write;
    }

    private Span<byte> PagesOf(long offset, long length)
    {
        int first = (int)(offset / OwnershipGranule);
        return _held.AsSpan(first, (int)((offset + length - 1) / OwnershipGranule) - first + 1);
    }
}
