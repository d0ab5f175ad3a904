using System.Runtime.CompilerServices;
using Urma.Net.Global;

namespace Urma.Net;

/// <content>Copies of a batch from and to memory that cannot be mapped: many under way at once.</content>
public sealed unsafe partial class GlobalMemory
{
    // Copies that are compared with each other: as many as a lane has under way.
    private const int MostTogether = 32;

    // Makes as many copies of a batch as can be under way together, from one on; says which is next. None where that one is not of this
    // kind: it is made the other way.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int CopyPostedRun(
        TranslationCache cache, ReadOnlySpan<XcopyItem> items, Span<GlobalMemoryStatus> results, int first, ref long room, ref int failed)
    {
        PostedLane? lane = null;
        CopyFootprint* together = stackalloc CopyFootprint[MostTogether];
        int count = 0;
        int next = first;
        long bytes = 0;
        try
        {
            for (; next < items.Length && bytes < (long)RemoteMover.LongestStep; next++)
            {
                ref readonly XcopyItem item = ref items[next];
                if (results[next] == GlobalMemoryStatus.Success)
                {
                    continue;
                }

                if (!TryPlan(cache, item, out CopyEnd to, out CopyEnd from, out Segment? direct))
                {
                    break;
                }

                lane ??= _mover.Rent();
                if (lane is null || item.Length > (direct is null ? lane.PieceLength : lane.DirectLength))
                {
                    break;
                }

                var footprint = new CopyFootprint(item);
                if (count == MostTogether || Conflicts(together, count, footprint))
                {
                    lane.Drain(results);
                    count = 0;
                }

                together[count++] = footprint;
                results[next] = GlobalMemoryStatus.Success;
                RemoteMover.AddPiece(lane, to, from, 0, item.Length, direct, next, results);
                bytes += item.Length + LeastCost;
            }

            lane?.Drain(results);
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            lane?.Abandon(results);
        }
        finally
        {
            if (lane is not null)
            {
                _mover.Return(lane);
            }
        }

        room -= bytes;
        for (int i = first; i < next; i++)
        {
            // Some fail only because of another one, or because a buffer went: by itself each has its chance.
            if (results[i] is GlobalMemoryStatus.NotAttempted or GlobalMemoryStatus.CopyRefused)
            {
                results[i] = new SteppedCopy(this, cache, CopySide.At(items[i].To), CopySide.At(items[i].From), items[i].Length).Run();
            }

            failed += results[i] == GlobalMemoryStatus.Success ? 0 : 1;
        }

        return next;
    }

    // Whether a copy is one piece with an end that is not mapped, and may be under way with others.
    private bool TryPlan(TranslationCache cache, in XcopyItem item, out CopyEnd to, out CopyEnd from, out Segment? direct)
    {
        from = default;
        direct = null;
        ulong apart = item.To.VirtualAddress - item.From.VirtualAddress;
        if (!TryEnd(cache, item.To, item.Length, TranslationEntry.CanWrite, out to)
            || !TryEnd(cache, item.From, item.Length, TranslationEntry.CanRead, out from)
            || !(to.Range!.IsPosted || from.Range!.IsPosted)
            || (item.To.IsInSameSpaceAs(item.From) && (apart < (ulong)item.Length || 0 - apart < (ulong)item.Length)))
        {
            return false;
        }

        direct = RemoteMover.RegisteredOf(to) ?? RemoteMover.RegisteredOf(from);
        return RemoteMover.CheckWay(to.Range) == GlobalMemoryStatus.Success && RemoteMover.CheckWay(from.Range) == GlobalMemoryStatus.Success;
    }

    private static bool TryEnd(TranslationCache cache, in GlobalAddress address, long length, uint need, out CopyEnd end)
    {
        end = default;
        TranslationEntry* entry = length > 0 ? cache.Find(address) : null;
        ulong offset = address.VirtualAddress - (entry == null ? 0 : entry->Start);
        if (entry == null
            || (entry->UasidAndFlags & need) == 0
            || (ulong)length > entry->Length - offset
            || !entry->IsCurrent)
        {
            return false;
        }

        TranslationRange range = cache.RangeOf(entry);
        end.Range = range;
        end.Available = entry->Length - offset;
        end.Pointer = (byte*)((nint)address.VirtualAddress + (range.IsPosted ? 0 : entry->Delta));
        return range.IsPosted || (range.Memory != null && range.Link is null);
    }

    // Whether a copy reads what one under way writes, or writes what one reads or writes. Addresses only: those of different engines that
    // are the same by chance only have one wait for the other.
    private static bool Conflicts(CopyFootprint* together, int count, in CopyFootprint item)
    {
        bool found = false;
        for (int i = 0; i < count; i++)
        {
            found |= item.Meets(together[i]);
        }

        return found;
    }

    /// <summary>Which addresses a copy touches; what it has to be compared with others by, without more.</summary>
    private readonly struct CopyFootprint(in XcopyItem item)
    {
        private readonly ulong _to = item.To.VirtualAddress;
        private readonly ulong _from = item.From.VirtualAddress;
        private readonly ulong _length = (ulong)item.Length;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Meets(in CopyFootprint other) =>
            (other._to - _to < _length) | (_to - other._to < other._length)
            | (other._from - _to < _length) | (_to - other._from < other._length)
            | (other._to - _from < _length) | (_from - other._to < other._length);
    }
}
