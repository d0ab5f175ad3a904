namespace Urma.Net.Collectives.Hierarchical;

/// <summary>
/// Which ranks share a host, where a host is ranks that map each other's memory. Hosts are numbered in the order of their first ranks, the ranks of a
/// host in their order.
/// </summary>
/// <remarks>Immutable; the same at all ranks.</remarks>
internal sealed class HostMap
{
    private readonly int[][] _ranks;

    /// <param name="keys">By rank: something that the ranks of a host have in common, and no others.</param>
    private HostMap(int[] keys)
    {
        var numbers = new Dictionary<int, int>();
        HostOf = [.. keys.Select(key => numbers.TryGetValue(key, out int number) ? number : numbers[key] = numbers.Count)];
        _ranks = [.. Enumerable.Range(0, numbers.Count).Select(host => Enumerable.Range(0, keys.Length).Where(rank => HostOf[rank] == host).ToArray())];
        LocalOf = [.. HostOf.Select((host, rank) => Array.IndexOf(_ranks[host], rank))];
        AreEqual = Array.TrueForAll(_ranks, ranks => ranks.Length == _ranks[0].Length);
        AreInOrder = Enumerable.Range(0, numbers.Count).All(IsContiguous);
        MostRanks = _ranks.Max(ranks => ranks.Length);
        MostRepresented = Enumerable.Range(0, keys.Length).Max(rank => Enumerable.Range(0, keys.Length).Count(other => Represents(rank, other)));
    }

    /// <summary>How many hosts there are.</summary>
    public int Count => _ranks.Length;

    /// <summary>By rank: its host.</summary>
    public int[] HostOf { get; }

    /// <summary>By rank: its number on its host.</summary>
    public int[] LocalOf { get; }

    /// <summary>Whether all hosts have the same number of ranks.</summary>
    public bool AreEqual { get; }

    /// <summary>Whether the ranks of each host follow one another, so that combining host by host keeps the order of ranks.</summary>
    public bool AreInOrder { get; }

    /// <summary>Ranks of the host that has most.</summary>
    public int MostRanks { get; }

    /// <summary>The ranks that one rank represents on its host, itself included, where it represents most.</summary>
    public int MostRepresented { get; }

    /// <summary>The ranks of a host, ascending.</summary>
    public int[] RanksOf(int host) => _ranks[host];

    /// <summary>Whether the ranks of a host follow one another.</summary>
    public bool IsContiguous(int host) => _ranks[host][^1] - _ranks[host][0] == _ranks[host].Length - 1;

    /// <summary>Who acts on a host for the ranks of other hosts that have a number there: the one of that number, or, of fewer, in turn.</summary>
    public int AgentOf(int host, int local) => _ranks[host][local % _ranks[host].Length];

    /// <summary>Whether a rank acts on its host for another one, or is it.</summary>
    public bool Represents(int rank, int other) => AgentOf(HostOf[rank], LocalOf[other]) == rank && (HostOf[rank] != HostOf[other] || rank == other);

    /// <summary>What ranks said of themselves when they joined.</summary>
    /// <param name="records">By rank.</param>
    public static HostMap Of(RankRecord[] records)
    {
        // Where work is posted to other hosts anyway, ranks of a host whose devices map nothing still share memory of its kernel.
        bool areSeveral = Array.Exists(records, record => record.Host != records[0].Host);
        var firsts = new Dictionary<(string, bool), (int Rank, int Count)>();
        for (int rank = 0; rank < records.Length; rank++)
        {
            (int first, int count) = firsts.GetValueOrDefault(KeyOf(rank), (rank, 0));
            firsts[KeyOf(rank)] = (first, count + 1);
        }

        int[] keys = new int[records.Length];
        for (int rank = 0; rank < keys.Length; rank++)
        {
            (int first, int count) = firsts[KeyOf(rank)];
            bool mayMap = (records[rank].Maps || areSeveral) && records[rank].Path != CollectivePath.Posted;
            keys[rank] = mayMap && count <= Communicator.MaxRanksPerHost ? first : rank;
        }

        return new HostMap(keys);

        (string, bool) KeyOf(int rank) => (records[rank].Host, records[rank].Maps);
    }

    /// <summary>Whether all ranks could map the memory of all of their host; what they say of others does not count.</summary>
    /// <param name="reached">As for <see cref="Divide"/>.</param>
    public bool IsReached(byte[][] reached) => Array.TrueForAll(_ranks, ranks => Array.TrueForAll(ranks, rank => Array.TrueForAll(ranks, other => reached[rank][other] == 1)));

    /// <summary>The hosts that are left of these where not all ranks could map the memory of all others.</summary>
    /// <param name="reached">By rank, then by rank of the same host: 1 where the first could map the second's memory.</param>
    public HostMap Divide(byte[][] reached)
    {
        int[] keys = new int[HostOf.Length];
        foreach (int[] ranks in _ranks)
        {
            var parts = new List<List<int>>();
            foreach (int rank in ranks)
            {
                List<int>? part = parts.Find(part => part.TrueForAll(other => reached[rank][other] == 1 && reached[other][rank] == 1));
                if (part is null)
                {
                    parts.Add(part = []);
                }

                part.Add(rank);
                keys[rank] = part[0];
            }
        }

        return new HostMap(keys);
    }
}
