using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Urma.Net.Exports;

/// <summary>
/// The structures that programs hold pointers to: C memory laid out as the header says, and behind it, in a place programs know
/// nothing of, what leads to the managed object.
/// </summary>
internal static unsafe class Blocks
{
    private static uint _copy;

    /// <summary>Tells this copy of the library from others in the process, whose objects are none of ours.</summary>
    /// <param name="address">Of something in this copy.</param>
    public static void Distinguish(void* address) => _copy = (uint)((nuint)address >> 4);

    /// <summary>A zeroed structure that leads to nothing yet. Give it back with <see cref="NativeMemory.Free"/> or <see cref="Free"/>.</summary>
    public static T* Allocate<T>()
        where T : unmanaged => (T*)NativeMemory.AllocZeroed((nuint)(sizeof(T) + sizeof(BlockTail)));

    /// <summary>Makes a structure lead to an object; what it led to before is let go.</summary>
    /// <param name="block">The structure.</param>
    /// <param name="owner">The object.</param>
    /// <param name="kind">What it is.</param>
    public static void Attach<T>(T* block, object owner, BlockKind kind)
        where T : unmanaged
    {
        Retire(block);
        BlockTail* tail = TailOf(block);
        tail->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(owner));
        tail->Kind = OwnKind(kind);
    }

    /// <summary>A structure that leads to an object.</summary>
    public static T* Create<T>(object owner, BlockKind kind)
        where T : unmanaged
    {
        T* block = Allocate<T>();
        Attach(block, owner, kind);
        return block;
    }

    /// <summary>The object behind a structure; null for NULL, and for what is no such structure (any more).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TObject? Find<TObject, T>(T* block, BlockKind kind)
        where TObject : class
        where T : unmanaged
    {
        if (block == null)
        {
            return null;
        }

        BlockTail* tail = TailOf(block);
        return tail->Kind == OwnKind(kind) ? Unsafe.As<TObject>(GCHandle.FromIntPtr(tail->Handle).Target) : null;
    }

    /// <summary>Cuts a structure off from its object; the memory stays, for <see cref="NativeMemory.Free"/>.</summary>
    public static void Retire<T>(T* block)
        where T : unmanaged
    {
        BlockTail* tail = TailOf(block);
        tail->Kind = BlockKind.None;
        if (tail->Handle != 0)
        {
            GCHandle.FromIntPtr(tail->Handle).Free();
            tail->Handle = 0;
        }
    }

    /// <summary>Gives a structure back. Pointers to it end here.</summary>
    public static void Free<T>(T* block)
        where T : unmanaged
    {
        Retire(block);
        NativeMemory.Free(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static BlockKind OwnKind(BlockKind kind) => (BlockKind)((uint)kind ^ _copy);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static BlockTail* TailOf<T>(T* block)
        where T : unmanaged => (BlockTail*)(block + 1);

    [StructLayout(LayoutKind.Sequential)]
    private struct BlockTail
    {
        public nint Handle;
        public BlockKind Kind;
    }
}
