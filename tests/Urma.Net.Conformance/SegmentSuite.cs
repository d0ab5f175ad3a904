using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>Registered memory: sizes, rights, lifetime.</summary>
public abstract class SegmentSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData((2 << 20) - 1)]
    [InlineData((2 << 20) + 1)]
    public void Memory_of_any_size_is_zeroed_and_reachable_to_its_last_byte(int length)
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(length);
        Assert.Equal(length, segment.Length);
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0));

        using TargetSegment target = endpoint.Context.ImportSegment(segment.Descriptor, segment.Token);
        Assert.Equal(length, target.Length);
        Assert.Equal(SegmentAccess.All, target.Access);
        Assert.False(target.IsRevoked);
        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 0), target.At(length)));
        if (length > 0)
        {
            endpoint.Memory.AsSpan(0, 1)[0] = 0xA5;
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(0, 1)));
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(length - 1, 1)));
            Assert.Equal(0xA5, segment.AsSpan()[0]);
            Assert.Equal(0xA5, segment.AsSpan()[^1]);
            Assert.Equal(length <= 2 ? -1 : 0, segment.AsSpan()[(length > 1 ? 1 : 0)..^1].IndexOf((byte)0));
        }
    }

    [SkippableTheory]
    [InlineData((2L << 30) + 4097)]
    [InlineData((4L << 30) + 4097)]
    public unsafe void Offsets_beyond_31_and_32_bits_work(long length)
    {
        Skip.If(length > Harness.LargestSegment, "The provider's harness does not try segments this long.");
        SkipWithoutMemory(length);
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(length);
        using TargetSegment target = endpoint.Context.ImportSegment(segment.Descriptor, segment.Token);
        byte* memory = (byte*)segment.Address;
        long[] places = [0, (1L << 31) - 8, (1L << 31) - 1, 1L << 31, (1L << 32) - 8, (1L << 32) - 1, 1L << 32, length - 16];

        foreach (long place in places.Where(place => place + 16 <= length))
        {
            Pattern.Fill(endpoint.Memory.AsSpan(0, 16), (ulong)place);
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 16), target.At(place, 16)));
            Pattern.Verify(new ReadOnlySpan<byte>(memory + place, 16), (ulong)place);

            Pattern.Fill(new Span<byte>(memory + place, 16), (ulong)place + 1);
            endpoint.Succeed(WorkRequest.Read(endpoint.Memory.Range(32, 16), target.At(place, 16)));
            Pattern.Verify(endpoint.Memory.AsSpan(32, 16), (ulong)place + 1);
        }

        endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, 2), target.At(length - 1)), CompletionStatus.RemoteAccessAbort);
    }

    [SkippableFact]
    public unsafe void One_operation_moves_more_than_2_GiB()
    {
        const long Length = (2L << 30) + 5;
        Skip.If(Length > Harness.LargestSegment, "The provider's harness does not try segments this long.");
        Skip.If(Length > Harness.LargestOperation, "The provider's operations are shorter.");
        SkipWithoutMemory(2 * Length);
        using var endpoint = new Endpoint(Open(), new EndpointShape { MemoryLength = Length });
        using Segment segment = Open().AllocateSegment(Length);
        using TargetSegment target = endpoint.Context.ImportSegment(segment.Descriptor, segment.Token);
        byte* source = (byte*)endpoint.Memory.Address;
        source[0] = 1;
        source[int.MaxValue] = 2;
        source[Length - 1] = 3;

        Completion completion = endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(), target.At(0, Length), 77));

        Assert.Equal(Length, completion.ByteCount);
        byte* destination = (byte*)segment.Address;
        Assert.Equal((1, 2, 3), (destination[0], destination[int.MaxValue], destination[Length - 1]));
        Assert.Equal(0, destination[1L << 30]);
    }

    [SkippableFact]
    public void Many_segments_exist_at_once()
    {
        using var endpoint = new Endpoint(Open());
        UrmaContext owner = Open();
        var segments = new Segment[Harness.ManySegments];
        var targets = new TargetSegment[segments.Length];
        try
        {
            for (int i = 0; i < segments.Length; i++)
            {
                segments[i] = owner.AllocateSegment(64);
                targets[i] = endpoint.Context.ImportSegment(segments[i].Descriptor, segments[i].Token);
            }

            for (int i = 0; i < segments.Length; i++)
            {
                endpoint.Memory.Map().StoreRelease(0, i);
                endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 4), targets[i].At(8, 4), (ulong)i));
            }

            for (int i = 0; i < segments.Length; i++)
            {
                Assert.Equal(i, MemoryMarshal.Read<int>(segments[i].AsSpan(8, 4)));
            }
        }
        finally
        {
            foreach (TargetSegment? target in targets)
            {
                target?.Dispose();
            }

            foreach (Segment? segment in segments)
            {
                segment?.Dispose();
            }
        }
    }

    [Fact]
    public void Numbers_of_segments_are_reused_under_another_generation()
    {
        UrmaContext owner = Open();
        UrmaContext importer = Open();
        var seen = new HashSet<(uint, uint)>();
        for (int i = 0; i < 200; i++)
        {
            using Segment segment = owner.AllocateSegment(4096);
            using TargetSegment target = importer.ImportSegment(segment.Descriptor, segment.Token);
            Assert.True(seen.Add((segment.Descriptor.TokenId, segment.Descriptor.Generation)));
        }
    }

    [Fact]
    public void A_disposed_segment_is_neither_readable_nor_importable_nor_a_buffer()
    {
        using var endpoint = new Endpoint(Open());
        UrmaContext importer = Open();
        Segment segment = endpoint.Context.AllocateSegment(4096);
        SegmentDescriptor descriptor = segment.Descriptor;
        Token token = segment.Token;
        SegmentRange range = segment.Range(0, 8);
        using Segment other = importer.AllocateSegment(64);
        TargetSegment target = endpoint.Import(other);

        segment.Dispose();
        segment.Dispose();

        Assert.True(segment.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => segment.AsSpan(0, 1)[0]);
        Assert.Throws<UrmaException>(() => importer.ImportSegment(descriptor, token));
        endpoint.Refuse(WorkRequest.Write(range, target.At(0, 8)), CompletionStatus.LocalAccessError);
        Assert.Equal(UrmaStatus.InvalidArgument, endpoint.Jetty.PostReceive(new ReceiveRequest(range)));
        Assert.Equal(-1, other.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_local_segment_cannot_be_imported_but_serves_as_a_buffer()
    {
        using var endpoint = new Endpoint(Open(), new EndpointShape { Access = SegmentAccess.LocalOnly });
        UrmaContext owner = Open();
        using Segment remote = owner.AllocateSegment(64);
        TargetSegment target = endpoint.Import(remote);
        endpoint.Memory.AsSpan(0, 1)[0] = 9;

        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(0, 1)));

        Assert.Equal(9, remote.AsSpan()[0]);
        AssertFails(UrmaStatus.OperationNotPermitted, () => owner.ImportSegment(endpoint.Memory.Descriptor, endpoint.Memory.Token));
    }

    [Theory]
    [InlineData(SegmentAccess.Write)]
    [InlineData(SegmentAccess.Read | SegmentAccess.Atomic)]
    [InlineData(SegmentAccess.LocalOnly | SegmentAccess.Read)]
    [InlineData((SegmentAccess)0)]
    [InlineData((SegmentAccess)0x4000)]
    public void Rights_that_contradict_each_other_are_refused(SegmentAccess access)
    {
        UrmaContext context = Open();
        AssertInvalid(() => context.AllocateSegment(64, new SegmentOptions { Access = access }).Dispose());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Negative_lengths_are_refused(long length)
    {
        UrmaContext context = Open();
        AssertInvalid(() => context.AllocateSegment(length).Dispose());
    }

    [Fact]
    public void More_memory_than_there_is_is_refused_by_name()
    {
        UrmaContext context = Open();
        AssertFails(UrmaStatus.OutOfMemory, () => context.AllocateSegment(1L << 45).Dispose());
        using Segment small = context.AllocateSegment(4096);
        Assert.Equal(4096, small.Length);
    }

    [Fact]
    public void Pieces_are_checked_when_they_are_made()
    {
        UrmaContext context = Open();
        using Segment segment = context.AllocateSegment(100);
        Assert.Equal(0, segment.Range(100, 0).Length);
        foreach ((long offset, long length) in new[] { (-1L, 1L), (0, 101), (100, 1), (101, 0), (1, long.MaxValue), (long.MaxValue, 1), (0, -1) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => segment.Range(offset, length));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => segment.AsSpan(1, 100).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.Range(10, 10).Slice(5, 6));
        Assert.Equal(segment.Address + 12, segment.Range(10, 10).Slice(2, 8).Address);
    }

    private static void SkipWithoutMemory(long length)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - GC.GetGCMemoryInfo().MemoryLoadBytes;
        Skip.If(available < length + (1L << 30), $"This machine has {available >> 20} MiB free; the test needs {(length >> 20) + 1024}.");
    }
}
