using System.Runtime.CompilerServices;

namespace Urma.Net;

/// <summary>
/// Registered local memory: peers with the token may reach it, and work requests may use it as a buffer
/// (<c>urma_register_seg</c>).
/// </summary>
/// <remarks>
/// Thread-safe. Disposing ends the grant: importers are told, and memory they may still touch is never handed out again.
/// </remarks>
public abstract class Segment : IDisposable
{
    private readonly Lock _importLock = new();
    private readonly List<TargetSegment> _importsHere = [];
    private SegmentDescriptor _imported;
    private bool _isGone;

    private protected Segment(UrmaContext context, nint address, long length, SegmentMode mode, SegmentOptions options)
    {
        Context = context;
        Address = address;
        Length = length;
        Mode = mode;
        Options = options;
    }

    /// <summary>The context it belongs to.</summary>
    public UrmaContext Context { get; }

    /// <summary>First byte, in this process. Stays the same over <see cref="Revoke"/>.</summary>
    public nint Address { get; }

    /// <summary>The first byte for every node: this context's space and <see cref="Address"/>.</summary>
    public GlobalAddress GlobalAddress => new(Context.Eid, Context.Uasid, (ulong)Address);

    /// <summary>Length in bytes, 0 or more.</summary>
    public long Length { get; }

    /// <summary>How peers reach it.</summary>
    public SegmentMode Mode { get; }

    /// <summary>What importers may do.</summary>
    public SegmentAccess Access => Options.Access;

    /// <summary>The secret importers must show. Changes with <see cref="Revoke"/>.</summary>
    public abstract Token Token { get; }

    /// <summary>What to give to peers, beside the token.</summary>
    public abstract SegmentDescriptor Descriptor { get; }

    /// <summary>Whether it has been disposed.</summary>
    public abstract bool IsDisposed { get; }

    private protected SegmentOptions Options { get; }

    private protected ulong LocalToken { get; init; }

    /// <summary>What global addresses of it lead to; null for an empty segment.</summary>
    internal Global.TranslationRange? Translation { get; set; }

    /// <summary>A piece of this segment as the buffer of a work request. Allocates nothing.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="length">Length in bytes, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The piece does not lie inside the segment.</exception>
    public SegmentRange Range(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            Internal.ThrowHelper.OutOfRange(offset, length, Length);
        }

        return new SegmentRange((nint)(Address + offset), length, LocalToken);
    }

    /// <summary>The whole segment as the buffer of a work request.</summary>
    public SegmentRange Range() => new(Address, Length, LocalToken);

    /// <summary>Local bytes as a span. Do not use it after the segment is disposed.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="length">Bytes, up to 2³¹ − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The piece does not lie inside the segment.</exception>
    /// <exception cref="ObjectDisposedException">The segment is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe Span<byte> AsSpan(long offset, int length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)(uint)length > (ulong)(Length - offset))
        {
            Internal.ThrowHelper.OutOfRange(offset, length, Length);
        }

        if (IsDisposed)
        {
            Internal.ThrowHelper.Disposed(this);
        }

        return new Span<byte>((void*)(Address + (nint)offset), length);
    }

    /// <summary>All local bytes as a span; for segments up to 2³¹ − 1 bytes.</summary>
    /// <exception cref="OverflowException">The segment is longer: use <see cref="AsSpan(long, int)"/>.</exception>
    public Span<byte> AsSpan() => AsSpan(0, checked((int)Length));

    /// <summary>A view of local memory with ordered loads, stores and atomics, as peers have through <see cref="TargetSegment.Map(long, long)"/>.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="length">Length in bytes.</param>
    public abstract SegmentView Map(long offset, long length);

    /// <summary>A view of the whole segment.</summary>
    public SegmentView Map() => Map(0, Length);

    /// <summary>As <see cref="Map(long, long)"/>, for something that lives longer than a view.</summary>
    /// <param name="address">The first byte.</param>
    internal abstract unsafe Internal.ISegmentLease Lease(out byte* address);

    /// <summary>
    /// Ends all present grants and starts a new one with another token. Importers lose access: new work is refused and their
    /// mappings are detached; memory of an importer that does not confirm in time is left to it and replaced here, contents kept.
    /// Returns when no importer can change this memory any more. Do not store to the segment meanwhile: where memory has to be
    /// replaced, stores that race with the copy are lost.
    /// </summary>
    /// <param name="newToken">The next secret; random when null.</param>
    /// <exception cref="UrmaException">The fresh memory could not be had.</exception>
    public abstract void Revoke(Token? newToken = null);

    /// <summary>Ends the grant and releases the memory (allocated) or gives it back private (registered).</summary>
    public void Dispose()
    {
        Context.Global.Forget(Translation);
        EndImportsHere();
        DisposeCore();
        GC.SuppressFinalize(this);
    }

    /// <summary>This segment as peers reach it, so that atomics of this context and theirs exclude each other.</summary>
    /// <exception cref="UrmaException">The device does not let a context import what is its own.</exception>
    /// <exception cref="ObjectDisposedException">The segment is disposed.</exception>
    internal TargetSegment ImportHere()
    {
        lock (_importLock)
        {
            ObjectDisposedException.ThrowIf(_isGone, this);
            SegmentDescriptor descriptor = Descriptor;
            if (_importsHere.Count == 0 || _imported != descriptor)
            {
                // After a revocation the one before is of no use, but the thread that finds out must not wait until nobody uses it.
                _importsHere.Add(Context.ImportSegment(descriptor, Token));
                _imported = descriptor;
            }

            return _importsHere[^1];
        }
    }

    /// <summary>Ends the grant; idempotent.</summary>
    protected abstract void DisposeCore();

    private void EndImportsHere()
    {
        TargetSegment[] imports;
        lock (_importLock)
        {
            _isGone = true;
            imports = [.. _importsHere];
            _importsHere.Clear();
        }

        foreach (TargetSegment import in imports)
        {
            import.Dispose();
        }
    }
}
