using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives;

/// <summary>This rank's registered buffers: what the others read in its arena, in its inbox or in both, and by which an address is looked up.</summary>
/// <param name="arena">The memory that ranks of this host map; null where there is none.</param>
/// <param name="inbox">The memory that others read by posted work; null where there is none.</param>
/// <remarks>Thread-safe; looking up takes no lock.</remarks>
internal sealed unsafe class RegisteredBuffers(byte* arena, byte* inbox)
{
    // Both null once the communicator is gone.
    private byte* _arena = arena;
    private byte* _inbox = inbox;
    private readonly Lock _lock = new();
    private readonly long[] _uses = new long[LocalLayout.MaxBuffers];
    private readonly bool[] _taken = new bool[LocalLayout.MaxBuffers];

    // Replaced as a whole. All of them, and those that others map, sorted by address.
    private volatile Known[] _known = [];
    private volatile Known[] _reachable = [];

    private readonly record struct Known(nint Address, long Length, long Id);

    /// <summary>Makes a segment known to the other ranks.</summary>
    /// <returns>Its number.</returns>
    public long Add(Segment segment)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(IsClosed, typeof(Communicator));
            int index = Array.IndexOf(_taken, false);
            if (index < 0)
            {
                throw new UrmaException(
                    UrmaStatus.OutOfMemory,
                    $"A communicator keeps {LocalLayout.MaxBuffers} registered buffers at a time: dispose some, or register one large piece of memory.");
            }

            _taken[index] = true;
            long id = (++_uses[index] * LocalLayout.MaxBuffers) + index;
            Tell(_arena, index, id, segment);
            Tell(_inbox, index, id, segment);
            var added = new Known(segment.Address, segment.Length, id);
            _known = [.. _known, added];
            if (segment.Mode != SegmentMode.Copied)
            {
                Known[] reachable = [.. _reachable, added];
                Array.Sort(reachable, static (left, right) => left.Address.CompareTo(right.Address));
                _reachable = reachable;
            }

            return id;
        }
    }

    private bool IsClosed => _arena == null && _inbox == null;

    private static void Tell(byte* table, int index, long id, Segment segment)
    {
        if (table != null)
        {
            BufferEntry* entry = (BufferEntry*)(table + LocalLayout.Buffer(index));
            entry->Token = segment.Token.Value;
            segment.Descriptor.WriteTo(new Span<byte>(entry->Descriptor, SegmentDescriptor.Size));
            Volatile.Write(ref entry->Id, id);
        }
    }

    private static void Forget(byte* table, int index)
    {
        if (table != null)
        {
            Volatile.Write(ref ((BufferEntry*)(table + LocalLayout.Buffer(index)))->Id, 0);

            // Whoever reads what the entry says next sees that it is no longer this one.
            Interlocked.MemoryBarrier();
        }
    }

    /// <summary>Forgets a buffer. Ranks that imported it find that out when they look its number up again.</summary>
    public void Remove(RegisteredMemory memory)
    {
        lock (_lock)
        {
            if (IsClosed)
            {
                return;
            }

            int index = (int)(memory.Id % LocalLayout.MaxBuffers);
            Forget(_arena, index);
            Forget(_inbox, index);
            _taken[index] = false;
            _known = Array.FindAll(_known, known => known.Id != memory.Id);
            _reachable = Array.FindAll(_reachable, known => known.Id != memory.Id);
        }
    }

    /// <summary>Arena and inbox go; what is registered lives on as memory, which nobody else knows.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _arena = null;
            _inbox = null;
        }
    }

    /// <summary>The address of what this rank itself registered, whether others map it or not.</summary>
    public byte* AddressOf(BufferReference reference)
    {
        foreach (Known known in _known)
        {
            if (known.Id == reference.Id)
            {
                return (byte*)known.Address + reference.Offset;
            }
        }

        throw new UrmaException(UrmaStatus.InvalidArgument, "The buffer is not registered any more.");
    }

    /// <summary>Where a range lies for others; <see cref="BufferReference.Unregistered"/> where no registered buffer holds all of it.</summary>
    public BufferReference Find(byte* address, long length)
    {
        Known[] known = _reachable;
        int low = 0;
        int high = known.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (known[middle].Address <= (nint)address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low > 0)
        {
            ref Known candidate = ref known[low - 1];
            long offset = (nint)address - candidate.Address;
            if (offset <= candidate.Length && length <= candidate.Length - offset)
            {
                return new BufferReference { Id = candidate.Id, Offset = offset };
            }
        }

        return new BufferReference { Id = BufferReference.Unregistered };
    }
}
