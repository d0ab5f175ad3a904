using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Posted;

/// <summary>The other ranks' registered buffers, imported when something is first put there; what they are is read in the owner's inbox.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed unsafe class PostedBuffers(UrmaContext context, PostedPort port, PostedWait wait, int size) : IDisposable
{
    private readonly Import?[]?[] _imports = new Import?[]?[size];

    private sealed record Import(long Id, TargetSegment Segment);

    /// <summary>The segment behind a number that a rank gave.</summary>
    /// <exception cref="UrmaException">The rank has disposed of it.</exception>
    public TargetSegment Resolve(PostedLink link, long id)
    {
        Import?[] imports = _imports[link.Peer] ??= new Import?[LocalLayout.MaxBuffers];
        int index = (int)((ulong)id % LocalLayout.MaxBuffers);
        Import? import = imports[index];
        if (import is null || import.Id != id)
        {
            import?.Segment.Dispose();
            imports[index] = null;
            imports[index] = import = Fetch(link, index, id);
        }

        return import.Segment;
    }

    /// <summary>Gives an import up, if there is one.</summary>
    public void Forget(int peer, long id)
    {
        if (id > BufferReference.NotNeeded && _imports[peer] is { } imports)
        {
            ref Import? import = ref imports[(int)((ulong)id % LocalLayout.MaxBuffers)];
            if (import?.Id == id)
            {
                import.Segment.Dispose();
                import = null;
            }
        }
    }

    private Import Fetch(PostedLink link, int index, long id)
    {
        // A device reads in pieces. What still has its number afterwards was not about to change before; numbers do not come again.
        BufferEntry entry = Read(link, index);
        if (entry.Id != id || Read(link, index).Id != id)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {link.Peer} disposed of a registered buffer that is still written to.");
        }

        SegmentDescriptor descriptor = SegmentDescriptor.Read(new ReadOnlySpan<byte>(entry.Descriptor, SegmentDescriptor.Size));
        return new Import(id, context.ImportSegment(descriptor, new Token(entry.Token)));
    }

    private BufferEntry Read(PostedLink link, int index)
    {
        while (!port.HasPlace)
        {
            wait.Pause(port, link.Peer);
        }

        BufferEntry* entry = (BufferEntry*)port.NextPlace();
        port.Read(link, LocalLayout.Buffer(index), sizeof(BufferEntry));
        port.Flush(wait, link.Peer);
        return *entry;
    }

    public void Dispose()
    {
        foreach (Import?[]? imports in _imports)
        {
            if (imports is not null)
            {
                foreach (Import? import in imports)
                {
                    import?.Segment.Dispose();
                }
            }
        }
    }
}
