using System.Runtime.InteropServices;
using Urma.Net.Collectives;
using Urma.Net.Tool.Coll;
using Xunit;

namespace Urma.Net.Tool.Tests.Coll;

public sealed unsafe class CollDataTests
{
    private const int Count = (2 * CollValues.Period) + 5;

    public static TheoryData<string, DataType, string> Everything()
    {
        var all = new TheoryData<string, DataType, string>();
        foreach (CollOperation operation in Enum.GetValues<CollOperation>())
        {
            foreach (DataType type in Enum.GetValues<DataType>())
            {
                foreach (CollReduction reduction in CollShape.HasReduction(operation) ? Enum.GetValues<CollReduction>()[1..] : [CollReduction.None])
                {
                    if (operation != CollOperation.Barrier)
                    {
                        all.Add(CollNames.Of(operation), type, CollNames.Of(reduction));
                    }
                }
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_damaged_element_is_counted_and_a_right_result_is_not(string operation, DataType type, string reduction)
    {
        const int Ranks = 3, Root = 1;
        var values = new CollValues(Ranks, type, Reduction(reduction));
        var shape = new CollShape(CollNames.Operations.First(known => CollNames.Of(known) == operation), Ranks, Root, Count, type);
        byte[] result = Result(values, shape, Root);
        fixed (byte* at = result)
        {
            Assert.Equal(0, CollData.CountWrong(values, shape, Root, (nint)at));
            int last = result.Length - values.ElementSize;
            foreach (int element in new[] { 0, CollValues.Period, (int)shape.ReceiveCount - 1 })
            {
                result[element * values.ElementSize] ^= 1;
            }

            Assert.Equal(3, CollData.CountWrong(values, shape, Root, (nint)at));
            result[last] ^= 1;
            Assert.Equal(2, CollData.CountWrong(values, shape, Root, (nint)at));
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Elements_in_the_wrong_place_are_wrong(string operation, DataType type, string reduction)
    {
        const int Ranks = 2;
        var values = new CollValues(Ranks, type, Reduction(reduction));
        var shape = new CollShape(CollNames.Operations.First(known => CollNames.Of(known) == operation), Ranks, 0, Count, type);
        byte[] result = Result(values, shape, 0);
        byte[] moved = [.. result[values.ElementSize..], .. result[..values.ElementSize]];
        fixed (byte* at = moved)
        {
            Assert.InRange(CollData.CountWrong(values, shape, 0, (nint)at), Count / 20, shape.ReceiveCount);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(17)]
    public void Sums_are_exact_in_every_order_in_the_narrowest_types(int ranks)
    {
        var values = new CollValues(ranks, DataType.Float8E5M2, CollReduction.Sum);
        for (int index = 0; index < CollValues.Period; index++)
        {
            Float8E5M2 up = default, down = default;
            for (int rank = 0; rank < ranks; rank++)
            {
                up += MemoryMarshal.Read<Float8E5M2>(values.OfRank(rank)[index..]);
                down += MemoryMarshal.Read<Float8E5M2>(values.OfRank(ranks - 1 - rank)[index..]);
            }

            Float8E5M2 expected = MemoryMarshal.Read<Float8E5M2>(values.Reduced[index..]);
            Assert.Equal((expected, expected), (up, down));
        }
    }

    [Theory]
    [InlineData("sum")]
    [InlineData("max")]
    [InlineData("min")]
    [InlineData("prod")]
    public void No_rank_s_part_can_be_left_out_unnoticed(string reduction)
    {
        const int Ranks = 3;
        var values = new CollValues(Ranks, DataType.Int32, Reduction(reduction));
        foreach (int left in Enumerable.Range(0, Ranks))
        {
            int differing = 0;
            for (int at = 0; at < CollValues.Period * sizeof(int); at += sizeof(int))
            {
                int[] parts = [.. Enumerable.Range(0, Ranks).Where(rank => rank != left).Select(rank => MemoryMarshal.Read<int>(values.OfRank(rank)[at..]))];
                int without = reduction switch
                {
                    "max" => parts.Max(),
                    "min" => parts.Min(),
                    "prod" => parts.Aggregate(static (a, b) => unchecked(a * b)),
                    _ => parts.Sum(),
                };
                differing += without != MemoryMarshal.Read<int>(values.Reduced[at..]) ? 1 : 0;
            }

            Assert.InRange(differing, CollValues.Period / 10, CollValues.Period);
        }
    }

    [Fact]
    public void What_was_not_written_is_wrong()
    {
        var values = new CollValues(2, DataType.Float32, CollReduction.Sum);
        var shape = new CollShape(CollOperation.AllReduce, 2, 0, 100, DataType.Float32);
        float* at = stackalloc float[100];
        CollData.Spoil((nint)at, 100 * sizeof(float));
        Assert.Equal(100, CollData.CountWrong(values, shape, 0, (nint)at));
    }

    private static CollReduction Reduction(string name) => name == CollNames.Of(CollReduction.None) ? CollReduction.None : CollNames.Reductions(name)[0];

    // What an operation should leave at a rank.
    private static byte[] Result(CollValues values, CollShape shape, int rank)
    {
        int element = values.ElementSize;
        byte[] result = new byte[shape.ReceiveCount * element];
        for (long index = 0; index < shape.ReceiveCount; index++)
        {
            (int from, long of) = shape.Operation switch
            {
                CollOperation.AllReduce or CollOperation.Reduce => (-1, index),
                CollOperation.ReduceScatter => (-1, (rank * shape.Count) + index),
                CollOperation.Broadcast => (shape.Root, index),
                CollOperation.Scatter => (shape.Root, (rank * shape.Count) + index),
                CollOperation.SendReceive => ((rank + shape.Ranks - 1) % shape.Ranks, index),
                CollOperation.AllGather or CollOperation.Gather => ((int)(index / shape.Count), index % shape.Count),
                _ => ((int)(index / shape.Count), (rank * shape.Count) + (index % shape.Count)),
            };
            ReadOnlySpan<byte> period = from < 0 ? values.Reduced : values.OfRank(from);
            period.Slice((int)(of % CollValues.Period) * element, element).CopyTo(result.AsSpan((int)index * element));
        }

        return result;
    }
}
