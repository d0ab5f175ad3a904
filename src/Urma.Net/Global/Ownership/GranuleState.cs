namespace Urma.Net.Global;

/// <summary>
/// Who owns a granule, in one word: held, or pending, which is promised to a requester once those who lose it have ended their
/// scopes. A pending state also says what was held before, so that anybody can undo it.
/// </summary>
/// <remarks>Read from memory that anybody may have written: every value means something, nonsense means that nobody holds it.</remarks>
internal readonly struct GranuleState
{
    private const int OwnerShift = 2;
    private const int PendingShift = 8;
    private const int BeforeShift = 9;
    private const int MemberMask = 63;
    private const ulong HeldMask = 0xff;
    private const ulong PromiseMask = ((ulong)MemberMask << OwnerShift) | (1ul << PendingShift);

    private readonly ulong _word;

    public GranuleState(ulong word) => _word = word;

    private GranuleState(Ownership mode, int owner, bool pending, ulong before) =>
        _word = (ulong)mode | ((ulong)owner << OwnerShift) | (pending ? 1ul << PendingShift : 0) | (before << BeforeShift);

    public ulong Word => _word;

    /// <summary>What is held; where it is pending, what will be.</summary>
    public Ownership Mode => (_word & 3) == 3 ? Ownership.None : (Ownership)(_word & 3);

    /// <summary>The writer; where it is pending, the requester.</summary>
    public int Owner => (int)(_word >> OwnerShift) & MemberMask;

    public bool IsPending => ((_word >> PendingShift) & 1) != 0;

    /// <summary>Whether it is promised to a member, given its <see cref="PendingOver"/> nothing.</summary>
    public bool IsPendingOf(ulong promise) => (_word & PromiseMask) == promise;

    /// <summary>What a pending change replaces.</summary>
    public GranuleState Before => new((_word >> BeforeShift) & HeldMask);

    public static GranuleState Held(Ownership mode, int owner) => new(mode, mode == Ownership.Write ? owner : 0, pending: false, 0);

    /// <summary>The pending part of a state, to be laid over what is held (<see cref="Under"/>).</summary>
    public static ulong PendingOver(Ownership mode, int requester) => new GranuleState(mode, requester, pending: true, 0).Word;

    /// <summary>This held state under a pending one.</summary>
    public ulong Under(ulong pending) => pending | ((_word & HeldMask) << BeforeShift);

    /// <summary>Whether a member may do so much, given who may read.</summary>
    public bool Allows(int member, Ownership wanted, ulong readers) => !IsPending && wanted switch
    {
        Ownership.Write => Mode == Ownership.Write && Owner == member,
        _ => (Mode == Ownership.Write && Owner == member) || (Mode == Ownership.Read && ((readers >> member) & 1) != 0),
    };

    /// <summary>The members that may do less after a change than before it, given who may read now.</summary>
    public ulong Losers(int requester, Ownership wanted, ulong readers)
    {
        ulong self = 1ul << requester;
        ulong holders = Mode switch
        {
            Ownership.Write => 1ul << Owner,
            Ownership.Read => readers,
            _ => 0,
        };
        return wanted switch
        {
            Ownership.Write => holders & ~self,
            Ownership.Read => Mode == Ownership.Write ? holders : 0,
            _ => holders & self,
        };
    }
}
