using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>Copying at once, on the calling thread.</summary>
public sealed unsafe partial class GlobalMemory
{
    private const uint MappedWrite = TranslationEntry.CanWrite | TranslationEntry.IsMapped;
    private const uint MappedRead = TranslationEntry.CanRead | TranslationEntry.IsMapped;
    private const uint NearWrite = MappedWrite | TranslationEntry.IsNear;
    private const uint NearRead = MappedRead | TranslationEntry.IsNear;

    /// <summary>Copies between two addresses, of whatever nodes.</summary>
    /// <param name="destination">First byte to write.</param>
    /// <param name="source">First byte to read.</param>
    /// <param name="length">Bytes, 0 or more; 0 copies and checks nothing.</param>
    /// <exception cref="GlobalMemoryException">An end cannot be reached; says which and why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public void Xcopy(in GlobalAddress destination, in GlobalAddress source, long length)
    {
        GlobalMemoryStatus status = CopyAtOnce(destination, source, length);
        if (status != GlobalMemoryStatus.Success)
        {
            Throw(status, destination, source, length);
        }
    }

    /// <summary>As <see cref="Xcopy(in GlobalAddress, in GlobalAddress, long)"/>, and says how it ended instead of throwing.</summary>
    /// <param name="destination">First byte to write.</param>
    /// <param name="source">First byte to read.</param>
    /// <param name="length">Bytes, 0 or more; 0 copies and checks nothing.</param>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public GlobalMemoryStatus TryXcopy(in GlobalAddress destination, in GlobalAddress source, long length) =>
        CopyAtOnce(destination, source, length);

    /// <summary>Copies ordinary memory of this process to an address.</summary>
    /// <param name="destination">First byte to write.</param>
    /// <param name="source">What to write; need not be registered.</param>
    /// <exception cref="GlobalMemoryException">The destination cannot be reached; says why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public void Xcopy(in GlobalAddress destination, ReadOnlySpan<byte> source)
    {
        GlobalMemoryStatus status = TryXcopy(destination, source);
        if (status != GlobalMemoryStatus.Success)
        {
            Throw(status, destination, source.Length);
        }
    }

    /// <summary>As <see cref="Xcopy(in GlobalAddress, ReadOnlySpan{byte})"/>, and says how it ended instead of throwing.</summary>
    /// <param name="destination">First byte to write.</param>
    /// <param name="source">What to write; need not be registered.</param>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public GlobalMemoryStatus TryXcopy(in GlobalAddress destination, ReadOnlySpan<byte> source)
    {
        fixed (byte* local = source)
        {
            return CopyLocal(destination, local, source.Length, isWrite: true);
        }
    }

    /// <summary>Copies from an address into ordinary memory of this process.</summary>
    /// <param name="destination">What to fill; need not be registered.</param>
    /// <param name="source">First byte to read.</param>
    /// <exception cref="GlobalMemoryException">The source cannot be reached; says why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public void Xcopy(Span<byte> destination, in GlobalAddress source)
    {
        GlobalMemoryStatus status = TryXcopy(destination, source);
        if (status != GlobalMemoryStatus.Success)
        {
            Throw(status, source, destination.Length);
        }
    }

    /// <summary>As <see cref="Xcopy(Span{byte}, in GlobalAddress)"/>, and says how it ended instead of throwing.</summary>
    /// <param name="destination">What to fill; need not be registered.</param>
    /// <param name="source">First byte to read.</param>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public GlobalMemoryStatus TryXcopy(Span<byte> destination, in GlobalAddress source)
    {
        fixed (byte* local = destination)
        {
            return CopyLocal(source, local, destination.Length, isWrite: false);
        }
    }

    // Which end it was is looked up again: only failures pay for it.
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Throw(GlobalMemoryStatus fault, in GlobalAddress destination, in GlobalAddress source, long length) =>
        Throw(fault, Query(destination, length, forWriting: true) == GlobalMemoryStatus.Success ? source : destination, length);

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Throw(GlobalMemoryStatus fault, in GlobalAddress address, long length)
    {
        ObjectDisposedException.ThrowIf(_closed, _context);
        throw new GlobalMemoryException(fault, address, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GlobalMemoryStatus CopyAtOnce(in GlobalAddress destination, in GlobalAddress source, long length)
    {
        TranslationCache cache = GetCache();
        return cache.Sampler.IsDue() ? CopyTimed(cache, destination, source, length) : CopyNow(cache, destination, source, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private GlobalMemoryStatus CopyTimed(TranslationCache cache, in GlobalAddress destination, in GlobalAddress source, long length)
    {
        long began = cache.Sampler.Begin();
        GlobalMemoryStatus status = CopyNow(cache, destination, source, length);
        EndTime(cache, status, began, System.Diagnostics.Stopwatch.GetTimestamp());
        return status;
    }

    // The block may go as soon as the thread is not inside any more.
    private static void EndTime(TranslationCache cache, GlobalMemoryStatus status, long began, long ended)
    {
        if (status == GlobalMemoryStatus.Success)
        {
            cache.Enter();
            cache.Sampler.End(UrmaOperation.Xcopy, began, ended, peer: -1);
            cache.Leave();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GlobalMemoryStatus CopyNow(TranslationCache cache, in GlobalAddress destination, in GlobalAddress source, long length)
    {
        cache.Enter();
        TranslationEntry* to = cache.PairDestination;
        TranslationEntry* from = cache.PairSource;
        ulong toOffset = destination.VirtualAddress - to->Start;
        ulong fromOffset = source.VirtualAddress - from->Start;
        GlobalMemoryStatus status;
        if (to->Holds(destination, toOffset)
            && from->Holds(source, fromOffset)
            && (to->UasidAndFlags & from->UasidAndFlags & TranslationEntry.IsNear) != 0
            && IsOneStep(to, toOffset, from, fromOffset, destination, source, length))
        {
            to->Uses++;
            from->Uses++;
            status = CopyStep(cache, to, from, destination, source, length);
        }
        else
        {
            status = CopyTranslated(cache, destination, source, length);
        }

        Count(cache, status, length);
        cache.Leave();
        return status;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Count(TranslationCache cache, GlobalMemoryStatus status, long length)
    {
        if (status == GlobalMemoryStatus.Success)
        {
            cache.Block->CountXcopies(1, length);
        }
    }

    // Between Enter and Leave. Both ends are looked up, and kept at hand for the next copy.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private GlobalMemoryStatus CopyTranslated(TranslationCache cache, in GlobalAddress destination, in GlobalAddress source, long length)
    {
        TranslationEntry* to = cache.Find(destination);
        TranslationEntry* from = cache.Find(source);

        // In a cache of one entry the second has taken the place of the first.
        if (to == null
            || from == null
            || !to->Matches(destination)
            || (to->UasidAndFlags & MappedWrite) != MappedWrite
            || (from->UasidAndFlags & MappedRead) != MappedRead
            || !IsOneStep(to, destination.VirtualAddress - to->Start, from, source.VirtualAddress - from->Start, destination, source, length))
        {
            return CopyInSteps(cache, destination, source, length);
        }

        cache.KeepPair(to, from);
        if ((to->UasidAndFlags & from->UasidAndFlags & TranslationEntry.IsNear) == 0)
        {
            SteppedCopy.WaitForLinks(cache, cache.RangeOf(to).Link, cache.RangeOf(from).Link, length);
            if (!to->Matches(destination) || !from->Matches(source) || !to->IsCurrent || !from->IsCurrent)
            {
                return Closing(cache, new SteppedCopy(this, cache, CopySide.At(destination), CopySide.At(source), length).Run());
            }
        }

        return CopyStep(cache, to, from, destination, source, length);
    }

    // Whether one move does: it stays inside of both entries, is not too long, and its ends are not the same memory mapped twice, which
    // addresses that overlap through different entries may be.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOneStep(
        TranslationEntry* to, ulong toOffset, TranslationEntry* from, ulong fromOffset, in GlobalAddress destination, in GlobalAddress source, long length)
    {
        ulong last = (ulong)length - 1;
        ulong apart = destination.VirtualAddress - source.VirtualAddress;
        return last < to->Length - toOffset
            && last < from->Length - fromOffset
            && last < SteppedCopy.LongestStep
            && (to == from || (apart > last && 0 - apart > last))
            && to->IsCurrent
            && from->IsCurrent;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static GlobalMemoryStatus CopyStep(
        TranslationCache cache, TranslationEntry* to, TranslationEntry* from, in GlobalAddress destination, in GlobalAddress source, long length)
    {
        CopyKernel.Copy(
            (byte*)((nint)destination.VirtualAddress + to->Delta), (byte*)((nint)source.VirtualAddress + from->Delta), length);
        return cache.IsUnchanged && to->IsCurrent && from->IsCurrent ? GlobalMemoryStatus.Success : HowEnded(cache, to, from);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static GlobalMemoryStatus HowEnded(TranslationCache cache, TranslationEntry* to, TranslationEntry* from)
    {
        GlobalMemoryStatus status = cache.RangeOf(to).State;
        return status == GlobalMemoryStatus.Success ? cache.RangeOf(from).State : status;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private GlobalMemoryStatus CopyInSteps(TranslationCache cache, in GlobalAddress destination, in GlobalAddress source, long length)
    {
        var copy = new SteppedCopy(this, cache, CopySide.At(destination), CopySide.At(source), length);
        GlobalMemoryStatus status = copy.Begin(out long due, out long discount);
        SteppedCopy.Wait(cache, due - discount);
        return Closing(cache, status == GlobalMemoryStatus.Success ? copy.Run() : status);
    }

    private GlobalMemoryStatus CopyLocal(in GlobalAddress remote, byte* local, int length, bool isWrite)
    {
        TranslationCache cache = GetCache();
        return cache.Sampler.IsDue() ? CopyLocalTimed(cache, remote, local, length, isWrite) : CopyLocalNow(cache, remote, local, length, isWrite);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private GlobalMemoryStatus CopyLocalTimed(TranslationCache cache, in GlobalAddress remote, byte* local, int length, bool isWrite)
    {
        long began = cache.Sampler.Begin();
        GlobalMemoryStatus status = CopyLocalNow(cache, remote, local, length, isWrite);
        EndTime(cache, status, began, System.Diagnostics.Stopwatch.GetTimestamp());
        return status;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GlobalMemoryStatus CopyLocalNow(TranslationCache cache, in GlobalAddress remote, byte* local, int length, bool isWrite)
    {
        cache.Enter();
        GlobalMemoryStatus status = GlobalMemoryStatus.Success;
        TranslationEntry* found = cache.Find(remote);
        uint need = isWrite ? NearWrite : NearRead;
        ulong offset = remote.VirtualAddress - (found == null ? 0 : found->Start);
        ulong last = (ulong)(long)length - 1;
        if (found != null
            && (found->UasidAndFlags & need) == need
            && last < found->Length - offset
            && last < SteppedCopy.LongestStep
            && found->IsCurrent)
        {
            byte* there = (byte*)((nint)remote.VirtualAddress + found->Delta);
            CopyKernel.Copy(isWrite ? there : local, isWrite ? local : there, length);
            status = cache.IsUnchanged && found->IsCurrent ? GlobalMemoryStatus.Success : cache.RangeOf(found).State;
        }
        else
        {
            status = CopyLocalInSteps(cache, remote, local, length, isWrite);
        }

        Count(cache, status, length);
        cache.Leave();
        return status;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private GlobalMemoryStatus CopyLocalInSteps(TranslationCache cache, in GlobalAddress remote, byte* local, int length, bool isWrite)
    {
        CopySide there = CopySide.At(remote);
        CopySide here = CopySide.Of(local);
        var copy = new SteppedCopy(this, cache, isWrite ? there : here, isWrite ? here : there, length);
        GlobalMemoryStatus status = copy.Begin(out long due, out long discount);
        SteppedCopy.Wait(cache, due - discount);
        return Closing(cache, status == GlobalMemoryStatus.Success ? copy.Run() : status);
    }

    // A closed context has no addresses: that says more than that they lead nowhere.
    private GlobalMemoryStatus Closing(TranslationCache cache, GlobalMemoryStatus status)
    {
        if (status != GlobalMemoryStatus.Success && _closed)
        {
            cache.Leave();
            throw new ObjectDisposedException(nameof(UrmaContext));
        }

        return status;
    }
}
