using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives;

/// <summary>Registered memory that every rank has told all others of, so that they may write to it at any time (<c>ncclWindow_t</c>).</summary>
/// <remarks>
/// Belongs to its communicator. The memory must stay registered as long as anybody writes to it, that is, until <see cref="Communicator.DeregisterWindow"/> or the end
/// of the communicator.
/// </remarks>
public sealed class CollectiveWindow
{
    private readonly BufferReference[] _references;
    private readonly long[] _lengths;

    internal CollectiveWindow(Communicator communicator, long number, BufferReference[] references, long[] lengths)
    {
        (Communicator, Number) = (communicator, number);
        (_references, _lengths) = (references, lengths);
    }

    /// <summary>Whose ranks it joins.</summary>
    public Communicator Communicator { get; }

    /// <summary>How many bytes a rank offers.</summary>
    /// <param name="rank">The rank.</param>
    public long LengthOf(int rank) => _lengths[rank];

    /// <summary>The same at all ranks: how many were registered with it.</summary>
    internal long Number { get; }

    internal bool IsGivenBack { get; set; }

    internal BufferReference ReferenceOf(int rank) => _references[rank];
}
