using System.Runtime.CompilerServices;

namespace Urma.Net;

/// <summary>Imported remote memory (<c>urma_import_seg</c>): the target of UDMA and, on mapped providers, of load and store.</summary>
/// <remarks>Thread-safe. Disposing it makes every <see cref="RemoteAddress"/> of it stale; those complete with
/// <see cref="CompletionStatus.RemoteAccessAbort"/>.</remarks>
public abstract class TargetSegment : IDisposable
{
    private protected TargetSegment(UrmaContext context, SegmentDescriptor descriptor)
    {
        Context = context;
        Descriptor = descriptor;
    }

    /// <summary>The importing context.</summary>
    public UrmaContext Context { get; }

    /// <summary>What was imported.</summary>
    public SegmentDescriptor Descriptor { get; }

    /// <summary>The first byte for every node: the owner's space and its address there.</summary>
    public GlobalAddress GlobalAddress => new(Descriptor.Eid, Descriptor.Uasid, Descriptor.VirtualAddress);

    /// <summary>Length in bytes.</summary>
    public long Length => Descriptor.Length;

    /// <summary>What the owner grants.</summary>
    public SegmentAccess Access => Descriptor.Access;

    /// <summary>How the memory is reached; views exist for <see cref="SegmentMode.Mapped"/> and <see cref="SegmentMode.Adopted"/>.</summary>
    public abstract SegmentMode Mode { get; }

    /// <summary>Whether the owner revoked the grant, disposed the segment, or died. A view of it then shows private scratch memory.</summary>
    public abstract bool IsRevoked { get; }

    /// <summary>Whether its living owner revoked or disposed it, which a lost connection does not prove. False once disposed.</summary>
    internal abstract bool WasEndedByOwner { get; }

    /// <summary>Whether <see cref="IsRevoked"/> becomes true by itself when the grant ends or the owner dies; else an access has to find out.</summary>
    internal virtual bool TellsItsEnd => true;

    /// <summary>Whether posted work finds its way to the owner; if not, the device must be shown one first.</summary>
    internal virtual bool HasWay => true;

    /// <summary>What global addresses of it lead to; null for an empty segment, and for one of the importing context's own.</summary>
    internal Global.TranslationRange? Translation { get; set; }

    private protected ulong RemoteToken { get; init; }

    /// <summary>A place in this segment for a work request. Allocates nothing.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="length">How many bytes from there the operation may touch.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the segment.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RemoteAddress At(long offset, long length = 0)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            Internal.ThrowHelper.OutOfRange(offset, length, Length);
        }

        return new RemoteAddress((ulong)offset, RemoteToken);
    }

    /// <summary>A lease over mapped remote memory: plain loads and stores. Dispose it before the segment.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="length">Length in bytes.</param>
    /// <exception cref="UrmaException">The provider or <see cref="Mode"/> has no mapping, or the grant is revoked.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the segment.</exception>
    public abstract SegmentView Map(long offset, long length);

    /// <summary>A lease over the whole segment.</summary>
    public SegmentView Map() => Map(0, Length);

    /// <summary>
    /// As <see cref="Map(long, long)"/>, for something that lives longer than a view and itself pays for the link of a
    /// <see cref="FabricModel"/>.
    /// </summary>
    /// <param name="address">The first byte.</param>
    internal abstract unsafe Internal.ISegmentLease Lease(out byte* address);

    /// <summary>Gives up the import.</summary>
    public void Dispose()
    {
        Context.Global.Forget(Translation);
        DisposeCore();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives up the import; idempotent. Called by <see cref="SegmentView"/> users through <see cref="Dispose"/>.</summary>
    protected abstract void DisposeCore();
}
