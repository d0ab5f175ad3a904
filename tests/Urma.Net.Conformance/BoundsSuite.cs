namespace Urma.Net.Conformance;

/// <summary>Not one byte changes in memory that was not granted, and none of it is read.</summary>
public abstract class BoundsSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    private const int Length = 4096;

    /// <summary>Operations that touch eight remote bytes.</summary>
    public static TheoryData<Opcode> Operations =>
        [Opcode.Write, Opcode.WriteNotify, Opcode.Read, Opcode.CompareSwap, Opcode.Swap, Opcode.FetchAdd, Opcode.FetchSub, Opcode.FetchAnd, Opcode.FetchOr, Opcode.FetchXor];

    /// <summary>Offsets at which eight bytes leave the segment, aligned and not.</summary>
    public static IReadOnlyList<ulong> OutsideOffsets { get; } =
    [
        Length - 7, Length - 4, Length, Length + 8, unchecked((ulong)-1L), unchecked((ulong)-8L), unchecked((ulong)-7L),
        ulong.MaxValue - 3, 1UL << 63, (1UL << 63) - 8, 1UL << 48, 1UL << 47, 1UL << 32, (1UL << 32) + 8, 1UL << 20,
    ];

    [SkippableTheory]
    [MemberData(nameof(Operations))]
    public void Past_either_end_wrapped_or_overflowing_is_aborted(Opcode opcode)
    {
        Skip.If(opcode is >= Opcode.CompareSwap and <= Opcode.FetchXor && Harness.Atomics == AtomicSupport.None, "The provider has no atomics.");
        using var endpoint = new Endpoint(Open());
        UrmaContext owner = Open();
        // Neighbours in allocation order: what a missing check would most likely hit.
        using Segment below = owner.AllocateSegment(Length);
        using Segment segment = owner.AllocateSegment(Length);
        using Segment above = owner.AllocateSegment(Length);
        Segment[] all = [below, segment, above];
        for (int i = 0; i < all.Length; i++)
        {
            Pattern.Fill(all[i].AsSpan(), (ulong)i);
        }

        TargetSegment target = endpoint.Import(segment);
        endpoint.Memory.AsSpan().Fill(0xFF);
        SegmentRange local = endpoint.Memory.Range(0, 8);
        foreach (ulong offset in OutsideOffsets)
        {
            RemoteAddress outside = Forge.WithOffset(target.At(0), offset);
            endpoint.Fail(Make(opcode, local, outside, target.At(0, 8)), CompletionStatus.RemoteAccessAbort);
            Assert.Equal(-1, endpoint.Memory.AsSpan().IndexOfAnyExcept((byte)0xFF));
        }

        for (int i = 0; i < all.Length; i++)
        {
            Pattern.Verify(all[i].AsSpan(), (ulong)i);
        }
    }

    [Fact]
    public void A_notify_word_outside_is_aborted_and_nothing_written()
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(Length);
        Pattern.Fill(segment.AsSpan(), 1);
        TargetSegment target = endpoint.Import(segment);
        foreach (ulong offset in OutsideOffsets.Where(offset => offset % 8 == 0))
        {
            RemoteAddress outside = Forge.WithOffset(target.At(0), offset);
            endpoint.Fail(WorkRequest.WriteNotify(endpoint.Memory.Range(0, 8), target.At(0, 8), outside, 1), CompletionStatus.RemoteAccessAbort);
        }

        Pattern.Verify(segment.AsSpan(), 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(Length)]
    [InlineData(Length + 1)]
    public void Lengths_beyond_the_end_are_aborted_whole(int length)
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(Length);
        Pattern.Fill(segment.AsSpan(), 1);
        TargetSegment target = endpoint.Import(segment);
        long start = Length - length + 1;
        RemoteAddress place = Forge.WithOffset(target.At(0), (ulong)start);

        endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, length), place), CompletionStatus.RemoteAccessAbort);
        endpoint.Fail(WorkRequest.Read(endpoint.Memory.Range(0, length), place), CompletionStatus.RemoteAccessAbort);

        Pattern.Verify(segment.AsSpan(), 1);
        Assert.Equal(-1, endpoint.Memory.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void The_far_edge_itself_is_inside()
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(Length);
        TargetSegment target = endpoint.Import(segment);
        endpoint.Memory.AsSpan(0, 8).Fill(1);

        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(Length - 8, 8)));
        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 0), target.At(Length, 0)));

        Assert.Equal(Length - 8, segment.AsSpan().IndexOf((byte)1));
    }

    [Theory]
    [InlineData(-1, 8)]
    [InlineData(65529, 8)]
    [InlineData(65536, 1)]
    [InlineData(0, 65537)]
    [InlineData(0, long.MaxValue)]
    [InlineData(0, -1)]
    [InlineData(-4096, 4096)]
    [InlineData(8, -8)]
    public void Local_ranges_outside_their_segment_are_refused(long displacement, long length)
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(1 << 20);
        Pattern.Fill(segment.AsSpan(), 1);
        TargetSegment target = endpoint.Import(segment);
        SegmentRange forged = Forge.Local(endpoint.Memory.Range(0, 0), (nint)displacement, length);

        endpoint.Refuse(WorkRequest.Write(forged, target.At(0)), CompletionStatus.LocalAccessError, CompletionStatus.LocalLengthError);
        endpoint.Refuse(WorkRequest.Read(forged, target.At(0)), CompletionStatus.LocalAccessError, CompletionStatus.LocalLengthError);
        Assert.Equal(UrmaStatus.InvalidArgument, endpoint.Jetty.PostReceive(new ReceiveRequest(forged)));

        Pattern.Verify(segment.AsSpan(), 1);
        Assert.Equal(-1, endpoint.Memory.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Local_ranges_with_an_invented_token_are_refused()
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(Length);
        TargetSegment target = endpoint.Import(segment);
        endpoint.Memory.AsSpan().Fill(0xFF);
        for (int bit = 0; bit < 64; bit++)
        {
            SegmentRange forged = Forge.LocalWithTokenBits(endpoint.Memory.Range(0, 8), 1UL << bit);
            endpoint.Refuse(WorkRequest.Write(forged, target.At(0, 8)), CompletionStatus.LocalAccessError);
            Assert.Equal(UrmaStatus.InvalidArgument, endpoint.Jetty.PostReceive(new ReceiveRequest(forged)));
        }

        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [SkippableTheory]
    [InlineData(8, 1)]
    [InlineData(8, 4)]
    [InlineData(8, 7)]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    public void Misaligned_atomics_are_refused(int width, int offset)
    {
        Skip.If(Harness.Atomics == AtomicSupport.None, "The provider has no atomics.");
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(Length);
        Pattern.Fill(segment.AsSpan(), 1);
        TargetSegment target = endpoint.Import(segment);
        for (Opcode opcode = Opcode.CompareSwap; opcode <= Opcode.FetchXor; opcode++)
        {
            WorkRequest request = Make(opcode, endpoint.Memory.Range(0, width), target.At(offset, width), default);
            endpoint.Refuse(in request, CompletionStatus.RemoteAccessAbort, CompletionStatus.RemoteUnsupportedRequest, CompletionStatus.RemoteOperationError);
        }

        Pattern.Verify(segment.AsSpan(), 1);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(16)]
    public void Atomics_of_other_widths_are_refused(int width)
    {
        Skip.If(Harness.Atomics == AtomicSupport.None, "The provider has no atomics.");
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(Length);
        Pattern.Fill(segment.AsSpan(), 1);
        TargetSegment target = endpoint.Import(segment);
        endpoint.Refuse(
            WorkRequest.FetchAdd(endpoint.Memory.Range(0, width), target.At(0, 16), 1),
            CompletionStatus.LocalLengthError, CompletionStatus.RemoteUnsupportedRequest, CompletionStatus.UnsupportedOpcode);
        Pattern.Verify(segment.AsSpan(), 1);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void What_changes_memory_is_refused_on_read_only_segments(Opcode opcode)
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(Length, new SegmentOptions { Access = SegmentAccess.Read });
        Pattern.Fill(segment.AsSpan(), 1);
        using Segment writable = Open().AllocateSegment(Length);
        TargetSegment target = endpoint.Import(segment);
        TargetSegment elsewhere = endpoint.Import(writable);
        WorkRequest request = Make(opcode, endpoint.Memory.Range(0, 8), target.At(0, 8), elsewhere.At(0, 8));
        if (opcode == Opcode.Read)
        {
            endpoint.Succeed(in request);
            Assert.True(endpoint.Memory.AsSpan(0, 8).SequenceEqual(segment.AsSpan(0, 8)));
        }
        else
        {
            endpoint.Fail(in request, CompletionStatus.RemoteAccessAbort);
        }

        Pattern.Verify(segment.AsSpan(), 1);
        Assert.Equal(-1, writable.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [SkippableFact]
    public void Atomics_need_their_own_right()
    {
        Skip.If(Harness.Atomics == AtomicSupport.None, "The provider has no atomics.");
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(Length, new SegmentOptions { Access = SegmentAccess.Read | SegmentAccess.Write });
        TargetSegment target = endpoint.Import(segment);

        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(0, 8)));
        endpoint.Fail(WorkRequest.FetchAdd(endpoint.Memory.Range(0, 8), target.At(0, 8), 1), CompletionStatus.RemoteAccessAbort);

        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Places_are_checked_when_they_are_made()
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(100);
        TargetSegment target = endpoint.Import(segment);
        Assert.Equal(target.At(100), target.At(100, 0));
        foreach ((long offset, long length) in new[] { (-1L, 0L), (101, 0), (100, 1), (0, 101), (0, -1), (1, long.MaxValue), (long.MaxValue, long.MaxValue) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => target.At(offset, length));
        }
    }

    [Fact]
    public void A_read_only_segment_cannot_take_a_message()
    {
        using var endpoint = new Endpoint(Open(), new EndpointShape { Access = SegmentAccess.Read });
        Assert.Equal(UrmaStatus.InvalidArgument, endpoint.Jetty.PostReceive(new ReceiveRequest(endpoint.Memory.Range(0, 64))));
    }

    private static WorkRequest Make(Opcode opcode, SegmentRange local, RemoteAddress remote, RemoteAddress notify) => opcode switch
    {
        Opcode.Write => WorkRequest.Write(local, remote, 5),
        Opcode.WriteNotify => WorkRequest.WriteNotify(local, remote, notify, 1, 5),
        Opcode.Read => WorkRequest.Read(local, remote, 5),
        Opcode.CompareSwap => WorkRequest.CompareSwap(local, remote, 0, 1, 5),
        _ => WorkRequest.Atomic(opcode, local, remote, 1, 5),
    };
}
