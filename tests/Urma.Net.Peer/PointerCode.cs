using System.Runtime.CompilerServices;

namespace Urma.Net.Peer;

/// <summary>The same work through a local and through a global pointer, for a look at what the compiler makes of both.</summary>
internal static unsafe class PointerCode
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long LoadLocal(long* pointer) => *pointer;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long LoadGlobal(GlobalPointer<long> pointer) => pointer.Value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void StoreLocal(long* pointer, long value) => *pointer = value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void StoreGlobal(GlobalPointer<long> pointer, long value) => pointer.Value = value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long ElementLocal(long* pointer, nint index) => pointer[index];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long ElementGlobal(GlobalPointer<long> pointer, nint index) => pointer[index];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long SumLocal(long* pointer, int count)
    {
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += pointer[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long SumGlobal(GlobalPointer<long> pointer, int count)
    {
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += pointer[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long WalkLocal(LocalNode* node)
    {
        long sum = 0;
        while (node != null)
        {
            sum += node->Value;
            node = node->Next;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long WalkGlobal(GlobalPointer<HeapNode> node)
    {
        long sum = 0;
        while (!node.IsNull)
        {
            sum += node.Value.Value;
            node = node.Value.Next;
        }

        return sum;
    }

    /// <summary>Has all of them compiled.</summary>
    public static long RunAll()
    {
        long word = 1;
        LocalNode local = default;
        HeapNode global = default;
        var pointer = new GlobalPointer<long>((nint)(&word));
        StoreLocal(&word, 2);
        StoreGlobal(pointer, 3);
        return LoadLocal(&word) + LoadGlobal(pointer) + ElementLocal(&word, 0) + ElementGlobal(pointer, 0) + SumLocal(&word, 1) + SumGlobal(pointer, 1)
            + WalkLocal(&local) + WalkGlobal(new GlobalPointer<HeapNode>((nint)(&global)));
    }

    internal struct LocalNode
    {
        public long Value;
        public LocalNode* Next;
    }
}
