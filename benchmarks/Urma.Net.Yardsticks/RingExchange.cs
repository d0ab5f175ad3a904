namespace Urma.Net.Measurement;

/// <summary>The memory of one side of a ring exchange, bundled because it travels through three calls unchanged.</summary>
internal readonly unsafe struct RingExchange(
    byte* outbound, byte* inbound, byte* source, byte* destination, nuint payload, ulong slots)
{
    public readonly byte* Outbound = outbound;
    public readonly byte* Inbound = inbound;
    public readonly byte* Source = source;
    public readonly byte* Destination = destination;
    public readonly nuint Payload = payload;
    public readonly ulong Slots = slots;
}
