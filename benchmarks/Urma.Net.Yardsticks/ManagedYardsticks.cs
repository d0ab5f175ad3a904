using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Urma.Net.Measurement;

/// <summary>The loops of <c>native/yardstick</c> in C#, for machines without a C compiler. Keep the two in step.</summary>
/// <remarks>
/// The loops are optimised at their first call: a tiered method would spend its first, perhaps only, measurement in
/// unoptimised code.
/// </remarks>
internal sealed unsafe class ManagedYardsticks : Yardsticks
{
    // About 10 us of loads: far above any cache miss, so a healthy exchange never reads the clock while it waits.
    private const int SpinsPerCheck = 1 << 14;

    private const int FutexRoundsPerCheck = 1024;

    public override string Source => "C# fallback";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override ulong PingPongCore(
        ulong* mine, ulong* theirs, ulong start, ulong rounds, bool initiator, ulong limit)
    {
        long begin = Clock.NowNanoseconds;
        ulong deadline = Deadline(begin, limit);

        for (ulong round = 1; round <= rounds; round++)
        {
            ulong value = start + round;
            if (initiator)
            {
                Volatile.Write(ref *mine, value);
            }

            if (!Await(theirs, value, deadline))
            {
                return Expired;
            }

            if (!initiator)
            {
                Volatile.Write(ref *mine, value);
            }
        }

        return Since(begin);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override ulong CopyCore(void* destination, void* source, nuint bytes, ulong times)
    {
        long begin = Clock.NowNanoseconds;
        for (ulong copy = 0; copy < times; copy++)
        {
            NativeMemory.Copy(source, destination, bytes);
        }

        return Since(begin);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override ulong RingCore(
        in RingExchange ring, ulong start, ulong rounds, bool initiator, ulong limit)
    {
        byte* outbound = ring.Outbound;
        byte* inbound = ring.Inbound;
        byte* source = ring.Source;
        byte* destination = ring.Destination;
        nuint payload = ring.Payload;
        ulong slots = ring.Slots;
        nuint stride = SlotBytes(payload);
        ulong index = start % slots;
        long begin = Clock.NowNanoseconds;
        ulong deadline = Deadline(begin, limit);

        for (ulong round = 1; round <= rounds; round++)
        {
            ulong sequence = start + round;
            nuint offset = (nuint)index * stride;
            if (initiator)
            {
                Send(outbound + offset, source, payload, sequence);
            }

            if (!Await((ulong*)(inbound + offset), sequence, deadline))
            {
                return Expired;
            }

            NativeMemory.Copy(inbound + offset + sizeof(ulong), destination, payload);
            if (!initiator)
            {
                Send(outbound + offset, source, payload, sequence);
            }

            if (++index == slots)
            {
                index = 0;
            }
        }

        return Since(begin);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override ulong FutexHandoffCore(
        uint* mine, uint* theirs, uint start, uint rounds, bool initiator, ulong limit)
    {
        long begin = Clock.NowNanoseconds;
        ulong deadline = Deadline(begin, limit);

        for (uint round = 0; round < rounds; round++)
        {
            uint value = start + round + 1;
            if (initiator)
            {
                Futex.HandOver(mine, value);
            }

            if (!Futex.SleepUntil(theirs, value, deadline))
            {
                return Expired;
            }

            if (!initiator)
            {
                Futex.HandOver(mine, value);
            }

            if (round % FutexRoundsPerCheck == FutexRoundsPerCheck - 1 && HasPassed(deadline))
            {
                return Expired;
            }
        }

        return Since(begin);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override ulong FetchAddCore(ulong* target, ulong addend, ulong times)
    {
        long begin = Clock.NowNanoseconds;
        ulong latest = 0;
        for (ulong round = 0; round < times; round++)
        {
            latest = Interlocked.Add(ref *target, addend);
        }

        ulong elapsed = Since(begin);
        Consume(latest);
        return elapsed;
    }

    // A result that nobody used would let the JIT emit the cheaper "lock add", which fetches nothing.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Consume(ulong value) => _ = value;

    internal static bool HasPassed(ulong deadline) => (ulong)Clock.NowNanoseconds >= deadline;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Send(byte* slot, byte* source, nuint payload, ulong sequence)
    {
        NativeMemory.Copy(source, slot + sizeof(ulong), payload);
        Volatile.Write(ref *(ulong*)slot, sequence);
    }

    // No pause instruction: on several processors it costs more than the line transfer that is being measured.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Await(ulong* word, ulong expected, ulong deadline)
    {
        int spins = 0;
        while (Volatile.Read(ref *word) != expected)
        {
            if (++spins == SpinsPerCheck)
            {
                if (HasPassed(deadline))
                {
                    return false;
                }

                // Two sides that share a core make progress only if one lets the other run.
                Thread.Yield();
                spins = 0;
            }
        }

        return true;
    }

    private static ulong Deadline(long now, ulong limit) =>
        limit > ulong.MaxValue - (ulong)now ? ulong.MaxValue : (ulong)now + limit;

    private static ulong Since(long begin) => (ulong)(Clock.NowNanoseconds - begin);
}
