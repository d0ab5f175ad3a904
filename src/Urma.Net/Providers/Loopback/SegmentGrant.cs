using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>A segment as its owner handed it over, mapped and checked.</summary>
/// <param name="Mapping">The memory; null for a copied or an empty segment.</param>
/// <param name="MapOffset">Where the segment begins in the mapping.</param>
/// <param name="Length">Bytes.</param>
/// <param name="OwnerAddress">Where it begins in the owner.</param>
/// <param name="Access">What is granted.</param>
/// <param name="Mode">How it is reached.</param>
/// <param name="Epoch">The grant's epoch.</param>
/// <param name="Index">Its number within the owner.</param>
internal readonly unsafe record struct SegmentGrant(
    SharedMapping? Mapping, long MapOffset, long Length, ulong OwnerAddress, SegmentAccess Access, SegmentMode Mode, uint Epoch, uint Index)
{
    /// <summary>The address by which peers name its beginning: <see cref="SegmentOptions.NameAddress"/>.</summary>
    public ulong NameAddress { get; init; }

    /// <summary><see cref="SegmentOptions.Domain"/> of the owner's.</summary>
    public uint Domain { get; init; }

    public RemoteSegmentTable.Entry ToEntry(LoopbackPeer peer) => new()
    {
        Address = Mapping is null ? null : Mapping.Pointer + MapOffset,
        Length = Length,
        Epoch = Epoch,
        EpochWord = (uint*)(peer.ContextPage.Pointer + LoopbackContextPage.EpochsOffset) + (ushort)Index,
        OwnerAddress = OwnerAddress,
        Access = Access,
        Mode = Mode,
        OwnerProcess = peer.ProcessId,
        SegmentIndex = Index,
    };
}
