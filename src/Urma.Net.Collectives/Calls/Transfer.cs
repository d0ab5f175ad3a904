namespace Urma.Net.Collectives;

/// <summary>A send or receive under way.</summary>
internal unsafe struct Transfer
{
    public bool IsSend;
    public bool IsDone;
    public int Peer;
    public uint Signature;
    public byte* Buffer;
    public long Bytes;
    public long Moved;

    /// <summary>The chunk that names the sender's buffer, once it was sent; the transfer is done when the receiver has taken it.</summary>
    public uint Named;

    public bool HasNamed;

    public static Transfer Of(in CollectiveCall call) => new()
    {
        IsSend = call.Kind == CollectiveKind.Send,
        Peer = call.Peer,
        Buffer = call.Kind == CollectiveKind.Send ? call.Send : call.Receive,
        Bytes = call.Bytes,

        // Both sides know count and type; the lowest bit says how the bytes travel.
        Signature = new CollectiveCall { Kind = CollectiveKind.Send, Type = call.Type, Count = call.Count, Peer = -1 }.Signature & ~1u,
    };
}
