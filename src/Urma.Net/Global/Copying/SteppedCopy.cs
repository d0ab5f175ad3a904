using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// The copies that are not one move between two mappings: over several segments, over a modelled link, through the kernel, or so
/// long that the grant must be looked at in between. Also finds out what is wrong with those that cannot be made at all.
/// </summary>
/// <remarks>Between Enter and Leave of the cache, which it leaves and enters again where it stays long.</remarks>
internal unsafe ref struct SteppedCopy
{
    /// <summary>Bytes between two looks at the grants.</summary>
    public const ulong LongestStep = 64 << 20;

    private const int BounceLength = 16 << 10;

    private readonly GlobalMemory _memory;
    private readonly TranslationCache _cache;
    private readonly CopySide _destination;
    private readonly CopySide _source;
    private readonly long _length;

    public SteppedCopy(GlobalMemory memory, TranslationCache cache, in CopySide destination, in CopySide source, long length)
    {
        _memory = memory;
        _cache = cache;
        _destination = destination;
        _source = source;
        _length = length;
    }

    /// <summary>Checks both ends and copies, over whatever modelled links without delay.</summary>
    public readonly GlobalMemoryStatus Run()
    {
        GlobalMemoryStatus status = Check(out _, out _);
        return status == GlobalMemoryStatus.Success && _length != 0 ? Move(IsBackward()) : status;
    }

    /// <summary>Checks both ends, and takes the copy's share of modelled links.</summary>
    /// <param name="due">The timestamp when it has gone over them; 0 without any.</param>
    /// <param name="discount">By how much a thread that waits here and now may wait less (<see cref="FabricLink.OwnCost"/>).</param>
    public readonly GlobalMemoryStatus Begin(out long due, out long discount)
    {
        GlobalMemoryStatus status = Check(out FabricLink? outLink, out FabricLink? inLink);
        due = status == GlobalMemoryStatus.Success && _length != 0 ? Reserve(outLink, inLink, _length) : 0;
        discount = due == 0 ? 0 : (outLink ?? inLink)!.OwnCost;
        return status;
    }

    /// <summary>Waits, outside of the cache, until something has come over a modelled link.</summary>
    /// <param name="cache">Entered before and after.</param>
    /// <param name="due">The timestamp; 0 does not wait.</param>
    public static void Wait(TranslationCache cache, long due)
    {
        if (due != 0)
        {
            cache.Leave();
            FabricLink.WaitUntil(due);
            cache.Enter();
        }
    }

    /// <summary>Takes a copy's share of modelled links and waits until it has come over them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void WaitForLinks(TranslationCache cache, FabricLink? outLink, FabricLink? inLink, long length) =>
        Wait(cache, Reserve(outLink, inLink, length) - (outLink ?? inLink)!.OwnCost);

    /// <summary>When a copy over modelled links is done. A copy from one peer to another goes over both, one after the other.</summary>
    public static long Reserve(FabricLink? outLink, FabricLink? inLink, long length)
    {
        long due = inLink?.Reserve(length, inbound: true) ?? 0;
        if (outLink is not null)
        {
            due = Math.Max(outLink.Reserve(length, inbound: false), due + (inLink is null ? 0 : outLink.Latency));
        }

        return due;
    }

    private readonly GlobalMemoryStatus Check(out FabricLink? outLink, out FabricLink? inLink)
    {
        outLink = inLink = null;
        if (_length == 0)
        {
            return GlobalMemoryStatus.Success;
        }

        GlobalMemoryStatus status = Check(_destination, isWrite: true, out outLink);
        return status == GlobalMemoryStatus.Success ? Check(_source, isWrite: false, out inLink) : status;
    }

    private readonly GlobalMemoryStatus Check(in CopySide side, bool isWrite, out FabricLink? link)
    {
        link = null;
        if (side.Local != null)
        {
            return GlobalMemoryStatus.Success;
        }

        if (!GlobalMemory.IsRange(side.Address, _length))
        {
            return GlobalMemoryStatus.InvalidRange;
        }

        TranslationEntry* entry = Find(side.Address, isWrite);
        if (entry == null)
        {
            return _cache.Fault;
        }

        link = _cache.RangeOf(entry).Link;
        return entry->Length - (side.Address.VirtualAddress - entry->Start) >= (ulong)_length
            ? GlobalMemoryStatus.Success
            : _memory.Query(side.Address, _length, isWrite);
    }

    private readonly TranslationEntry* Find(in GlobalAddress address, bool isWrite)
    {
        TranslationEntry* entry = _cache.Find(address);
        uint need = isWrite ? TranslationEntry.CanWrite : TranslationEntry.CanRead;
        return entry == null || ((entry->UasidAndFlags & need) != 0 && Volatile.Read(ref *entry->EpochWord) == entry->Epoch)
            ? entry
            : _cache.FindElsewhere(address, isWrite ? SegmentAccess.Write : SegmentAccess.Read);
    }

    private readonly GlobalMemoryStatus Move(bool backward)
    {
        long done = 0;
        while (done < _length)
        {
            if (done != 0)
            {
                _cache.Leave();
                _cache.Enter();
            }

            GlobalMemoryStatus status = MoveStep(backward, done, out long moved);
            if (status != GlobalMemoryStatus.Success)
            {
                return status;
            }

            done += moved;
        }

        return GlobalMemoryStatus.Success;
    }

    private readonly GlobalMemoryStatus MoveStep(bool backward, long done, out long moved)
    {
        moved = 0;
        long left = _length - done;
        GlobalMemoryStatus status = Resolve(_destination, backward, done, isWrite: true, null, out CopyEnd to, out TranslationEntry* entry);
        if (status != GlobalMemoryStatus.Success)
        {
            return status;
        }

        // The same memory may be mapped twice: where the ends overlap, both are reached through one mapping if that is possible.
        status = Resolve(_source, backward, done, isWrite: false, Overlaps() ? entry : null, out CopyEnd from, out _);
        if (status != GlobalMemoryStatus.Success)
        {
            return status;
        }

        if (to.Range is { IsPosted: true } || from.Range is { IsPosted: true })
        {
            return PostStep(ref to, ref from, backward, left, out moved);
        }

        int toProcess = to.Range?.CopiedFrom ?? 0;
        int fromProcess = from.Range?.CopiedFrom ?? 0;
        ulong limit = toProcess != 0 && fromProcess != 0 ? BounceLength : LongestStep;
        moved = (long)Math.Min(Math.Min((ulong)left, limit), Math.Min(to.Available, from.Available));
        byte* destination = backward ? to.Pointer - moved : to.Pointer;
        byte* source = backward ? from.Pointer - moved : from.Pointer;
        bool isMoved = MoveBytes(destination, toProcess, source, fromProcess, moved);
        status = to.StateAfter(_cache);
        status = status == GlobalMemoryStatus.Success ? from.StateAfter(_cache) : status;
        return status != GlobalMemoryStatus.Success || isMoved ? status : GlobalMemoryStatus.CopyRefused;
    }

    private readonly GlobalMemoryStatus PostStep(ref CopyEnd to, ref CopyEnd from, bool backward, long left, out long moved)
    {
        moved = (long)Math.Min(Math.Min((ulong)left, RemoteMover.LongestStep), Math.Min(to.Available, from.Available));
        if (backward)
        {
            to.Pointer -= moved;
            from.Pointer -= moved;
        }

        GlobalMemoryStatus status = _memory.Mover.Move(to, from, moved, backward, Overlaps());
        return status == GlobalMemoryStatus.Success && to.StateAfter(_cache) is var ended and not GlobalMemoryStatus.Success ? ended
            : status == GlobalMemoryStatus.Success ? from.StateAfter(_cache) : status;
    }

    // Forward: the place of the first byte not yet moved and how much follows it. Backward: the end of the bytes not yet moved and how
    // much lies before it.
    private readonly GlobalMemoryStatus Resolve(
        in CopySide side, bool backward, long done, bool isWrite, TranslationEntry* preferred, out CopyEnd end, out TranslationEntry* entry)
    {
        entry = null;
        long offset = backward ? _length - done : done;
        if (side.Local != null)
        {
            end = new CopyEnd { Pointer = side.Local + offset, Available = (ulong)(_length - done) };
            return GlobalMemoryStatus.Success;
        }

        GlobalAddress at = side.Address + (backward ? offset - 1 : offset);
        entry = preferred != null && preferred->Matches(at) ? preferred : Find(at, isWrite);
        if (entry == null)
        {
            // It was there when the copy began.
            end = default;
            return _cache.Fault is GlobalMemoryStatus.OwnerLost ? GlobalMemoryStatus.OwnerLost : GlobalMemoryStatus.Revoked;
        }

        TranslationRange range = _cache.RangeOf(entry);
        end = new CopyEnd
        {
            Pointer = (byte*)((nint)at.VirtualAddress + (range.CopiedFrom != 0 || range.IsPosted ? 0 : entry->Delta)),
            Available = entry->Length - (at.VirtualAddress - entry->Start),
            Range = range,
        };
        if (backward)
        {
            end.Pointer++;
            end.Available = at.VirtualAddress - entry->Start + 1;
        }

        return GlobalMemoryStatus.Success;
    }

    private readonly bool MoveBytes(byte* destination, int toProcess, byte* source, int fromProcess, long length)
    {
        if (toProcess != 0 && fromProcess != 0)
        {
            byte* bounce = stackalloc byte[BounceLength];
            Debug.Assert(length <= BounceLength, "the step was limited");
            return MoveBytes(bounce, 0, source, fromProcess, length) && MoveBytes(destination, toProcess, bounce, 0, length);
        }

        if (toProcess != 0)
        {
            return ProcessMemory.TryWrite(toProcess, (ulong)destination, source, length, out _) == 0;
        }

        if (fromProcess != 0)
        {
            return ProcessMemory.TryRead(fromProcess, (ulong)source, destination, length, out _) == 0;
        }

        CopyKernel.CopyStep(destination, source, length, _length);
        return true;
    }

    private readonly bool Overlaps()
    {
        ulong apart = _destination.Address.VirtualAddress - _source.Address.VirtualAddress;
        return _destination.Local == null && _source.Local == null
            && (apart < (ulong)_length || 0 - apart < (ulong)_length)
            && _destination.Address.IsInSameSpaceAs(_source.Address);
    }

    // Only where the destination begins inside the source must the end be moved first.
    private readonly bool IsBackward()
    {
        if (_destination.Local == null && _source.Local == null)
        {
            return _destination.Address.IsInSameSpaceAs(_source.Address)
                && _destination.Address.VirtualAddress - _source.Address.VirtualAddress < (ulong)_length;
        }

        return Resolve(_destination, backward: false, 0, isWrite: true, null, out CopyEnd to, out _) == GlobalMemoryStatus.Success
            && Resolve(_source, backward: false, 0, isWrite: false, null, out CopyEnd from, out _) == GlobalMemoryStatus.Success
            && to.Range is not ({ CopiedFrom: not 0 } or { IsPosted: true })
            && from.Range is not ({ CopiedFrom: not 0 } or { IsPosted: true })
            && (ulong)(to.Pointer - from.Pointer) < (ulong)_length;
    }
}
