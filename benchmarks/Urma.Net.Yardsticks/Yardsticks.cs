using System.Runtime.CompilerServices;

namespace Urma.Net.Measurement;

/// <summary>
/// What this machine can do between two processes with plain loops on shared memory: the reference beside which every
/// measurement of Urma.Net is reported, taken in the same run.
/// </summary>
/// <remarks>
/// <para>
/// The caller supplies the memory, as pointers into a mapping that both processes share; no pointer is kept. The two
/// sides of an exchange call the same method at the same time with the same numbers and opposite
/// <c>initiator</c>. They may run different implementations: loops and layout are equal in C and in C#.
/// </para>
/// <para>
/// All methods are safe from any thread, hold no state, and allocate nothing on success. Results are nanoseconds of
/// <see cref="Clock"/>. Pin the threads first (<see cref="CpuPinning"/>); the methods do not.
/// </para>
/// <para>
/// A method that waits for its peer throws <see cref="TimeoutException"/> when its limit passes first. The limit
/// bounds the whole call, is checked a few thousand times per second at most, and costs nothing while the peer answers.
/// After a timeout the words and rings are in an unknown state: zero them before the next use.
/// </para>
/// </remarks>
public abstract unsafe class Yardsticks
{
    /// <summary>Bytes to keep between words written by different sides, and the alignment of rings.</summary>
    public const int LineSpacing = 128;

    private static readonly Lazy<(NativeYardsticks? Yardsticks, string? Reason)> LoadedNative = new(() =>
    {
        NativeYardsticks? native = NativeYardsticks.TryLoad(AppContext.BaseDirectory, out string? reason);
        return (native, reason);
    });

    private protected Yardsticks()
    {
    }

    /// <summary>The C implementation where <c>liburma_yardstick.so</c> lies beside the program, otherwise the C# one.</summary>
    public static Yardsticks Current => Native ?? Managed;

    /// <summary>The C implementation, or null when its library is absent or of another version.</summary>
    public static Yardsticks? Native => LoadedNative.Value.Yardsticks;

    /// <summary>Why <see cref="Native"/> is null and what to do about it, in a sentence; null when it is not.</summary>
    public static string? NativeAbsenceReason => LoadedNative.Value.Reason;

    /// <summary>The C# implementation, which works everywhere.</summary>
    public static Yardsticks Managed { get; } = new ManagedYardsticks();

    /// <summary>Where the numbers come from, for the report: "C (gcc 14.2.0)" or "C# fallback".</summary>
    public abstract string Source { get; }

    /// <summary>
    /// Passes a number back and forth between two cores. Both words must hold <paramref name="start"/> beforehand; both
    /// hold <c>start + rounds</c> afterwards, which is the next call's start.
    /// </summary>
    /// <param name="mine">The 8-byte aligned word this side writes: the peer's <paramref name="theirs"/>.</param>
    /// <param name="theirs">The word this side watches, at least <see cref="LineSpacing"/> bytes away.</param>
    /// <param name="start">The value both words hold now.</param>
    /// <param name="rounds">Round trips, 1 or more. Some 250,000 take about 50 ms.</param>
    /// <param name="initiator">True on the side that writes first; exactly one side.</param>
    /// <param name="limit">Longest duration of the call.</param>
    /// <returns>Nanoseconds taken. On the initiator the one-way time L is <c>result / (2 * rounds)</c>.</returns>
    /// <exception cref="TimeoutException">The peer did not keep up within <paramref name="limit"/>.</exception>
    public long PingPong(void* mine, void* theirs, ulong start, long rounds, bool initiator, TimeSpan limit)
    {
        RequireAligned(mine, sizeof(ulong));
        RequireAligned(theirs, sizeof(ulong));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        ulong elapsed = PingPongCore((ulong*)mine, (ulong*)theirs, start, (ulong)rounds, initiator, Nanoseconds(limit));
        return Checked(elapsed, limit);
    }

    /// <summary>Copies a block of memory repeatedly.</summary>
    /// <param name="destination">Where to; must not overlap the source.</param>
    /// <param name="source">Where from.</param>
    /// <param name="bytes">Size of the block.</param>
    /// <param name="times">How often to copy it, 1 or more. The call has no other bound.</param>
    /// <returns>Nanoseconds taken; the bandwidth in GB/s is <c>bytes * times / result</c>.</returns>
    public long Copy(void* destination, void* source, nuint bytes, long times)
    {
        RequireNotNull(destination);
        RequireNotNull(source);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times);
        return (long)CopyCore(destination, source, bytes, (ulong)times);
    }

    /// <summary>The shared memory that one direction of <see cref="Ring"/> needs.</summary>
    /// <param name="payload">Bytes per message.</param>
    /// <param name="slots">Messages the ring has room for, 1 or more.</param>
    /// <returns>A multiple of <see cref="LineSpacing"/>.</returns>
    /// <exception cref="OverflowException">The ring would not fit the address space.</exception>
    public static nuint RingBytes(nuint payload, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        return checked(SlotBytes(payload) * (nuint)slots);
    }

    /// <summary>
    /// Passes messages back and forth through two rings: each is copied from private memory into a shared slot,
    /// published by its sequence number, and copied out into private memory by the receiver.
    /// </summary>
    /// <param name="outbound">This side's ring, <see cref="RingBytes"/> long, aligned to <see cref="LineSpacing"/>, zero at first use.</param>
    /// <param name="inbound">The peer's ring, alike.</param>
    /// <param name="source">Private memory with the message to send, <paramref name="payload"/> bytes.</param>
    /// <param name="destination">Private memory for the message received, alike.</param>
    /// <param name="payload">Bytes per message; 0 passes sequence numbers only.</param>
    /// <param name="slots">Messages each ring has room for, 1 or more.</param>
    /// <param name="start">Round trips made through these rings so far; 0 on fresh ones.</param>
    /// <param name="rounds">Round trips to make, 1 or more.</param>
    /// <param name="initiator">True on the side that sends first; exactly one side.</param>
    /// <param name="limit">Longest duration of the call.</param>
    /// <returns>Nanoseconds taken. On the initiator the one-way time is <c>result / (2 * rounds)</c>.</returns>
    /// <exception cref="TimeoutException">The peer did not keep up within <paramref name="limit"/>.</exception>
    public long Ring(
        void* outbound,
        void* inbound,
        void* source,
        void* destination,
        nuint payload,
        int slots,
        ulong start,
        long rounds,
        bool initiator,
        TimeSpan limit)
    {
        RequireAligned(outbound, LineSpacing);
        RequireAligned(inbound, LineSpacing);
        RequireNotNull(source);
        RequireNotNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        _ = RingBytes(payload, slots);
        var ring = new RingExchange((byte*)outbound, (byte*)inbound, (byte*)source, (byte*)destination, payload, (ulong)slots);
        ulong elapsed = RingCore(ring, start, (ulong)rounds, initiator, Nanoseconds(limit));
        return Checked(elapsed, limit);
    }

    /// <summary>
    /// Passes a number back and forth between two sides that sleep in the kernel while they wait. With both pinned to
    /// one core it is the least that two processes sharing a core must pay to take turns.
    /// </summary>
    /// <param name="mine">The 4-byte aligned word this side writes: the peer's <paramref name="theirs"/>.</param>
    /// <param name="theirs">The word this side waits for, at least <see cref="LineSpacing"/> bytes away.</param>
    /// <param name="start">The value both words hold now; they hold <c>start + rounds</c> afterwards.</param>
    /// <param name="rounds">Round trips, 1 or more. Some 5,000 take about 50 ms.</param>
    /// <param name="initiator">True on the side that writes first; exactly one side.</param>
    /// <param name="limit">Longest duration of the call; noticed up to 0.1 s late.</param>
    /// <returns>Nanoseconds taken. On the initiator one handoff took <c>result / (2 * rounds)</c>.</returns>
    /// <exception cref="TimeoutException">The peer did not keep up within <paramref name="limit"/>.</exception>
    public long FutexHandoff(void* mine, void* theirs, uint start, int rounds, bool initiator, TimeSpan limit)
    {
        RequireAligned(mine, sizeof(uint));
        RequireAligned(theirs, sizeof(uint));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        ulong elapsed = FutexHandoffCore((uint*)mine, (uint*)theirs, start, (uint)rounds, initiator, Nanoseconds(limit));
        return Checked(elapsed, limit);
    }

    /// <summary>Adds to a shared word again and again, with one atomic fetch-and-add each time.</summary>
    /// <param name="target">The 8-byte aligned word.</param>
    /// <param name="addend">What each step adds, modulo 2^64.</param>
    /// <param name="times">Number of steps, 1 or more. The call has no other bound.</param>
    /// <returns>Nanoseconds taken; the rate in millions per second is <c>times * 1000 / result</c>.</returns>
    public long FetchAdd(void* target, ulong addend, long times)
    {
        RequireAligned(target, sizeof(ulong));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times);
        return (long)FetchAddCore((ulong*)target, addend, (ulong)times);
    }

    /// <summary>What an implementation returns when the limit passed; no measurement takes 584 years.</summary>
    private protected const ulong Expired = ulong.MaxValue;

    private protected abstract ulong PingPongCore(
        ulong* mine, ulong* theirs, ulong start, ulong rounds, bool initiator, ulong limit);

    private protected abstract ulong CopyCore(void* destination, void* source, nuint bytes, ulong times);

    private protected abstract ulong RingCore(
        in RingExchange ring, ulong start, ulong rounds, bool initiator, ulong limit);

    private protected abstract ulong FutexHandoffCore(
        uint* mine, uint* theirs, uint start, uint rounds, bool initiator, ulong limit);

    private protected abstract ulong FetchAddCore(ulong* target, ulong addend, ulong times);

    private protected static nuint SlotBytes(nuint payload) =>
        checked(sizeof(ulong) + payload + (LineSpacing - 1)) / LineSpacing * LineSpacing;

    private static ulong Nanoseconds(TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero);
        // Ticks are 100 ns. Saturating: TimeSpan.MaxValue must mean "practically never", not wrap around.
        return (ulong)Math.Min(limit.Ticks, long.MaxValue / 100) * 100;
    }

    private static long Checked(ulong elapsed, TimeSpan limit)
    {
        if (elapsed == Expired)
        {
            throw new TimeoutException(
                $"The other side of the yardstick did not answer within {limit}. Check that it is alive, that both sides " +
                "ask for the same number of rounds, and that exactly one of them is the initiator.");
        }

        return (long)elapsed;
    }

    private static void RequireNotNull(void* pointer, [CallerArgumentExpression(nameof(pointer))] string? name = null) =>
        ArgumentNullException.ThrowIfNull(pointer, name);

    private static void RequireAligned(
        void* pointer, int alignment, [CallerArgumentExpression(nameof(pointer))] string? name = null)
    {
        RequireNotNull(pointer, name);
        if ((nuint)pointer % (nuint)alignment != 0)
        {
            throw new ArgumentException($"The address 0x{(nuint)pointer:x} must be a multiple of {alignment}.", name);
        }
    }
}
