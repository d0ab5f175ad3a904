using System.Runtime.InteropServices;
using Urma.Net.Collectives;

namespace Urma.Net.Tool.Coll;

/// <summary>One rank of a run: its communicator, and what ranks agree on beside the operations that are measured.</summary>
internal sealed class CollMember(UrmaContext context, Communicator communicator, CollRequest request, int processor)
{
    public UrmaContext Context => context;

    public Communicator Communicator => communicator;

    public CollRequest Request => request;

    public int Rank => communicator.Rank;

    public bool IsFirst => communicator.Rank == 0;

    /// <summary>The greatest of all ranks' numbers.</summary>
    public double Max(double number) => Combine(number, Reduction.Max);

    /// <summary>The sum of all ranks' numbers.</summary>
    public long Sum(long number) => Combine(number, Reduction.Sum);

    /// <summary>What the first rank says.</summary>
    public long FromFirst(long number)
    {
        communicator.Broadcast(new Span<long>(ref number), 0);
        return number;
    }

    /// <summary>What the first rank says, as many bytes at all ranks.</summary>
    public void FromFirst(Span<byte> bytes) => communicator.Broadcast(bytes, 0);

    /// <summary>Where all ranks run.</summary>
    public CollPlace[] Places()
    {
        var mine = CollPlace.Here(processor);
        var all = new CollPlace[communicator.Size];
        communicator.AllGather<byte>(MemoryMarshal.AsBytes(new ReadOnlySpan<CollPlace>(in mine)), MemoryMarshal.AsBytes(all.AsSpan()));
        return all;
    }

    private T Combine<T>(T number, Reduction reduction)
        where T : unmanaged
    {
        T result = default;
        communicator.AllReduce(new ReadOnlySpan<T>(in number), new Span<T>(ref result), reduction);
        return result;
    }
}
