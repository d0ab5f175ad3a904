namespace Urma.Net.Collectives.Local;

/// <summary>One of several transfers can go on.</summary>
internal readonly unsafe struct TransferCondition(LocalGroup group, Transfer* transfers, int count) : ILocalCondition
{
    public int Peer
    {
        get
        {
            for (int i = 0; i < count; i++)
            {
                if (!transfers[i].IsDone)
                {
                    return transfers[i].Peer;
                }
            }

            return -1;
        }
    }

    public int[] Peers
    {
        get
        {
            var peers = new List<int>();
            for (int i = 0; i < count; i++)
            {
                if (!transfers[i].IsDone)
                {
                    peers.Add(transfers[i].Peer);
                }
            }

            return [.. peers];
        }
    }

    public ulong Step => 0;

    public bool IsMet() => group.CanAdvance(new ReadOnlySpan<Transfer>(transfers, count));

    // What a message carries is compared when it is there.
    public bool IsBroken() => false;
}
