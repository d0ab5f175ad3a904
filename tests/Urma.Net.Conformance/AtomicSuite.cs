using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>Atomic operations on 4 and 8 bytes.</summary>
public abstract class AtomicSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    private const ulong Sentinel = 0x5555_5555_5555_5555;

    public static TheoryData<Opcode, ulong, ulong, ulong> Cases => new()
    {
        { Opcode.Swap, 5, 9, 9 },
        { Opcode.FetchAdd, 5, 9, 14 },
        { Opcode.FetchAdd, ulong.MaxValue, 2, 1 },
        { Opcode.FetchAdd, 0xFFFF_FFFF, 1, 0x1_0000_0000 },
        { Opcode.FetchSub, 5, 9, unchecked((ulong)-4L) },
        { Opcode.FetchSub, 9, 5, 4 },
        { Opcode.FetchAnd, 0xF0F0_F0F0_F0F0_F0F0, 0xFF00_FF00_FF00_FF00, 0xF000_F000_F000_F000 },
        { Opcode.FetchOr, 0xF0F0_F0F0_F0F0_F0F0, 0xFF00_FF00_FF00_FF00, 0xFFF0_FFF0_FFF0_FFF0 },
        { Opcode.FetchXor, 0xF0F0_F0F0_F0F0_F0F0, 0xFF00_FF00_FF00_FF00, 0x0FF0_0FF0_0FF0_0FF0 },
    };

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Every_operation_gives_the_old_value_and_stores_the_new(Opcode opcode, ulong old, ulong operand, ulong expected)
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(segment.AsSpan());
        words[..4].Fill(Sentinel);
        words[1] = old;
        endpoint.Memory.AsSpan().Fill(0xEE);

        Completion completion = endpoint.Succeed(WorkRequest.Atomic(opcode, endpoint.Memory.Range(8, 8), target.At(8, 8), operand, 3));

        Assert.Equal(8, completion.ByteCount);
        Assert.Equal([Sentinel, expected, Sentinel, Sentinel], words[..4].ToArray());
        Assert.Equal(old, MemoryMarshal.Read<ulong>(endpoint.Memory.AsSpan(8, 8)));
        Assert.Equal(-1, endpoint.Memory.AsSpan(0, 8).IndexOfAnyExcept((byte)0xEE));
        Assert.Equal(-1, endpoint.Memory.AsSpan(16, 64).IndexOfAnyExcept((byte)0xEE));
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Every_operation_on_four_bytes_leaves_the_neighbours(Opcode opcode, ulong old, ulong operand, ulong expected)
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(segment.AsSpan());
        words[..4].Fill(unchecked((uint)Sentinel));
        words[1] = unchecked((uint)old);
        endpoint.Memory.AsSpan().Fill(0xEE);

        Completion completion = endpoint.Succeed(WorkRequest.Atomic(opcode, endpoint.Memory.Range(4, 4), target.At(4, 4), operand, 3));

        Assert.Equal(4, completion.ByteCount);
        uint sentinel = unchecked((uint)Sentinel);
        Assert.Equal([sentinel, unchecked((uint)expected), sentinel, sentinel], words[..4].ToArray());
        Assert.Equal(unchecked((uint)old), MemoryMarshal.Read<uint>(endpoint.Memory.AsSpan(4, 4)));
        Assert.Equal(-1, endpoint.Memory.AsSpan(0, 4).IndexOfAnyExcept((byte)0xEE));
        Assert.Equal(-1, endpoint.Memory.AsSpan(8, 64).IndexOfAnyExcept((byte)0xEE));
    }

    [SkippableTheory]
    [InlineData(8)]
    [InlineData(4)]
    public void A_compare_and_swap_stores_only_on_a_match(int width)
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        SegmentRange result = endpoint.Memory.Range(0, width);
        MemoryMarshal.Write(segment.AsSpan(8, 8), 100UL);

        endpoint.Succeed(WorkRequest.CompareSwap(result, target.At(8, width), 99, 1));
        Assert.Equal(100ul, MemoryMarshal.Read<ulong>(segment.AsSpan(8, 8)));
        Assert.Equal(100ul, Old());
        endpoint.Succeed(WorkRequest.CompareSwap(result, target.At(8, width), 100, 7));
        Assert.Equal(7ul, MemoryMarshal.Read<ulong>(segment.AsSpan(8, 8)));
        Assert.Equal(100ul, Old());

        ulong Old() => width == 8 ? MemoryMarshal.Read<ulong>(endpoint.Memory.AsSpan(0, 8)) : MemoryMarshal.Read<uint>(endpoint.Memory.AsSpan(0, 4));
    }

    [SkippableTheory]
    [InlineData(8)]
    [InlineData(4)]
    public void Sums_are_exact_however_many_add(int width)
    {
        const int Adders = 4;
        int rounds = Harness.Repeated(20_000);
        (_, Segment segment, _) = Connect();
        MemoryMarshal.Write(segment.AsSpan(8, 8), Sentinel);
        var seen = new int[Adders * rounds];
        Threads.Run(Adders, adder =>
        {
            using UrmaContext context = Harness.Open();
            using var endpoint = new Endpoint(context);
            TargetSegment target = endpoint.Import(segment);
            for (int i = 0; i < rounds; i++)
            {
                endpoint.Succeed(WorkRequest.FetchAdd(endpoint.Memory.Range(0, width), target.At(0, width), 1));
                Interlocked.Increment(ref seen[MemoryMarshal.Read<int>(endpoint.Memory.AsSpan(0, 4))]);
            }
        });

        Assert.Equal((ulong)(Adders * rounds), MemoryMarshal.Read<ulong>(segment.AsSpan(0, 8)));
        Assert.Equal(Sentinel, MemoryMarshal.Read<ulong>(segment.AsSpan(8, 8)));
        Assert.All(seen, times => Assert.Equal(1, times));
    }

    [SkippableFact]
    public void Opposite_operations_cancel_out_under_contention()
    {
        int rounds = Harness.Repeated(10_000);
        (_, Segment segment, _) = Connect();
        Opcode[] opcodes = [Opcode.FetchAdd, Opcode.FetchSub, Opcode.FetchXor, Opcode.FetchXor];
        Threads.Run(opcodes.Length, index =>
        {
            using UrmaContext context = Harness.Open();
            using var endpoint = new Endpoint(context);
            TargetSegment target = endpoint.Import(segment);
            // Sum and bits live in different words: xor does not commute with add.
            RemoteAddress word = target.At(opcodes[index] == Opcode.FetchXor ? 64 : 0, 8);
            for (int i = 0; i < rounds; i++)
            {
                endpoint.Succeed(WorkRequest.Atomic(opcodes[index], endpoint.Memory.Range(0, 8), word, 0x1111_1111_1111_1111));
            }
        });

        Assert.Equal(0ul, MemoryMarshal.Read<ulong>(segment.AsSpan(0, 8)));
        Assert.Equal(0ul, MemoryMarshal.Read<ulong>(segment.AsSpan(64, 8)));
    }

    [SkippableFact]
    public void A_lock_made_of_compare_and_swap_excludes()
    {
        int rounds = Harness.Repeated(3_000);
        (_, Segment segment, _) = Connect();
        Threads.Run(3, index =>
        {
            using UrmaContext context = Harness.Open();
            using var endpoint = new Endpoint(context);
            TargetSegment target = endpoint.Import(segment);
            SegmentRange result = endpoint.Memory.Range(0, 8);
            SegmentRange counter = endpoint.Memory.Range(8, 8);
            for (int i = 0; i < rounds; i++)
            {
                do
                {
                    endpoint.Succeed(WorkRequest.CompareSwap(result, target.At(0, 8), 0, (ulong)index + 1));
                }
                while (MemoryMarshal.Read<ulong>(endpoint.Memory.AsSpan(0, 8)) != 0);

                endpoint.Succeed(WorkRequest.Read(counter, target.At(64, 8)));
                MemoryMarshal.Write(endpoint.Memory.AsSpan(8, 8), MemoryMarshal.Read<long>(endpoint.Memory.AsSpan(8, 8)) + 1);
                endpoint.Succeed(WorkRequest.Write(counter, target.At(64, 8)));
                endpoint.Succeed(WorkRequest.Atomic(Opcode.Swap, result, target.At(0, 8), 0));
                Assert.Equal((ulong)index + 1, MemoryMarshal.Read<ulong>(endpoint.Memory.AsSpan(0, 8)));
            }
        });

        Assert.Equal(3L * rounds, MemoryMarshal.Read<long>(segment.AsSpan(64, 8)));
    }

    [SkippableFact]
    public void Opcodes_that_are_no_atomics_are_refused_by_the_factory()
    {
        (Endpoint endpoint, _, TargetSegment target) = Connect();
        foreach (Opcode opcode in new[] { Opcode.Write, Opcode.Read, Opcode.CompareSwap, Opcode.Send, Opcode.Nop, (Opcode)0x27, (Opcode)0xFF })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => WorkRequest.Atomic(opcode, endpoint.Memory.Range(0, 8), target.At(0, 8), 1));
        }
    }

    private (Endpoint Endpoint, Segment Segment, TargetSegment Target) Connect()
    {
        Skip.If(Harness.Atomics == AtomicSupport.None, "The provider has no atomics.");
        Endpoint endpoint = NewEndpoint();
        Segment segment = Own(Open().AllocateSegment(4096));
        return (endpoint, segment, endpoint.Import(segment));
    }
}
