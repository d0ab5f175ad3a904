namespace Urma.Net.Global;

/// <summary>Offsets and words of a <see cref="BorrowPool"/>'s directory.</summary>
internal static class BorrowLayout
{
    /// <summary>What the directory is for.</summary>
    public const ulong Kind = 0x1002;

    /// <summary>Most offers at one time.</summary>
    public const int MaxOffers = 512;

    public const int EntryLength = 128;
    public const int LengthWord = 8;
    public const int LenderWord = 16;
    public const int TenantWord = 24;
    public const int ProcessWord = 32;
    public const int TokenWord = 40;
    public const int DescriptorStart = 48;

    private const int BorrowerShift = 8;
    private const int RoundShift = 32;

    public static long ProcessQuota => SharedDirectory.BodyStart;

    public static long TenantQuota => SharedDirectory.BodyStart + 8;

    public static long BodyLength => EntryLength + (MaxOffers * EntryLength);

    /// <summary>An offer's first byte, which is its state word.</summary>
    public static long Entry(int index) => SharedDirectory.BodyStart + EntryLength + (index * EntryLength);

    public static BorrowState StateOf(ulong word) => (BorrowState)(byte)word;

    public static uint BorrowerOf(ulong word) => (uint)(word >> BorrowerShift) & 0xffff;

    public static uint RoundOf(ulong word) => (uint)(word >> RoundShift);

    /// <summary>The word after a change; an offer that is free again begins another round, so that no old word equals a new one.</summary>
    public static ulong Next(ulong word, BorrowState state, uint borrower) =>
        ((ulong)(RoundOf(word) + (state is BorrowState.Free or BorrowState.Empty ? 1u : 0)) << RoundShift)
        | ((ulong)borrower << BorrowerShift) | (byte)state;
}
