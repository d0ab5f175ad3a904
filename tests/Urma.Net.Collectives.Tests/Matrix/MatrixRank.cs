using System.Runtime.InteropServices;
using Urma.Net.Collectives.Reductions;

namespace Urma.Net.Collectives.Tests.Matrix;

/// <summary>
/// Carries out cases as one rank and compares every byte, those around the receive buffer included. Values are such that all orders of
/// combining them are exact in all types: at each place one rank has 3, one 2 and the others 1.
/// </summary>
internal sealed unsafe class MatrixRank : IDisposable
{
    private const byte Canary = 0xA5;
    private const int Margin = 64;

    private readonly Communicator _communicator;
    private readonly RegisteredMemory _registered;
    private readonly byte* _plain;
    private readonly long _half;

    public MatrixRank(Communicator communicator)
    {
        _communicator = communicator;
        _half = ((long)MatrixCase.Counts(communicator.Size)[^1] * communicator.Size * sizeof(double)) + (4 * Margin);
        _registered = communicator.Allocate(2 * _half);
        _plain = (byte*)NativeMemory.AllocZeroed((nuint)(2 * _half));
    }

    private int Rank => _communicator.Rank;

    private int Size => _communicator.Size;

    public void Run(MatrixCase one)
    {
        int element = DataTypes.SizeOf(one.Type);
        long block = (long)one.Count * element;
        byte* memory = one.Registered ? (byte*)_registered.Address : _plain;
        byte* send = memory + Margin + one.Skew;
        byte* receive = memory + _half + Margin + one.Skew;
        long sent = one.Operation is "ReduceScatter" or "AllToAll" or "AllToAllV" or "Scatter" ? block * Size : block;
        long received = one.Operation is "AllGather" or "AllToAll" or "AllToAllV" or "Gather" ? block * Size : block;
        if (one.InPlace)
        {
            switch (one.Operation)
            {
                case "AllGather" or "Gather":
                    send = receive + (Rank * block);
                    break;
                case "ReduceScatter" or "Scatter":
                    receive = send + (Rank * block);
                    break;
                default:
                    receive = send;
                    break;
            }
        }

        new Span<byte>(memory, (int)(2 * _half)).Fill(Canary);
        Fill(one, Rank, send, sent / element);
        Call(one, send, receive, one.Count);
        Check(one, receive, received);
        if (!one.InPlace && new Span<byte>(receive + received, Margin).IndexOfAnyExcept(Canary) >= 0)
        {
            throw new InvalidDataException($"{one}: bytes behind the receive buffer were written");
        }
    }

    private void Call(MatrixCase one, byte* send, byte* receive, long count)
    {
        Reduction reduction = ReductionOf(one, Rank);
        (nint from, nint to, DataType type) = ((nint)send, (nint)receive, one.Type);
        switch (one.Operation)
        {
            case "AllReduce": _communicator.AllReduce(from, to, count, type, reduction); break;
            case "Reduce": _communicator.Reduce(from, to, count, type, reduction, one.Root); break;
            case "Broadcast": _communicator.Broadcast(from, to, count, type, one.Root); break;
            case "AllGather": _communicator.AllGather(from, to, count, type); break;
            case "ReduceScatter": _communicator.ReduceScatter(from, to, count, type, reduction); break;
            case "AllToAll": _communicator.AllToAll(from, to, count, type); break;
            case "Gather": _communicator.Gather(from, to, count, type, one.Root); break;
            case "Scatter": _communicator.Scatter(from, to, count, type, one.Root); break;
            case "AllToAllV":
                long[] counts = [.. Enumerable.Repeat(count, Size)];
                long[] places = [.. Enumerable.Range(0, Size).Select(peer => peer * count)];
                _communicator.AllToAllV(from, counts, places, to, counts, places, type);
                break;
            default:
                using (CollectiveGroup group = CollectiveGroup.Start())
                {
                    _communicator.Send(from, count, type, (Rank + 1) % Size);
                    _communicator.Receive(to, count, type, (Rank + Size - 1) % Size);
                    group.End();
                }

                break;
        }
    }

    private void Check(MatrixCase one, byte* receive, long received)
    {
        bool isRoot = Rank == one.Root;
        if ((one.Operation is "Reduce" or "Gather" && !isRoot) || received == 0)
        {
            return;
        }

        long element = DataTypes.SizeOf(one.Type);
        byte* expected = (byte*)NativeMemory.Alloc((nuint)received);
        try
        {
            Expect(one, expected, received / element);
            var wanted = new ReadOnlySpan<byte>(expected, (int)received);
            int same = wanted.CommonPrefixLength(new ReadOnlySpan<byte>(receive, (int)received));
            if (same != received)
            {
                throw new InvalidDataException(
                    $"rank {Rank} of {Size}, {one}: element {same / element} is wrong, byte {receive[same]:x2} instead of {expected[same]:x2}");
            }
        }
        finally
        {
            NativeMemory.Free(expected);
        }
    }

    // What this rank must have, made of the inputs of all.
    private void Expect(MatrixCase one, byte* expected, long count)
    {
        long element = DataTypes.SizeOf(one.Type);
        long block = one.Count * element;
        long whole = one.Count * Size;
        byte* input = (byte*)NativeMemory.Alloc((nuint)(whole * element * Size));
        nint* sources = stackalloc nint[Size];
        try
        {
            for (int rank = 0; rank < Size; rank++)
            {
                sources[rank] = (nint)(input + (rank * whole * element));
                Fill(one, rank, (byte*)sources[rank], whole);
            }

            for (int rank = 0; rank < Size; rank++)
            {
                byte* theirs = (byte*)sources[rank];
                switch (one.Operation)
                {
                    case "Broadcast" when rank == one.Root:
                    case "SendReceive" when rank == (Rank + Size - 1) % Size:
                        Buffer.MemoryCopy(theirs, expected, block, block);
                        break;
                    case "Scatter" when rank == one.Root:
                        Buffer.MemoryCopy(theirs + (Rank * block), expected, block, block);
                        break;
                    case "AllGather" or "Gather":
                        Buffer.MemoryCopy(theirs, expected + (rank * block), block, block);
                        break;
                    case "AllToAll" or "AllToAllV":
                        Buffer.MemoryCopy(theirs + (Rank * block), expected + (rank * block), block, block);
                        break;
                }
            }

            if (one.IsReduction)
            {
                ExpectReduced(one, expected, count, sources);
            }
        }
        finally
        {
            NativeMemory.Free(input);
        }
    }

    // The kernels are tested against a model of their own; here they say what the ranks together must come to.
    private void ExpectReduced(MatrixCase one, byte* expected, long count, nint* sources)
    {
        double* factors = stackalloc double[Size];
        for (int rank = 0; rank < Size; rank++)
        {
            sources[rank] += one.Operation == "ReduceScatter" ? (nint)(Rank * count * DataTypes.SizeOf(one.Type)) : 0;
            factors[rank] = Factor(rank);
        }

        ReductionScale scale = one.Reduction switch
        {
            "Average" => ReductionScale.Divide(Size),
            "PreMultipliedSum" => ReductionScale.Multiply(new ReadOnlySpan<double>(factors, Size)),
            _ => default,
        };
        ReductionKernels.Reduce(expected, new ReadOnlySpan<nint>(sources, Size), count, one.Type, ReductionOf(one, 0), scale);
    }

    private static double Factor(int rank) => 1 + (rank % 2);

    private static Reduction ReductionOf(MatrixCase one, int rank) => one.Reduction switch
    {
        "Sum" => Reduction.Sum,
        "Product" => Reduction.Product,
        "Min" => Reduction.Min,
        "Max" => Reduction.Max,
        "Average" => Reduction.Average,
        "PreMultipliedSum" => Reduction.PreMultipliedSum(Factor(rank)),
        _ => s_xor,
    };

    // Of the bytes, so that it is exact whatever the type.
    private static readonly Reduction s_xor = Reduction.Create("xor of bytes", static (accumulator, operand, count, type) =>
    {
        for (long i = 0; i < count * DataTypes.SizeOf(type); i++)
        {
            ((byte*)accumulator)[i] ^= ((byte*)operand)[i];
        }
    });

    // Sums must stay exact in three bits: most ranks have nothing where things are added up.
    private void Fill(MatrixCase one, int rank, byte* target, long count)
    {
        bool isSum = one.Reduction is "Sum" or "Average" or "PreMultipliedSum";
        for (long i = 0; i < count; i++)
        {
            long turn = (i + (i / 7)) % Size;
            int value = (turn == rank ? 2 : (turn + 1) % Size == rank ? 1 : 0) + (isSum ? 0 : 1);
            Store(one.Type, target + (i * DataTypes.SizeOf(one.Type)), value);
        }
    }

    private static void Store(DataType type, byte* target, int value)
    {
        switch (type)
        {
            case DataType.Int8 or DataType.UInt8: *target = (byte)value; break;
            case DataType.Int32 or DataType.UInt32: new Span<byte>(&value, 4).CopyTo(new Span<byte>(target, 4)); break;
            case DataType.Int64 or DataType.UInt64: Put(target, (long)value); break;
            case DataType.Float16: Put(target, (Half)value); break;
            case DataType.Float32: Put(target, (float)value); break;
            case DataType.Float64: Put(target, (double)value); break;
            case DataType.BFloat16: Put(target, (BFloat16)(float)value); break;
            case DataType.Float8E4M3: Put(target, (Float8E4M3)(float)value); break;
            default: Put(target, (Float8E5M2)(float)value); break;
        }
    }

    private static void Put<T>(byte* target, T value)
        where T : unmanaged => System.Runtime.CompilerServices.Unsafe.WriteUnaligned(target, value);

    public void Dispose()
    {
        _registered.Dispose();
        NativeMemory.Free(_plain);
    }
}
