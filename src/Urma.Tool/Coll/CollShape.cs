using Urma.Net.Collectives;

namespace Urma.Net.Tool.Coll;

/// <summary>How many elements an operation moves, and where they lie, as nccl-tests counts them.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Ranks">How many ranks there are.</param>
/// <param name="Root">The root; any rank where there is none.</param>
/// <param name="Count">Elements of the vector, or of a rank's block where the operation has blocks.</param>
/// <param name="Type">The type of an element.</param>
internal readonly record struct CollShape(CollOperation Operation, int Ranks, int Root, long Count, DataType Type)
{
    /// <summary>Bytes of <see cref="Count"/> elements.</summary>
    public long Bytes => Count * DataTypes.SizeOf(Type);

    public long SendCount => Operation switch
    {
        CollOperation.ReduceScatter or CollOperation.AllToAll or CollOperation.AllToAllV or CollOperation.Scatter => Count * Ranks,
        CollOperation.Barrier => 0,
        _ => Count,
    };

    public long ReceiveCount => Operation switch
    {
        CollOperation.AllGather or CollOperation.AllToAll or CollOperation.AllToAllV or CollOperation.Gather => Count * Ranks,
        CollOperation.Barrier => 0,
        _ => Count,
    };

    /// <summary>The table's size: the longer buffer's bytes.</summary>
    public long ShownBytes => Math.Max(SendCount, ReceiveCount) * DataTypes.SizeOf(Type);

    /// <summary>What algbw is multiplied by, so that it can be compared with the bandwidth of the memory or the links.</summary>
    public double BusFactor => Operation switch
    {
        CollOperation.AllReduce => 2.0 * (Ranks - 1) / Ranks,
        CollOperation.Broadcast or CollOperation.Reduce or CollOperation.SendReceive => 1,
        _ => (double)(Ranks - 1) / Ranks,
    };

    /// <summary>Whether the operation has a form in which the send and the receive buffer are one.</summary>
    public bool HasInPlaceForm => HasInPlace(Operation);

    /// <summary>The shape for a size of the command line; blocks are rounded down.</summary>
    public static CollShape Of(CollOperation operation, int ranks, int root, long bytes, DataType type)
    {
        long count = operation == CollOperation.Barrier ? 0 : bytes / DataTypes.SizeOf(type);
        return new CollShape(operation, ranks, root, HasBlocks(operation) ? count / ranks : count, type);
    }

    public static bool HasReduction(CollOperation operation) =>
        operation is CollOperation.AllReduce or CollOperation.Reduce or CollOperation.ReduceScatter;

    public static bool HasRoot(CollOperation operation) =>
        operation is CollOperation.Broadcast or CollOperation.Reduce or CollOperation.Gather or CollOperation.Scatter;

    private static bool HasInPlace(CollOperation operation) =>
        operation is not (CollOperation.AllToAllV or CollOperation.SendReceive or CollOperation.Barrier);

    private static bool HasBlocks(CollOperation operation) => operation
        is CollOperation.AllGather or CollOperation.ReduceScatter or CollOperation.AllToAll or CollOperation.AllToAllV or CollOperation.Gather or CollOperation.Scatter;
}
