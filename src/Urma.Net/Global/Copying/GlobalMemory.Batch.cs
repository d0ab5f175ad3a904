using System.Runtime.CompilerServices;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>Copying many ranges in one call.</summary>
public sealed unsafe partial class GlobalMemory
{
    // What a copy costs besides its bytes, in bytes.
    private const long LeastCost = 64;

    /// <summary>
    /// Makes many copies, in order, each with a status of its own: one that fails does not stop the others. Over a modelled link they are under
    /// way together, and so are copies from and to memory that cannot be mapped, as far as none of them needs what another writes. Consecutive
    /// copies of one segment translate it once.
    /// </summary>
    /// <param name="items">What to copy; any number.</param>
    /// <param name="results">How each ended; as long as <paramref name="items"/> at least.</param>
    /// <returns>How many failed.</returns>
    /// <exception cref="ArgumentException"><paramref name="results"/> is too short; nothing was copied.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed; copies of a batch that it was closed under fail each.</exception>
    public int XcopyBatch(ReadOnlySpan<XcopyItem> items, Span<GlobalMemoryStatus> results)
    {
        if (results.Length < items.Length)
        {
            ThrowTooShort(items.Length, results.Length);
        }

        results = results[..items.Length];
        results.Fill(GlobalMemoryStatus.NotAttempted);
        return CopyBatch(GetCache(), items, results, isDelayed: false);
    }

    /// <summary>Makes those copies of a batch again that did not succeed, after their cause was mended.</summary>
    /// <param name="items">The batch as before.</param>
    /// <param name="results">How each ended before; where that is not <see cref="GlobalMemoryStatus.Success"/>, how it ended now.</param>
    /// <returns>How many failed again.</returns>
    /// <exception cref="ArgumentException"><paramref name="results"/> is too short; nothing was copied.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public int RetryXcopyBatch(ReadOnlySpan<XcopyItem> items, Span<GlobalMemoryStatus> results)
    {
        if (results.Length < items.Length)
        {
            ThrowTooShort(items.Length, results.Length);
        }

        return CopyBatch(GetCache(), items, results[..items.Length], isDelayed: false);
    }

    private int CopyBatch(TranslationCache cache, ReadOnlySpan<XcopyItem> items, Span<GlobalMemoryStatus> results, bool isDelayed)
    {
        cache.Enter();
        if (!isDelayed && _table.HasLinks)
        {
            SteppedCopy.Wait(cache, ReserveBatch(cache, items, results, isWaitedFor: true));
        }

        int failed = 0;
        for (int next = 0; next < items.Length;)
        {
            failed += CopyRun(cache, items, results, ref next);
            if (next < items.Length)
            {
                cache.Leave();
                cache.Enter();
            }
        }

        cache.Leave();
        ObjectDisposedException.ThrowIf(failed != 0 && _closed, _context);
        return failed;
    }

    // Copies until the batch is done or so much was moved that it is time to let others look at the grants. All times over modelled
    // links have passed.
    private int CopyRun(TranslationCache cache, ReadOnlySpan<XcopyItem> items, Span<GlobalMemoryStatus> results, ref int next)
    {
        TranslationEntry* to = cache.Nowhere;
        TranslationEntry* from = cache.Nowhere;
        long room = (long)SteppedCopy.LongestStep;
        int failed = 0;
        int done = 0;
        long bytes = 0;
        int i = next;
        for (; i < items.Length && room > 0; i++)
        {
            if (results[i] == GlobalMemoryStatus.Success)
            {
                continue;
            }

            // What the copy before used is looked at first, without asking which set it is in.
            ref readonly XcopyItem item = ref items[i];
            room -= Math.Clamp(item.Length, 0, (long)SteppedCopy.LongestStep) + LeastCost;
            ulong toOffset = item.To.VirtualAddress - to->Start;
            ulong fromOffset = item.From.VirtualAddress - from->Start;
            ulong apart = item.To.VirtualAddress - item.From.VirtualAddress;
            ulong last = (ulong)item.Length - 1;
            if (to->Holds(item.To, toOffset)
                && from->Holds(item.From, fromOffset)
                && last < to->Length - toOffset
                && last < from->Length - fromOffset
                && last < SteppedCopy.LongestStep
                && (to == from || (apart > last && 0 - apart > last))
                && to->IsCurrent
                && from->IsCurrent)
            {
                CopyKernel.Copy(
                    (byte*)((nint)item.To.VirtualAddress + to->Delta), (byte*)((nint)item.From.VirtualAddress + from->Delta), item.Length);
                to->Uses++;
                from->Uses++;
                if (cache.IsUnchanged && to->IsCurrent && from->IsCurrent)
                {
                    results[i] = GlobalMemoryStatus.Success;
                    bytes += item.Length;
                    done++;
                    continue;
                }

                failed += Book(ref results[i], HowEnded(cache, to, from));
                to = from = cache.Nowhere;
                continue;
            }

            if (_table.HasPosted && CopyPostedRun(cache, items, results, i, ref room, ref failed) is var behind && behind != i)
            {
                CountPosted(cache, items, results, i, behind);
                i = behind - 1;
                to = from = cache.Nowhere;
                continue;
            }

            int missed = Book(ref results[i], new SteppedCopy(this, cache, CopySide.At(item.To), CopySide.At(item.From), item.Length).Run());
            failed += missed;
            done += 1 - missed;
            bytes += missed == 0 ? item.Length : 0;
            to = cache.FindAtHand(item.To, MappedWrite);
            from = cache.FindAtHand(item.From, MappedRead);
        }

        cache.Block->CountXcopies(done, bytes);
        next = i;
        return failed;
    }

    // Those that had succeeded in an earlier call are counted again: a batch that is tried again is rare, and mapped memory is not concerned.
    private static void CountPosted(TranslationCache cache, ReadOnlySpan<XcopyItem> items, ReadOnlySpan<GlobalMemoryStatus> results, int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            Count(cache, results[i], items[i].Length);
        }
    }

    private static int Book(ref GlobalMemoryStatus result, GlobalMemoryStatus status)
    {
        result = status;
        return status == GlobalMemoryStatus.Success ? 0 : 1;
    }

    // All copies set out at once; the batch takes effect when the last has arrived. One that cannot be made does not set out.
    private long ReserveBatch(TranslationCache cache, ReadOnlySpan<XcopyItem> items, ReadOnlySpan<GlobalMemoryStatus> results, bool isWaitedFor)
    {
        long latest = 0;
        for (int i = 0; i < items.Length; i++)
        {
            if (results[i] != GlobalMemoryStatus.Success)
            {
                _ = new SteppedCopy(this, cache, CopySide.At(items[i].To), CopySide.At(items[i].From), items[i].Length)
                    .Begin(out long due, out long discount);
                latest = Math.Max(latest, isWaitedFor ? due - discount : due);
            }
        }

        return latest;
    }

    private static void ThrowTooShort(int items, int results) =>
        throw new ArgumentException($"There is room for {results} results, but {items} copies.", nameof(results));
}
