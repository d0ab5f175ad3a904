using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Local;

/// <summary>The memory in which the ranks of a host meet: this rank's, and the mappings of the others'.</summary>
internal sealed unsafe class LocalArena : IDisposable
{
    private readonly UrmaContext _context;
    private readonly Segment _own;
    private readonly TargetSegment?[] _imports;
    private readonly ISegmentLease?[] _leases;

    /// <summary>Allocates this rank's arena.</summary>
    /// <param name="context">The rank's context.</param>
    /// <param name="size">Ranks of the group.</param>
    public LocalArena(UrmaContext context, int size)
    {
        _context = context;
        Layout = new LocalLayout(size);
        _own = context.AllocateSegment(Layout.Length, new SegmentOptions { RequireMapping = true });
        _imports = new TargetSegment?[size];
        _leases = new ISegmentLease?[size];
        *(int*)((byte*)_own.Address + LocalLayout.LifeAt) = LocalLayout.Alive;
        Arenas = (byte**)NativeMemory.AllocZeroed((nuint)size, (nuint)sizeof(byte*));
    }

    public LocalLayout Layout { get; }

    public SegmentDescriptor Descriptor => _own.Descriptor;

    public Token Token => _own.Token;

    public byte* Own => (byte*)_own.Address;

    /// <summary>By rank: the first byte of its arena.</summary>
    public byte** Arenas { get; }

    /// <summary>Maps another rank's arena, or takes this one's.</summary>
    /// <param name="rank">Whose, as a number of the group.</param>
    /// <param name="offer">What that rank offers.</param>
    /// <param name="own">Whether it is this rank.</param>
    /// <exception cref="UrmaException">It cannot be reached.</exception>
    public void Add(int rank, MemoryOffer offer, bool own)
    {
        if (own)
        {
            Arenas[rank] = Own;
            return;
        }

        if (offer.Arena is not { } arena || arena.Descriptor.Length != Layout.Length)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"It has an arena of {offer.Arena?.Descriptor.Length ?? 0} bytes where this rank has {Layout.Length}: give all ranks the same size and version.");
        }

        TargetSegment import = _context.ImportSegment(arena.Descriptor, arena.Token);
        _imports[rank] = import;
        _leases[rank] = import.Lease(out byte* address);
        Arenas[rank] = address;
    }

    public void Dispose()
    {
        foreach (ISegmentLease? lease in _leases)
        {
            lease?.Release();
        }

        foreach (TargetSegment? import in _imports)
        {
            import?.Dispose();
        }

        _own.Dispose();
        NativeMemory.Free(Arenas);
    }
}
