using System.Runtime.CompilerServices;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>Copying many ranges in one call.</summary>
public sealed unsafe partial class GlobalMemory
{
    /// <summary>
    /// Makes many copies, in order, each with a status of its own: one that fails does not stop the others. Over a modelled link they are under
    /// way together. Consecutive copies of one segment translate it once.
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
        return CopyBatch(GetCache(), items, results);
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

        return CopyBatch(GetCache(), items, results[..items.Length]);
    }

    private int CopyBatch(TranslationCache cache, ReadOnlySpan<XcopyItem> items, Span<GlobalMemoryStatus> results)
    {
        cache.Enter();
        bool isDelayed = _table.HasLinks && DelayBatch(cache, items, results);
        int failed = 0;
        int next = 0;
        while (next < items.Length)
        {
            failed += CopyRun(cache, items, results, ref next, isDelayed);
            if (next < items.Length)
            {
                cache.Leave();
                cache.Enter();
            }
        }

        cache.Leave();
        return failed;
    }

    // Copies until the batch is done or so much was moved that it is time to let others look at the grants.
    private int CopyRun(TranslationCache cache, ReadOnlySpan<XcopyItem> items, Span<GlobalMemoryStatus> results, ref int next, bool isDelayed)
    {
        TranslationEntry* to = cache.Nowhere;
        TranslationEntry* from = cache.Nowhere;
        ulong room = SteppedCopy.LongestStep;
        int failed = 0;
        int i = next;
        for (; i < items.Length; i++)
        {
            if (results[i] == GlobalMemoryStatus.Success)
            {
                continue;
            }

            // What the copy before used is looked at first, without asking which set it is in.
            ref readonly XcopyItem item = ref items[i];
            ulong toOffset = item.To.VirtualAddress - to->Start;
            ulong fromOffset = item.From.VirtualAddress - from->Start;
            ulong last = (ulong)item.Length - 1;
            if (to->Holds(item.To, toOffset)
                && from->Holds(item.From, fromOffset)
                && last < to->Length - toOffset
                && last < from->Length - fromOffset
                && last < room
                && to->IsCurrent
                && from->IsCurrent)
            {
                CopyKernel.Copy(
                    (byte*)((nint)item.To.VirtualAddress + to->Delta), (byte*)((nint)item.From.VirtualAddress + from->Delta), item.Length);
                to->Uses++;
                from->Uses++;
                room -= last;
                if (to->IsCurrent && from->IsCurrent)
                {
                    results[i] = GlobalMemoryStatus.Success;
                    continue;
                }
            }
            else if (last >= room)
            {
                // At least one copy was made since the last look, or this one is longer than a step.
                if (room == SteppedCopy.LongestStep)
                {
                    failed += Book(ref results[i], CopyInSteps(cache, item.To, item.From, item.Length, isDelayed));
                    i++;
                }

                break;
            }

            // Also where the grant ended under the copy: it is tried again, to say why.
            failed += Book(ref results[i], CopyInSteps(cache, item.To, item.From, item.Length, isDelayed));
            to = cache.FindAtHand(item.To, isDelayed ? MappedWrite : NearWrite);
            from = cache.FindAtHand(item.From, isDelayed ? MappedRead : NearRead);
        }

        next = i;
        return failed;
    }

    private static int Book(ref GlobalMemoryStatus result, GlobalMemoryStatus status)
    {
        result = status;
        return status == GlobalMemoryStatus.Success ? 0 : 1;
    }

    // All copies set out at once; the batch takes effect when the last has arrived.
    private bool DelayBatch(TranslationCache cache, ReadOnlySpan<XcopyItem> items, Span<GlobalMemoryStatus> results)
    {
        long due = 0;
        for (int i = 0; i < items.Length; i++)
        {
            if (results[i] != GlobalMemoryStatus.Success)
            {
                FabricLink? outLink = LinkOf(cache, items[i].To);
                FabricLink? inLink = LinkOf(cache, items[i].From);
                due = Math.Max(due, SteppedCopy.Reserve(outLink, inLink, items[i].Length));
            }
        }

        SteppedCopy.Wait(cache, due);
        return true;
    }

    private static FabricLink? LinkOf(TranslationCache cache, in GlobalAddress address)
    {
        TranslationEntry* entry = cache.Find(address);
        return entry == null ? null : cache.RangeOf(entry).Link;
    }

    private static void ThrowTooShort(int items, int results) =>
        throw new ArgumentException($"There is room for {results} results, but {items} copies.", nameof(results));
}
