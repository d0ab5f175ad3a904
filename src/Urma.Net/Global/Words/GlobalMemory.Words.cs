using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Urma.Net.Global;

namespace Urma.Net;

/// <content>
/// Single words by address. Where memory is mapped these are the processor's loads, stores and atomics; where it is not, each is one
/// posted operation that is waited for: a round trip.
/// </content>
public sealed unsafe partial class GlobalMemory
{
    /// <summary>Loads a value, whole; later loads and stores of this thread stay behind it.</summary>
    /// <typeparam name="T">An unmanaged type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="address">Where; a multiple of the type's size.</param>
    /// <exception cref="ArgumentException">The address is not aligned.</exception>
    /// <exception cref="NotSupportedException">The type has another size.</exception>
    /// <exception cref="GlobalMemoryException">The address cannot be reached; says why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public T Load<T>(in GlobalAddress address)
        where T : unmanaged
    {
        CheckWord<T>(address, smallest: 1);
        T value;
        GlobalMemoryStatus status = CopyLocal(address, (byte*)&value, sizeof(T), isWrite: false);
        if (status != GlobalMemoryStatus.Success)
        {
            Throw(status, address, sizeof(T));
        }

        return value;
    }

    /// <summary>Stores a value, whole; it is in place when this returns, and earlier loads and stores of this thread were before it.</summary>
    /// <typeparam name="T">An unmanaged type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="address">Where; a multiple of the type's size.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The address is not aligned.</exception>
    /// <exception cref="NotSupportedException">The type has another size.</exception>
    /// <exception cref="GlobalMemoryException">The address cannot be reached; says why.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public void Store<T>(in GlobalAddress address, T value)
        where T : unmanaged
    {
        CheckWord<T>(address, smallest: 1);

        // On x86 stores keep their order by themselves.
        if (!X86Base.IsSupported)
        {
            Interlocked.MemoryBarrier();
        }

        GlobalMemoryStatus status = CopyLocal(address, (byte*)&value, sizeof(T), isWrite: true);
        if (status != GlobalMemoryStatus.Success)
        {
            Throw(status, address, sizeof(T));
        }
    }

    /// <summary>Atomically adds and returns the value before.</summary>
    /// <typeparam name="T">int, uint, long or ulong; another type is refused.</typeparam>
    /// <param name="address">Where; a multiple of the type's size.</param>
    /// <param name="value">What to add.</param>
    /// <exception cref="ArgumentException">The address is not aligned.</exception>
    /// <exception cref="NotSupportedException">Another type, or the provider has no atomics.</exception>
    /// <exception cref="GlobalMemoryException">
    /// The address cannot be reached, or is granted without atomics; says why. After <see cref="GlobalMemoryStatus.OwnerLost"/> and
    /// <see cref="GlobalMemoryStatus.Revoked"/> nobody knows whether it was made.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public T FetchAdd<T>(in GlobalAddress address, T value)
        where T : unmanaged
    {
        if (typeof(T) != typeof(int) && typeof(T) != typeof(uint) && typeof(T) != typeof(long) && typeof(T) != typeof(ulong))
        {
            throw new NotSupportedException("FetchAdd adds integers: use int, uint, long or ulong.");
        }

        return Execute(Opcode.FetchAdd, address, value, default);
    }

    /// <summary>Atomically stores and returns the value before.</summary>
    /// <typeparam name="T">An unmanaged type of 4 or 8 bytes.</typeparam>
    /// <param name="address">Where; a multiple of the type's size.</param>
    /// <param name="value">What to store.</param>
    /// <exception cref="ArgumentException">The address is not aligned.</exception>
    /// <exception cref="NotSupportedException">The type has another size, or the provider has no atomics.</exception>
    /// <exception cref="GlobalMemoryException">As <see cref="FetchAdd"/>.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public T Swap<T>(in GlobalAddress address, T value)
        where T : unmanaged => Execute(Opcode.Swap, address, value, default);

    /// <summary>Atomically replaces the value if it equals <paramref name="compare"/>; returns the value before.</summary>
    /// <typeparam name="T">An unmanaged type of 4 or 8 bytes.</typeparam>
    /// <param name="address">Where; a multiple of the type's size.</param>
    /// <param name="compare">What the word must hold.</param>
    /// <param name="value">What to store.</param>
    /// <exception cref="ArgumentException">The address is not aligned.</exception>
    /// <exception cref="NotSupportedException">The type has another size, or the provider has no atomics.</exception>
    /// <exception cref="GlobalMemoryException">As <see cref="FetchAdd"/>.</exception>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public T CompareSwap<T>(in GlobalAddress address, T compare, T value)
        where T : unmanaged => Execute(Opcode.CompareSwap, address, compare, value);

    private static void CheckWord<T>(in GlobalAddress address, int smallest)
        where T : unmanaged
    {
        if (sizeof(T) < smallest || sizeof(T) is not (1 or 2 or 4 or 8))
        {
            ThrowWidth(sizeof(T), smallest);
        }

        if ((address.VirtualAddress & (ulong)(sizeof(T) - 1)) != 0)
        {
            ThrowMisaligned(address, sizeof(T));
        }
    }

    private static ulong ToWord<T>(T value)
        where T : unmanaged => sizeof(T) == sizeof(ulong) ? Unsafe.BitCast<T, ulong>(value) : Unsafe.BitCast<T, uint>(value);

    private static T FromWord<T>(ulong word)
        where T : unmanaged => sizeof(T) == sizeof(ulong) ? Unsafe.BitCast<ulong, T>(word) : Unsafe.BitCast<uint, T>((uint)word);

    private T Execute<T>(Opcode opcode, in GlobalAddress address, T first, T second)
        where T : unmanaged
    {
        CheckWord<T>(address, smallest: sizeof(uint));
        GlobalMemoryStatus status = Execute(opcode, address, sizeof(T), ToWord(first), ToWord(second), out ulong before);
        if (status != GlobalMemoryStatus.Success)
        {
            Throw(status, address, sizeof(T));
        }

        return FromWord<T>(before);
    }

    private GlobalMemoryStatus Execute(Opcode opcode, in GlobalAddress address, int width, ulong first, ulong second, out ulong before)
    {
        before = 0;
        TranslationCache cache = GetCache();
        cache.Enter();
        TranslationEntry* entry = cache.Find(address);
        if (entry != null && ((entry->UasidAndFlags & TranslationEntry.CanWrite) == 0 || !entry->IsCurrent))
        {
            entry = cache.FindElsewhere(address, SegmentAccess.Write);
        }

        GlobalMemoryStatus status;
        if (entry == null)
        {
            status = cache.Fault;
        }
        else if (entry->Length - (address.VirtualAddress - entry->Start) < (ulong)width)
        {
            status = GlobalMemoryStatus.Unmapped;
        }
        else
        {
            TranslationRange range = cache.RangeOf(entry);
            byte* word = (byte*)((nint)address.VirtualAddress + entry->Delta);
            if ((range.Access & SegmentAccess.Atomic) == 0)
            {
                status = GlobalMemoryStatus.AccessDenied;
            }
            else if ((entry->UasidAndFlags & NearWrite) == NearWrite && IsByProcessor(range))
            {
                before = ExecuteHere(opcode, word, width, first, second);
                status = cache.IsUnchanged && entry->IsCurrent ? GlobalMemoryStatus.Success : range.State;
            }
            else
            {
                status = ExecuteThere(opcode, range, (long)(address.VirtualAddress - range.Start), width, first, second, out before);
            }
        }

        status = Closing(cache, status);
        cache.Leave();
        return status;
    }

    // A device's atomics and the processor's may not exclude each other: then everybody must use the device's, the owner, too.
    private bool IsByProcessor(TranslationRange range) =>
        _context.Capabilities.AtomicsAreGlobal || range.Owner is Segment { Access: not SegmentAccess.All };

    private GlobalMemoryStatus ExecuteThere(Opcode opcode, TranslationRange range, long offset, int width, ulong first, ulong second, out ulong before)
    {
        before = 0;
        if (_context.Capabilities.Atomics == AtomicSupport.None)
        {
            return GlobalMemoryStatus.CopyRefused;
        }

        if (range.Owner is not Segment own)
        {
            return _mover.Atomic(opcode, (TargetSegment)range.Owner, range, offset, width, first, second, out before);
        }

        try
        {
            return _mover.Atomic(opcode, own.ImportHere(), range, offset, width, first, second, out before);
        }
        catch (ObjectDisposedException)
        {
            return GlobalMemoryStatus.Revoked;
        }
        catch (UrmaException error)
        {
            System.Diagnostics.Trace.TraceWarning($"Memory of one's own cannot be reached as peers reach it: {error.Message}");
            return GlobalMemoryStatus.CopyRefused;
        }
    }

    private static ulong ExecuteHere(Opcode opcode, byte* word, int width, ulong first, ulong second)
    {
        if (width == sizeof(ulong))
        {
            ref ulong place = ref *(ulong*)word;
            return opcode switch
            {
                Opcode.FetchAdd => Interlocked.Add(ref place, first) - first,
                Opcode.Swap => Interlocked.Exchange(ref place, first),
                _ => Interlocked.CompareExchange(ref place, second, first),
            };
        }

        ref uint half = ref *(uint*)word;
        return opcode switch
        {
            Opcode.FetchAdd => Interlocked.Add(ref half, (uint)first) - (uint)first,
            Opcode.Swap => Interlocked.Exchange(ref half, (uint)first),
            _ => Interlocked.CompareExchange(ref half, (uint)second, (uint)first),
        };
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowWidth(int width, int smallest) => throw new NotSupportedException(
        smallest == 1
            ? $"A load or store is 1, 2, 4 or 8 bytes wide, not {width}: copy longer values with Xcopy."
            : $"An atomic access is 4 or 8 bytes wide, not {width}.");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowMisaligned(in GlobalAddress address, int width) =>
        throw new ArgumentException($"{address} must be a multiple of {width} for an access of that width.", nameof(address));
}
