namespace Urma.Net.Messaging;

/// <summary>A receive slot or large buffer, as leases see it.</summary>
internal struct SlotState
{
    /// <summary>First byte.</summary>
    public nint Address;

    /// <summary>Length of the message in it.</summary>
    public long Length;

    /// <summary>Grows when a lease ends: an older lease finds nothing.</summary>
    public uint Generation;

    /// <summary>Where the message begins in the slot: behind what was sent with it.</summary>
    public int Offset;
}
