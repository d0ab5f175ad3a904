using System.Runtime.InteropServices;
using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Collectives.Tests.Matrix;

/// <summary>
/// Blocks of more bytes than an <see cref="int"/> counts, between two ranks, where <c>URMA_TEST_FULL</c> is 1 (<c>./build.sh test-full</c>): up to 9 GiB of memory. Otherwise the same on a
/// thousandth of it.
/// </summary>
public sealed unsafe class LargeTests
{
    private const int Ranks = 2;

    // No power of two is a multiple of it, so that what lands at an offset with bits cut off is seen.
    private const int Period = 251;
    private const int BlockBytes = Period * 4096;

    private static readonly bool _isFull = Environment.GetEnvironmentVariable("URMA_TEST_FULL") == "1";

    private static readonly long _count = (_isFull ? 1L << 31 : 1L << 21) + 4096;

    public static TheoryData<CollectivePath, PeerOperation> Operations()
    {
        var data = new TheoryData<CollectivePath, PeerOperation>();
        foreach (PeerOperation operation in new[] { PeerOperation.AllReduce, PeerOperation.Broadcast, PeerOperation.AllGather, PeerOperation.Send })
        {
            data.Add(CollectivePath.Mapped, operation);
            data.Add(CollectivePath.Posted, operation);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Every_byte_of_a_large_block_is_right(CollectivePath path, PeerOperation operation) => RankThreads.Run(
        Ranks,
        communicator =>
        {
            // Mapped ranks reach into each other's memory; the others copy it in any case.
            long bytes = operation == PeerOperation.AllGather ? _count * Ranks : _count;
            using RegisteredMemory? registered = path == CollectivePath.Mapped ? communicator.Allocate(bytes) : null;
            byte* memory = registered is null ? (byte*)NativeMemory.Alloc((nuint)bytes) : (byte*)registered.Address;
            try
            {
                Run(communicator, operation, memory);
            }
            finally
            {
                if (registered is null)
                {
                    NativeMemory.Free(memory);
                }
            }
        },
        new CommunicatorOptions { Path = path, Timeout = TimeSpan.FromMinutes(10) },
        limit: TimeSpan.FromMinutes(_isFull ? 20 : 2));

    // All in place, for there is little room.
    private static void Run(Communicator communicator, PeerOperation operation, byte* memory)
    {
        int rank = communicator.Rank;
        switch (operation)
        {
            case PeerOperation.AllReduce:
                Go(memory, place => (byte)(place + rank), isCheck: false);
                communicator.AllReduce((nint)memory, (nint)memory, _count, DataType.UInt8, Reduction.Sum);
                Go(memory, place => (byte)((2 * place) + 1), isCheck: true);
                break;
            case PeerOperation.Broadcast:
                Go(memory, place => rank == 1 ? (byte)place : (byte)0, isCheck: false);
                communicator.Broadcast((nint)memory, (nint)memory, _count, DataType.Int8, 1);
                Go(memory, place => (byte)place, isCheck: true);
                break;
            case PeerOperation.AllGather:
                Go(memory + (rank * _count), place => (byte)(place + rank), isCheck: false);
                communicator.AllGather((nint)(memory + (rank * _count)), (nint)memory, _count, DataType.Int8);
                Go(memory, place => (byte)place, isCheck: true);
                Go(memory + _count, place => (byte)(place + 1), isCheck: true);
                break;
            default:
                Go(memory, place => rank == 0 ? (byte)place : (byte)0, isCheck: false);
                if (rank == 0)
                {
                    communicator.Send((nint)memory, _count, DataType.Int8, 1);
                }
                else
                {
                    communicator.Receive((nint)memory, _count, DataType.Int8, 0);
                    Go(memory, place => (byte)place, isCheck: true);
                }

                break;
        }
    }

    // Fills a block with a value for each place, or compares it.
    private static void Go(byte* memory, Func<int, byte> value, bool isCheck)
    {
        byte[] pattern = new byte[BlockBytes];
        for (int i = 0; i < pattern.Length; i++)
        {
            pattern[i] = value(i % Period);
        }

        for (long done = 0; done < _count; done += BlockBytes)
        {
            int length = (int)Math.Min(BlockBytes, _count - done);
            var block = new Span<byte>(memory + done, length);
            if (!isCheck)
            {
                pattern.AsSpan(0, length).CopyTo(block);
            }
            else if (!block.SequenceEqual(pattern.AsSpan(0, length)))
            {
                int place = block.CommonPrefixLength(pattern.AsSpan(0, length));
                throw new InvalidDataException($"Byte {done + place} is {block[place]} and must be {pattern[place]}.");
            }
        }
    }
}
