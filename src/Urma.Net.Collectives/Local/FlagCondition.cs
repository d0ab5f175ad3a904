namespace Urma.Net.Collectives.Local;

/// <summary>A flag carries a step's number and the call's signature.</summary>
internal readonly unsafe struct FlagCondition(ulong* flag, ulong expected, int peer) : ILocalCondition
{
    public int Peer => peer;

    public int[] Peers => [peer];

    public ulong Step => expected;

    public bool IsMet() => Volatile.Read(ref *flag) == expected;

    // The number is there, or past, and the signature is another's.
    public bool IsBroken()
    {
        ulong seen = Volatile.Read(ref *flag);
        return seen != expected && (int)((uint)seen - (uint)expected) >= 0 && seen != 0;
    }
}
