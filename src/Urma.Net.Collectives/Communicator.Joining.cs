using Urma.Net.Collectives.Bootstrap;
using Urma.Net.Collectives.Hierarchical;
using Urma.Net.Collectives.Local;
using Urma.Net.Collectives.Posted;

namespace Urma.Net.Collectives;

/// <content>How the ranks come to an engine: who shares a host, and by which memory they reach each other.</content>
public sealed unsafe partial class Communicator
{
    private const int RecordsTag = 1;
    private const int JoinedTag = 2;
    private const int LeavingTag = 5;
    private const int OffersTag = 6;
    private const int MadeTag = 7;

    // Where the ranks find each other again when some are lost; null without a network, and where all map each other, which names are enough for.
    private ReservedEndpoint? _endpoint;
    private bool _isOnOneHost;
    private bool _hasOneHostName;

    // What arenas are shared by where the communicator's own context maps nothing.
    private UrmaContext? _hostContext;
    private MemoryOffer[] _offers = [];

    private void Join(UniqueId id, CancellationToken cancellationToken)
    {
        id.ToBytes().CopyTo(_secret, 0);
        _control = ControlPlane.Connect(id, Rank, Size, this, _options.JoinTimeout, cancellationToken);
        RankRecord own = RankRecord.OfThisProcess(_options, _options.Maps ?? _context.Capabilities.SupportsMapping);
        RankRecord[] records = ExchangeJoining(own.ToArray(), RecordsTag, RankRecord.Read, cancellationToken);
        CheckOptions(own, records);
        HostMap hosts = HostMap.Of(records);
        if (_options.Path == CollectivePath.Mapped && (hosts.Count > 1 || !own.Maps))
        {
            throw new NotSupportedException("The ranks cannot map each other's memory: that needs a provider that maps, such as loopback, and ranks on one host.");
        }

        // Two containers of one machine have its name in common, and neither their fabrics nor, perhaps, a place where they meet by name.
        _hasOneHostName = Array.TrueForAll(records, record => record.Host == own.Host);
        while (!TryJoin(ref hosts, records, cancellationToken))
        {
            _hasOneHostName = false;
        }

        // What one rank has made and another has not would count for one of them only.
        _ = ExchangeJoining([], MadeTag, static (_, answer) => answer, cancellationToken);

        CollectiveTrace.Joined(this, hosts.Count);
    }

    // Nobody begins before all have mapped all; where some could not map others, they count as hosts of their own, and memory is offered once more.
    private bool TryJoin(ref HostMap hosts, RankRecord[] records, CancellationToken cancellationToken)
    {
        int[] members = hosts.RanksOf(hosts.HostOf[Rank]);
        bool maps = records[Rank].Maps;
        bool needsArena = members.Length > 1 || (hosts.Count == 1 && maps && _options.Path != CollectivePath.Posted);
        bool posts = hosts.Count > 1 || !needsArena;
        LocalArena? arena = null;
        PostedPort? port = null;
        try
        {
            arena = !needsArena ? null : maps ? new LocalArena(_context, members.Length) : TryShareHost(members.Length);
            port = posts ? new PostedPort(_context, Rank, Size, this, _options.Timeout) : null;
            _isOnOneHost = hosts.Count == 1;
            _endpoint ??= _isOnOneHost ? null : ReservedEndpoint.TryOpen();
            var own = new MemoryOffer(
                arena is null ? null : new MemoryOffer.Memory(arena.Descriptor, arena.Token),
                port is null ? null : new MemoryOffer.Memory(port.Descriptor, port.Token),
                _endpoint?.Port ?? 0,
                _endpoint?.Addresses ?? []);
            _offers = ExchangeJoining(own.ToArray(), OffersTag, MemoryOffer.Read, cancellationToken);
            byte[] reached = Map(arena, needsArena ? members : [], out string? problem);
            byte[][] all = ExchangeJoining(reached, JoinedTag, ReadReached, cancellationToken);
            if (!hosts.IsReached(all))
            {
                HostMap divided = _options.Path == CollectivePath.Mapped
                    ? throw new NotSupportedException($"Not all ranks could map each other's memory{problem}.")
                    : hosts.Divide(all);
                hosts = divided.Count > hosts.Count
                    ? divided
                    : throw new UrmaException(UrmaStatus.Failed, $"A rank could not map memory of its own{problem}.");
                return false;
            }

            MakeEngine(hosts, records, arena, port);
            (arena, port) = (null, null);
            return true;
        }
        finally
        {
            arena?.Dispose();
            port?.Dispose();
        }
    }

    private byte[] ReadReached(int rank, byte[] answer) => answer.Length == Size
        ? answer
        : throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {rank} sent {answer.Length} bytes that do not say whom it reached.");

    // Memory of the kernel's; a host that gives none has its ranks post.
    private LocalArena? TryShareHost(int size)
    {
        try
        {
            return new LocalArena(_hostContext ??= UrmaContext.Open("loopback://"), size);
        }
        catch (UrmaException)
        {
            return null;
        }
    }

    // By rank: 0 where a rank of this host could not be mapped.
    private byte[] Map(LocalArena? arena, int[] members, out string? problem)
    {
        byte[] reached = new byte[Size];
        reached.AsSpan().Fill(1);
        problem = null;
        for (int i = 0; i < members.Length; i++)
        {
            if (arena is null)
            {
                reached[members[i]] = (byte)(members[i] == Rank ? 1 : 0);
                continue;
            }

            try
            {
                arena.Add(i, _offers[members[i]], members[i] == Rank);
            }
            catch (UrmaException exception) when (exception is not CollectiveException)
            {
                reached[members[i]] = 0;
                problem ??= $": rank {Rank} failed with that of rank {members[i]} ({exception.Message.TrimEnd('.')})";
            }
        }

        return reached;
    }

    private void MakeEngine(HostMap hosts, RankRecord[] records, LocalArena? arena, PostedPort? port)
    {
        for (int rank = 0; port is not null && rank < Size; rank++)
        {
            MemoryOffer.Memory inbox = _offers[rank].Inbox ?? throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {rank} offers no inbox.");
            port.Add(rank, inbox.Descriptor, inbox.Token);
        }

        // Buffers that the context registers are reached on the host only where it maps.
        bool maps = records[Rank].Maps;
        _buffers = new RegisteredBuffers(arena is null || !maps ? null : arena.Own, port is null ? null : port.Own);
        bool isCrowded = IsCrowded(records);
        int host = hosts.HostOf[Rank];
        int[] members = hosts.RanksOf(host);
        HostWaitOwner? localOwner = port is null || arena is null ? null : new HostWaitOwner(this, members);
        LocalGroup? local = arena is null ? null : new LocalGroup(new LocalGroupSetup
        {
            Context = maps ? _context : _hostContext!,
            Arena = arena,
            Owner = localOwner ?? (IWaitOwner)this,
            Buffers = maps ? _buffers : new RegisteredBuffers(arena.Own, null),
            Members = members,
            Rank = hosts.LocalOf[Rank],
            IsCrowded = isCrowded,
            NeedsFences = Array.Exists(members, rank => !records[rank].HasBarriers),
            DirectLength = records[Rank].DirectLength,
            Timeout = _options.Timeout,
        });
        if (port is null)
        {
            _engine = local;
            return;
        }

        var traffic = new PostedTraffic(_context, port, this, Size, isCrowded, _options.Timeout);
        _engine = hosts.MostRanks == 1
            ? new PostedGroup(new PostedGroupSetup { Traffic = traffic, Owner = this, Buffers = _buffers, Members = [.. Enumerable.Range(0, Size)], Rank = Rank })
            : new HierarchicalGroup(new HierarchicalGroupSetup
            {
                Context = _context,
                Hosts = hosts,
                Local = local,
                LocalOwner = localOwner,
                MapsBuffers = maps,
                Traffic = traffic,
                Owner = this,
                Buffers = _buffers,
                Rank = Rank,
            });
    }

    private T[] ExchangeJoining<T>(byte[] mine, int tag, Func<int, byte[], T> read, CancellationToken cancellationToken)
    {
        byte[][] answers = _control!.AllGather(mine, tag, _options.JoinTimeout, cancellationToken);
        return [.. answers.Select((answer, rank) => read(rank, answer))];
    }

    // Ranks that choose differently would read each other's steps for something else.
    private static void CheckOptions(RankRecord own, RankRecord[] records)
    {
        int other = Array.FindIndex(records, record => record.DirectLength != own.DirectLength || record.Path != own.Path);
        if (other >= 0)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"Rank {other} joined with {nameof(CommunicatorOptions.Path)} {records[other].Path} and {nameof(CommunicatorOptions.DirectLength)} {records[other].DirectLength}, " +
                $"this rank with {own.Path} and {own.DirectLength}: all must be given the same.");
        }
    }

    // Whether the ranks of this machine, which may play several hosts, have less than a processor each.
    private bool IsCrowded(RankRecord[] records)
    {
        RankRecord[] here = Array.FindAll(records, record => record.Machine == records[Rank].Machine);
        return here.Length > here.SelectMany(record => record.Processors).Distinct().Count();
    }
}
