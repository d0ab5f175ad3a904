namespace Urma.Net.Providers.Loopback;

/// <summary>The atomics of URMA on memory this process can reach; all return the value before.</summary>
internal static unsafe class LoopbackAtomics
{
    public static ulong Execute(Opcode opcode, byte* address, bool isLong, ulong operand, ulong swap) => isLong
        ? Execute64(opcode, ref *(ulong*)address, operand, swap)
        : Execute32(opcode, ref *(uint*)address, (uint)operand, (uint)swap);

    private static ulong Execute64(Opcode opcode, ref ulong word, ulong operand, ulong swap) => opcode switch
    {
        Opcode.CompareSwap => Interlocked.CompareExchange(ref word, swap, operand),
        Opcode.Swap => Interlocked.Exchange(ref word, operand),
        Opcode.FetchAdd => Interlocked.Add(ref word, operand) - operand,
        Opcode.FetchSub => Interlocked.Add(ref word, 0 - operand) + operand,
        Opcode.FetchAnd => Interlocked.And(ref word, operand),
        Opcode.FetchOr => Interlocked.Or(ref word, operand),
        _ => Xor(ref word, operand),
    };

    private static uint Execute32(Opcode opcode, ref uint word, uint operand, uint swap) => opcode switch
    {
        Opcode.CompareSwap => Interlocked.CompareExchange(ref word, swap, operand),
        Opcode.Swap => Interlocked.Exchange(ref word, operand),
        Opcode.FetchAdd => Interlocked.Add(ref word, operand) - operand,
        Opcode.FetchSub => Interlocked.Add(ref word, 0 - operand) + operand,
        Opcode.FetchAnd => Interlocked.And(ref word, operand),
        Opcode.FetchOr => Interlocked.Or(ref word, operand),
        _ => Xor(ref word, operand),
    };

    private static ulong Xor(ref ulong word, ulong operand)
    {
        ulong seen = Volatile.Read(ref word);
        while (true)
        {
            ulong before = Interlocked.CompareExchange(ref word, seen ^ operand, seen);
            if (before == seen)
            {
                return before;
            }

            seen = before;
        }
    }

    private static uint Xor(ref uint word, uint operand)
    {
        uint seen = Volatile.Read(ref word);
        while (true)
        {
            uint before = Interlocked.CompareExchange(ref word, seen ^ operand, seen);
            if (before == seen)
            {
                return before;
            }

            seen = before;
        }
    }
}
