using System.Runtime.CompilerServices;

namespace Urma.Net.Global;

/// <summary>
/// How a <see cref="GlobalLock"/> lies in shared memory: what is seldom written, the next position, the members, the places.
/// A place's word is <c>round (48) | member (8) | sleeps (1 of 8) | state (4)</c>; its position is round × places + index. Positions are
/// taken in order, each by one compare-and-swap that also says who took it, so that no place is ever without an owner.
/// </summary>
internal static unsafe class GlobalLockLayout
{
    public const ulong Magic = 0x0001_4B4C_4D52_5501; // version 1 in the highest two bytes
    public const int DiedOffset = 8;
    public const int RepairedOffset = 16;
    public const int NextOffset = 128;
    public const int MembersOffset = 256;
    public const int MemberSize = 128;
    public const int MaxMembers = 64;
    public const int PlacesOffset = MembersOffset + (MaxMembers * MemberSize);
    public const int PlaceSize = 128;
    public const int Places = 1 << PlaceBits;
    public const int FutexOffset = 8;
    public const int Size = PlacesOffset + (Places * PlaceSize);

    public const ulong Sleeps = 0x10;

    private const int PlaceBits = 7;
    private const int RoundShift = 16;
    private const int MemberShift = 8;

    // Only damage makes more: a billion acquisitions per second need days for them.
    private const ulong MostRounds = 1UL << 44;

    /// <summary>The place's word for a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(ulong position, int member, PlaceState state) =>
        ((position >> PlaceBits) << RoundShift) | ((ulong)(uint)member << MemberShift) | (ulong)state;

    /// <summary>The same word in another state, and nobody asleep.</summary>
    public static ulong With(ulong word, PlaceState state) => (word & ~0xFFUL) | (ulong)state;

    /// <summary>Which position a word found at the place of <paramref name="position"/> stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong PositionOf(ulong word, ulong position) => ((word >> RoundShift) << PlaceBits) | (position & (Places - 1));

    public static PlaceState StateOf(ulong word) => (PlaceState)(word & 0xF);

    public static int MemberOf(ulong word) => (int)(word >> MemberShift) & 0xFF;

    /// <summary>Whether the word is of a place that can be taken for <paramref name="position"/>: one round old and given up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFreeFor(ulong word, ulong position) =>
        word >> RoundShift == (position >> PlaceBits) - 1 && (word & 0xFFFF) is (ulong)PlaceState.Clear or (ulong)PlaceState.Done;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ulong Place(byte* start, ulong position) =>
        ref *(ulong*)(start + PlacesOffset + ((nuint)(position & (Places - 1)) * PlaceSize));

    public static int* Futex(byte* start, ulong position) =>
        (int*)(start + PlacesOffset + ((nuint)(position & (Places - 1)) * PlaceSize) + FutexOffset);

    public static byte* Member(byte* start, int member) => start + MembersOffset + (member * MemberSize);

    /// <summary>
    /// Makes a lock that nobody holds. Where there was one its positions and generations of members go on, so that neither fences nor
    /// those who still believe to be in it take the old for the new.
    /// </summary>
    public static void Initialize(byte* start)
    {
        bool goesOn = Volatile.Read(ref *(ulong*)start) == Magic;
        ulong first = goesOn ? (LastRound(start) + 1) << PlaceBits : 0;
        Span<ulong> members = stackalloc ulong[MaxMembers];
        members.Clear();
        for (int member = 0; goesOn && member < MaxMembers; member++)
        {
            members[member] = *(ulong*)Member(start, member) >> 32 << 32;
        }

        new Span<byte>(start, Size).Clear();
        for (ulong index = 0; index < Places; index++)
        {
            Place(start, index) = Word(first + index, 0, PlaceState.Clear);
        }

        for (int member = 0; member < MaxMembers; member++)
        {
            *(ulong*)Member(start, member) = members[member];
        }

        *(ulong*)(start + NextOffset) = first + Places;
        Volatile.Write(ref *(ulong*)start, Magic);
    }

    private static ulong LastRound(byte* start)
    {
        ulong last = 0;
        for (ulong index = 0; index < Places; index++)
        {
            ulong round = Place(start, index) >> RoundShift;
            if (round <= MostRounds)
            {
                last = Math.Max(last, round);
            }
        }

        return last;
    }
}
