namespace Urma.Net.Collectives;

/// <content>Buffers that others can reach.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>Allocates zeroed memory that all ranks can reach into (<c>ncclMemAlloc</c> and <c>ncclCommRegister</c>). Not collective: each rank as it likes.</summary>
    /// <param name="length">Length in bytes; positive.</param>
    /// <returns>The memory; dispose it before the communicator.</returns>
    /// <exception cref="UrmaException">There is not as much memory, or too many buffers are registered.</exception>
    public RegisteredMemory Allocate(long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return Register(_context.AllocateSegment(length));
    }

    /// <summary>
    /// Lets all ranks reach into memory that is there already (<c>ncclCommRegister</c>), so that operations on it copy once. Register native or pinned memory once and
    /// keep it registered. Not collective.
    /// </summary>
    /// <param name="address">The first byte; see <see cref="UrmaContext.RegisterSegment(void*, long, SegmentOptions?)"/> for what becomes of the pages.</param>
    /// <param name="length">Length in bytes; positive.</param>
    /// <returns>
    /// The registration; disposing it leaves the memory as it is. Memory that cannot be mapped by others (<see cref="SegmentMode.Copied"/>, see
    /// <see cref="RegisteredMemory.Segment"/>) is copied as if it were not registered.
    /// </returns>
    /// <exception cref="UrmaException">The memory cannot be registered, or too many buffers are.</exception>
    public RegisteredMemory RegisterBuffer(nint address, long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return Register(_context.RegisterSegment((void*)address, length));
    }

    private RegisteredMemory Register(Segment segment)
    {
        try
        {
            return new RegisteredMemory(_buffers!, segment);
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }
}
