using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// The receiving end of a lane: memory we created for one sender. Whatever it writes there, only its own lane suffers.
/// </summary>
internal sealed unsafe class LoopbackReceiveLane : CompletionSource
{
    public const int ArmedOffset = LoopbackLayout.LineSpacing;
    public const int EntriesOffset = 4 * LoopbackLayout.LineSpacing;

    private readonly LoopbackJfr _jfr;
    private readonly MemoryFile _file;
    private readonly SharedMapping _mapping;
    private int _packedTaken;
    private int _packedOffset;

    private LoopbackReceiveLane(
        LoopbackJfr jfr, LoopbackJfc jfc, uint id, LoopbackPeer peer, uint sourceJettyId, uint sourceTarget, MemoryFile file, SharedMapping mapping)
        : base((LaneEntry*)(mapping.Pointer + EntriesOffset), jfr.Depth, (uint*)(mapping.Pointer + ArmedOffset), jfc.Doorbell)
    {
        _jfr = jfr;
        Jfc = jfc;
        _file = file;
        _mapping = mapping;
        Id = id;
        Peer = peer;
        SourceJettyId = sourceJettyId;
        SourceTarget = sourceTarget;
        SourceUasid = peer.Uasid;
        SourceEid = peer.Eid;
    }

    /// <summary>Polls it.</summary>
    public LoopbackJfc Jfc { get; }

    /// <summary>Its number in the JFR's claim words; never 0.</summary>
    public uint Id { get; }

    public LoopbackPeer Peer { get; }

    public uint SourceJettyId { get; }

    /// <summary>Which import of the sender's it belongs to.</summary>
    public uint SourceTarget { get; }

    public int Descriptor => _file.Descriptor;

    public static long Length(int depth) => EntriesOffset + ((long)depth * sizeof(LaneEntry));

    public static LoopbackReceiveLane Create(LoopbackJfr jfr, LoopbackJfc jfc, uint id, LoopbackPeer peer, uint sourceJettyId, uint sourceTarget)
    {
        MemoryFile file = MemoryFile.Create("urma-lane", Length(jfr.Depth));
        try
        {
            return new LoopbackReceiveLane(jfr, jfc, id, peer, sourceJettyId, sourceTarget, file, file.MapShared(writable: true));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override bool Take(LaneEntry* entry, out Completion completion)
    {
        if (entry->Opcode == LaneEntry.PackedOpcode)
        {
            return TakePacked(entry, out completion);
        }

        if (_jfr.TryComplete(Jfc, entry, out completion))
        {
            Taken++;
            return true;
        }

        return Poison();
    }

    // The entry stays at the head until its last message is taken. The sender can still write to it, so nothing is kept from one
    // message to the next but how far we are.
    private bool TakePacked(LaneEntry* entry, out Completion completion)
    {
        int index = _packedTaken;
        int count = entry->Slot;
        int length = (byte)(entry->Result >> (8 * index));
        if (count is < 2 or > LaneEntry.MaxPacked || length > LoopbackLayout.EntryInlineLength - _packedOffset)
        {
            completion = default;
            return Poison();
        }

        if (!_jfr.TryCompletePacked(Jfc, entry, index, length, entry->Payload + _packedOffset, out completion))
        {
            return Poison();
        }

        _packedOffset += length;
        if (++_packedTaken >= count)
        {
            _packedTaken = 0;
            _packedOffset = 0;
            Taken++;
        }

        return true;
    }

    private bool Poison()
    {
        // Not believable: this sender gets nothing more delivered, and its claims are offered to others.
        IsDetached = true;
        IsClosing = true;
        Jfc.Close(this);
        _jfr.OnLanePoisoned(this);
        return false;
    }

    public override void OnDetached() => _jfr.OnLaneDetached(this);

    public void Release()
    {
        _mapping.Dispose();
        _file.Dispose();
    }
}
