namespace Urma.Net.Collectives.Local;

/// <summary>A rank has come to a number.</summary>
internal readonly unsafe struct ProgressCondition(uint* progress, uint least, int peer) : ILocalCondition
{
    public int Peer => peer;

    public int[] Peers => [peer];

    public ulong Step => 0;

    public bool IsMet() => (int)(Volatile.Read(ref *progress) - least) >= 0;

    public bool IsBroken() => false;
}
