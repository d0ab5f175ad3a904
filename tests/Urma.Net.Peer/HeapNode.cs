namespace Urma.Net.Peer;

/// <summary>A node of a list that goes through the slices of several ranks.</summary>
internal struct HeapNode
{
    public long Value;
    public GlobalPointer<HeapNode> Next;
}
