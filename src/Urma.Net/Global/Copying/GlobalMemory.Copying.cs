using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>Copying at once, on the calling thread.</summary>
public sealed unsafe partial class GlobalMemory
{
    private const uint WriteFlags = TranslationEntry.CanWrite | TranslationEntry.IsPlain;
    private const uint ReadFlags = TranslationEntry.CanRead | TranslationEntry.IsPlain;

    /// <summary>Copies between two addresses, of whatever nodes.</summary>
    /// <param name="destination">First byte to write.</param>
    /// <param name="source">First byte to read.</param>
    /// <param name="length">Bytes, 0 or more; 0 copies and checks nothing.</param>
    /// <exception cref="GlobalMemoryException">An end cannot be reached; says which and why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public void Xcopy(in GlobalAddress destination, in GlobalAddress source, long length)
    {
        GlobalMemoryStatus status = TryXcopy(destination, source, length);
        if (status != GlobalMemoryStatus.Success)
        {
            Throw(status, destination, source, length);
        }
    }

    /// <summary>As <see cref="Xcopy(in GlobalAddress, in GlobalAddress, long)"/>, and says how it ended instead of throwing.</summary>
    /// <param name="destination">First byte to write.</param>
    /// <param name="source">First byte to read.</param>
    /// <param name="length">Bytes, 0 or more; 0 copies and checks nothing.</param>
    public GlobalMemoryStatus TryXcopy(in GlobalAddress destination, in GlobalAddress source, long length)
    {
        TranslationCache cache = GetCache();
        cache.Enter();
        GlobalMemoryStatus status = Copy(cache, destination, source, length);
        cache.Leave();
        return status;
    }

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

    // Between Enter and Leave. The usual case: both ends are at hand, and one step does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GlobalMemoryStatus Copy(TranslationCache cache, in GlobalAddress destination, in GlobalAddress source, long length)
    {
        TranslationEntry* found = cache.Find(destination);
        if (found == null)
        {
            return CopyInSteps(cache, destination, source, length);
        }

        CopyEnd to = CopyEnd.From(found, destination);
        found = cache.Find(source);
        if (found == null)
        {
            return CopyInSteps(cache, destination, source, length);
        }

        CopyEnd from = CopyEnd.From(found, source);
        if ((to.Flags & WriteFlags) != WriteFlags
            || (from.Flags & ReadFlags) != ReadFlags
            || (ulong)(length - 1) >= Math.Min(Math.Min(to.Available, from.Available), SteppedCopy.LongestStep)
            || !to.IsCurrent
            || !from.IsCurrent)
        {
            return CopyInSteps(cache, destination, source, length);
        }

        CopyKernel.Copy(to.Pointer, from.Pointer, length);
        return to.IsCurrent && from.IsCurrent ? GlobalMemoryStatus.Success : SteppedCopy.WhyEnded(cache, to.IsCurrent ? source : destination);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private GlobalMemoryStatus CopyInSteps(
        TranslationCache cache, in GlobalAddress destination, in GlobalAddress source, long length, bool isDelayed = false) =>
        new SteppedCopy(this, cache, CopySide.At(destination), CopySide.At(source), length).Run(isDelayed);

    private GlobalMemoryStatus CopyLocal(in GlobalAddress remote, byte* local, int length, bool isWrite)
    {
        TranslationCache cache = GetCache();
        cache.Enter();
        GlobalMemoryStatus status = GlobalMemoryStatus.Success;
        TranslationEntry* found = cache.Find(remote);
        uint need = isWrite ? WriteFlags : ReadFlags;
        if (found != null
            && (found->UasidAndFlags & need) == need
            && CopyEnd.From(found, remote) is { IsCurrent: true } end
            && (ulong)((long)length - 1) < Math.Min(end.Available, SteppedCopy.LongestStep))
        {
            CopyKernel.Copy(isWrite ? end.Pointer : local, isWrite ? local : end.Pointer, length);
            status = end.IsCurrent ? GlobalMemoryStatus.Success : SteppedCopy.WhyEnded(cache, remote);
        }
        else
        {
            CopySide there = CopySide.At(remote);
            CopySide here = CopySide.Of(local);
            status = new SteppedCopy(this, cache, isWrite ? there : here, isWrite ? here : there, length).Run(isDelayed: false);
        }

        cache.Leave();
        return status;
    }
}
