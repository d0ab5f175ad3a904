using Urma.Net.Internal;

namespace Urma.Net.Collectives.Local;

/// <summary>The other ranks' registered buffers, imported when an operation first reaches into them.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed unsafe class RemoteBuffers : IDisposable
{
    private readonly UrmaContext _context;
    private readonly LocalArena _arena;
    private readonly int[] _members;
    private readonly Import?[]?[] _imports;

    /// <param name="context">The rank's context.</param>
    /// <param name="arena">Where the others say what they registered.</param>
    /// <param name="members">By rank of the group: what messages call it.</param>
    public RemoteBuffers(UrmaContext context, LocalArena arena, int[] members)
    {
        (_context, _arena, _members) = (context, arena, members);
        _imports = new Import?[]?[members.Length];
    }

    private sealed record Import(long Id, TargetSegment Segment, ISegmentLease Lease, nint Address, long Length)
    {
        public void End()
        {
            Lease.Release();
            Segment.Dispose();
        }
    }

    /// <summary>The address of what a rank announced.</summary>
    /// <exception cref="UrmaException">It cannot be mapped, or does not lie inside what the rank registered.</exception>
    public byte* Resolve(int rank, BufferReference reference, long length)
    {
        if (reference.Id <= BufferReference.NotNeeded)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {_members[rank]} announced a buffer without a number.");
        }

        Import?[] imports = _imports[rank] ??= new Import?[LocalLayout.MaxBuffers];
        int index = (int)((ulong)reference.Id % LocalLayout.MaxBuffers);
        Import? import = imports[index];
        if (import is null || import.Id != reference.Id)
        {
            import = Replace(rank, index, reference.Id, imports);
        }

        if (reference.Offset < 0 || length > import.Length - reference.Offset)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {_members[rank]} announced a range outside its registered buffer of {import.Length} bytes.");
        }

        return (byte*)import.Address + reference.Offset;
    }

    /// <summary>Whether what a rank announced, and was resolved here, shows scratch memory by now.</summary>
    public bool IsGone(int rank, BufferReference reference) =>
        reference.Id > BufferReference.NotNeeded
        && _imports[rank]?[(int)((ulong)reference.Id % LocalLayout.MaxBuffers)] is { } import
        && import.Id == reference.Id
        && import.Segment.IsRevoked;

    /// <summary>Gives a mapping up, if there is one.</summary>
    public void Forget(int rank, long id)
    {
        if (id > BufferReference.NotNeeded && _imports[rank] is { } imports)
        {
            ref Import? import = ref imports[(int)((ulong)id % LocalLayout.MaxBuffers)];
            if (import?.Id == id)
            {
                import.End();
                import = null;
            }
        }
    }

    private Import Replace(int rank, int index, long id, Import?[] imports)
    {
        imports[index]?.End();
        imports[index] = null;
        BufferEntry* entry = (BufferEntry*)(_arena.Arenas[rank] + LocalLayout.Buffer(index));
        SegmentDescriptor descriptor = SegmentDescriptor.Read(new ReadOnlySpan<byte>(entry->Descriptor, SegmentDescriptor.Size));
        Token token = new(entry->Token);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref entry->Id) != id)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {_members[rank]} disposed a registered buffer while an operation uses it.");
        }

        TargetSegment segment = _context.ImportSegment(descriptor, token);
        ISegmentLease lease = segment.Lease(out byte* address);
        Import import = new(id, segment, lease, (nint)address, segment.Length);
        imports[index] = import;
        return import;
    }

    public void Dispose()
    {
        foreach (Import?[]? imports in _imports)
        {
            if (imports is not null)
            {
                foreach (Import? import in imports)
                {
                    import?.End();
                }
            }
        }
    }
}
