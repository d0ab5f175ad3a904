using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>One-sided copies: sizes, lists, flags, order, back-pressure.</summary>
public abstract class TransferSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(4095)]
    [InlineData(4097)]
    [InlineData(1 << 20)]
    [InlineData((64 << 20) + 3)]
    public void Bytes_arrive_whole_and_alone(int length)
    {
        const int Margin = 67;
        length = (int)Math.Min(length, Harness.LargestOperation);
        using var endpoint = new Endpoint(Open(), new EndpointShape { MemoryLength = length + (2 * Margin) });
        using Segment segment = Open().AllocateSegment(length + (2 * Margin));
        TargetSegment target = endpoint.Import(segment);
        segment.AsSpan().Fill(0x5A);
        Pattern.Fill(endpoint.Memory.AsSpan(3, length), (ulong)length);

        Completion written = endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(3, length), target.At(Margin, length), 11));

        Assert.Equal(length, written.ByteCount);
        Pattern.Verify(segment.AsSpan(Margin, length), (ulong)length);
        Assert.Equal(-1, segment.AsSpan(0, Margin).IndexOfAnyExcept((byte)0x5A));
        Assert.Equal(-1, segment.AsSpan(Margin + length, Margin).IndexOfAnyExcept((byte)0x5A));

        endpoint.Memory.AsSpan().Fill(0x77);
        Completion read = endpoint.Succeed(WorkRequest.Read(endpoint.Memory.Range(5, length), target.At(Margin, length), ulong.MaxValue));

        Assert.Equal(length, read.ByteCount);
        Pattern.Verify(endpoint.Memory.AsSpan(5, length), (ulong)length);
        Assert.Equal(-1, endpoint.Memory.AsSpan(0, 5).IndexOfAnyExcept((byte)0x77));
        Assert.Equal(-1, endpoint.Memory.AsSpan(5 + length, 100).IndexOfAnyExcept((byte)0x77));
    }

    [Fact]
    public void A_list_is_gathered_by_a_write_and_scattered_by_a_read()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        Pattern.Fill(endpoint.Memory.AsSpan(), 1);
        SegmentRange[] list = [endpoint.Memory.Range(10, 3), endpoint.Memory.Range(5000, 0), endpoint.Memory.Range(100, 1000), endpoint.Memory.Range(0, 1), endpoint.Memory.Range(9, 33)];
        byte[] expected = [.. endpoint.Memory.AsSpan(10, 3), .. endpoint.Memory.AsSpan(100, 1000), .. endpoint.Memory.AsSpan(0, 1), .. endpoint.Memory.AsSpan(9, 33)];
        // The list begins in the middle of the span on purpose.
        SegmentRange[] gather = [default, default, .. list];

        Assert.Equal(UrmaStatus.Success, endpoint.Jetty.Post([WorkRequest.Write(default, target.At(64)).WithGather(2, list.Length)], gather, out int posted));
        Assert.Equal(1, posted);
        Assert.Equal(expected.Length, endpoint.SendJfc.NextSuccess().ByteCount);
        Assert.True(segment.AsSpan(64, expected.Length).SequenceEqual(expected));
        Assert.Equal(0, segment.AsSpan()[64 + expected.Length]);

        endpoint.Memory.AsSpan().Clear();
        Assert.Equal(UrmaStatus.Success, endpoint.Jetty.Post([WorkRequest.Read(default, target.At(64)).WithGather(2, 3)], gather, out _));
        Assert.Equal(1003, endpoint.SendJfc.NextSuccess().ByteCount);
        Assert.True(endpoint.Memory.AsSpan(10, 3).SequenceEqual(expected.AsSpan(0, 3)));
        Assert.True(endpoint.Memory.AsSpan(100, 1000).SequenceEqual(expected.AsSpan(3, 1000)));
        Assert.Equal(0, endpoint.Memory.AsSpan()[13]);
        Assert.Equal(0, endpoint.Memory.AsSpan()[1100]);
    }

    [Fact]
    public void The_longest_list_works_and_a_longer_one_is_refused()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        int most = endpoint.Context.Capabilities.MaxSge;
        SegmentRange[] gather = [.. Enumerable.Range(0, most + 1).Select(i => endpoint.Memory.Range(i * 2, 1))];
        endpoint.Memory.AsSpan().Fill(3);

        Assert.Equal(UrmaStatus.Success, endpoint.Jetty.Post([WorkRequest.Write(default, target.At(0)).WithGather(0, most)], gather, out _));
        Assert.Equal(most, endpoint.SendJfc.NextSuccess().ByteCount);
        Assert.Equal(UrmaStatus.InvalidArgument, endpoint.Jetty.Post([WorkRequest.Write(default, target.At(1000)).WithGather(0, most + 1)], gather, out int posted));
        Assert.Equal(0, posted);
        Assert.Equal(0, segment.AsSpan()[most]);
        endpoint.SendJfc.AssertEmpty();
    }

    [Fact]
    public void Lists_outside_the_span_are_refused()
    {
        (Endpoint endpoint, _, TargetSegment target) = Connect();
        SegmentRange[] gather = [endpoint.Memory.Range(0, 1), endpoint.Memory.Range(1, 1)];
        foreach ((int start, int count) in new[] { (0, 3), (1, 2), (2, 1), (int.MaxValue, 1), (int.MaxValue, ushort.MaxValue) })
        {
            Assert.Equal(UrmaStatus.InvalidArgument, endpoint.Jetty.Post([WorkRequest.Write(default, target.At(0)).WithGather(start, count)], gather, out int posted));
            Assert.Equal(0, posted);
        }

        Assert.Equal(UrmaStatus.InvalidArgument, endpoint.Jetty.Post(WorkRequest.Write(default, target.At(0)).WithGather(0, 1)));
        endpoint.SendJfc.AssertEmpty();
    }

    [Fact]
    public void A_list_with_one_bad_element_moves_nothing()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        endpoint.Memory.AsSpan().Fill(9);
        SegmentRange[] gather = [endpoint.Memory.Range(0, 8), Forge.Local(endpoint.Memory.Range(0, 0), 0, 1 << 20)];
        UrmaStatus status = endpoint.Jetty.Post([WorkRequest.Write(default, target.At(0), 4).WithGather(0, 2)], gather, out int posted);
        if (status == UrmaStatus.Success)
        {
            Assert.Equal(1, posted);
            Assert.Contains(endpoint.SendJfc.Next().Status, new[] { CompletionStatus.LocalAccessError, CompletionStatus.LocalLengthError });
        }
        else
        {
            Assert.Equal((UrmaStatus.InvalidArgument, 0), (status, posted));
        }

        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public unsafe void Inline_bytes_need_no_registration_and_may_change_after_the_post()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        int most = endpoint.Context.Capabilities.MaxInlineLength;
        foreach (int length in new[] { 0, 1, 8, 33, most }.Where(length => length <= most))
        {
            byte[] data = new byte[length + 1];
            Pattern.Fill(data.AsSpan(0, length), (ulong)length);
            fixed (byte* p = data)
            {
                endpoint.Post(WorkRequest.WriteInline(p, length, target.At(0), (ulong)length));
                data.AsSpan().Fill(0xFF);
            }

            Assert.Equal(length, endpoint.SendJfc.NextSuccess().ByteCount);
            Pattern.Verify(segment.AsSpan(0, length), (ulong)length);
        }

        byte[] big = new byte[most + 1];
        fixed (byte* p = big)
        {
            WorkRequest request = WorkRequest.WriteInline(p, most + 1, target.At(0));
            endpoint.Refuse(in request, CompletionStatus.LocalLengthError);
        }
    }

    [Fact]
    public void Only_failures_of_unsignalled_requests_complete()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        endpoint.Memory.AsSpan().Fill(1);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(UrmaStatus.Success, endpoint.Jetty.Post(WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(i, 1), 1).Unsignaled()));
        }

        endpoint.Post(WorkRequest.Write(endpoint.Memory.Range(0, 2), target.At(segment.Length - 1), 2).Unsignaled());
        endpoint.Post(WorkRequest.Nop(3));

        Completion failure = endpoint.SendJfc.Next();
        Assert.Equal((2ul, CompletionStatus.RemoteAccessAbort), (failure.UserContext, failure.Status));
        Assert.Equal(3ul, endpoint.SendJfc.NextSuccess().UserContext);
        endpoint.SendJfc.AssertEmpty();
        Assert.Equal(1000, segment.AsSpan().LastIndexOf((byte)1) + 1);
    }

    [Fact]
    public void A_failure_does_not_close_the_queue()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        for (int i = 0; i < 100; i++)
        {
            endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, 2), target.At(segment.Length - 1), 2), CompletionStatus.RemoteAccessAbort);
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(0, 1), 2));
        }

        Assert.Equal(JettyState.Ready, endpoint.Jetty.State);
        Assert.Equal(0, endpoint.Jetty.Outstanding);
    }

    [Fact]
    public void Completions_come_in_the_order_of_posting()
    {
        (Endpoint endpoint, _, TargetSegment target) = Connect();
        WorkRequest[] batch =
        [
            WorkRequest.Write(endpoint.Memory.Range(0, 4096), target.At(0, 4096), 1),
            WorkRequest.Read(endpoint.Memory.Range(0, 8), target.At(0, 8), 2),
            WorkRequest.Nop(3),
            WorkRequest.Write(endpoint.Memory.Range(0, 2), target.At(target.Length - 1), 4),
            WorkRequest.WriteNotify(endpoint.Memory.Range(0, 8), target.At(0, 8), target.At(8, 8), 1, 5),
            WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(0, 1), 6).Unsignaled(),
            WorkRequest.Nop(7),
        ];

        Assert.Equal(UrmaStatus.Success, endpoint.Jetty.Post(batch, out int posted));

        Assert.Equal(batch.Length, posted);
        Assert.Equal([1, 2, 3, 4, 5, 7], endpoint.SendJfc.Take(6).Select(completion => completion.UserContext));
        endpoint.SendJfc.AssertEmpty();
    }

    [Theory]
    [InlineData(WorkRequestFlags.Fence)]
    [InlineData(WorkRequestFlags.PlaceOrderRelaxed)]
    [InlineData(WorkRequestFlags.PlaceOrderStrong)]
    [InlineData(WorkRequestFlags.CompletionOrder)]
    [InlineData(WorkRequestFlags.Fence | WorkRequestFlags.PlaceOrderStrong | WorkRequestFlags.CompletionOrder | WorkRequestFlags.Solicited)]
    public void Ordering_flags_are_taken_and_kept(WorkRequestFlags flags)
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect(new EndpointShape { MemoryLength = 4 << 20, EngineThreshold = 64 << 10 });
        for (ulong round = 1; round <= 20; round++)
        {
            endpoint.Memory.AsSpan(0, 1 << 20).Fill((byte)round);
            WorkRequest read = WorkRequest.Read(endpoint.Memory.Range(2 << 20, 1 << 20), target.At(0, 1 << 20), 1);
            WorkRequest write = WorkRequest.Write(endpoint.Memory.Range(0, 1 << 20), target.At(0, 1 << 20), 2);
            write.Flags |= flags | WorkRequestFlags.Fence;
            endpoint.Post(in read);
            endpoint.Post(in write);
            Assert.Equal([1, 2], endpoint.SendJfc.Take(2).Select(completion => completion.UserContext));
            Assert.Equal(-1, endpoint.Memory.AsSpan(2 << 20, 1 << 20).IndexOfAnyExcept((byte)(round - 1)));
            Assert.Equal(-1, segment.AsSpan(0, 1 << 20).IndexOfAnyExcept((byte)round));
        }
    }

    [Fact]
    public void Copies_of_the_engine_and_of_the_poster_share_one_order()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect(new EndpointShape { MemoryLength = 8 << 20, EngineThreshold = 1 << 20 });
        for (int round = 0; round < 20; round++)
        {
            endpoint.Memory.AsSpan(0, 4 << 20).Fill(1);
            endpoint.Memory.AsSpan(4 << 20, 64).Fill(2);
            endpoint.Post(WorkRequest.Write(endpoint.Memory.Range(0, 4 << 20), target.At(0, 4 << 20), 1));
            endpoint.Post(WorkRequest.Write(endpoint.Memory.Range(4 << 20, 64), target.At((4 << 20) - 64, 64), 2));
            endpoint.Post(WorkRequest.Read(endpoint.Memory.Range(5 << 20, 1 << 20), target.At(3 << 20, 1 << 20), 3));
            endpoint.Post(WorkRequest.Nop(4));

            Completion[] completions = endpoint.SendJfc.Take(4);

            Assert.All(completions, completion => Assert.Equal(CompletionStatus.Success, completion.Status));
            Assert.Equal([1, 2, 3, 4], completions.Select(completion => completion.UserContext));
            Assert.Equal(-1, segment.AsSpan((4 << 20) - 64, 64).IndexOfAnyExcept((byte)2));
            Assert.Equal(-1, endpoint.Memory.AsSpan((6 << 20) - 64, 64).IndexOfAnyExcept((byte)2));
            segment.AsSpan().Clear();
        }
    }

    [Fact]
    public void Engine_copies_check_their_bounds_too()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect(new EndpointShape { MemoryLength = 2 << 20, EngineThreshold = 64 << 10 });
        endpoint.Memory.AsSpan().Fill(1);
        endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, 1 << 20), target.At(target.Length - (1 << 20) + 1)), CompletionStatus.RemoteAccessAbort);
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_full_queue_takes_no_more_until_completions_are_polled()
    {
        (Endpoint endpoint, _, TargetSegment target) = Connect(new EndpointShape { SendDepth = 4 });
        int depth = endpoint.Jetty.Depth;
        Assert.True(depth >= 4);
        WorkRequest[] batch = [.. Enumerable.Range(0, depth + 3).Select(i => WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(i, 1), (ulong)i))];

        Assert.Equal(UrmaStatus.TryAgain, endpoint.Jetty.Post(batch, out int posted));
        Assert.Equal(depth, posted);
        Assert.Equal(depth, endpoint.Jetty.Outstanding);
        Assert.Equal(UrmaStatus.TryAgain, endpoint.Jetty.Post(in batch[depth]));

        Assert.Equal(0ul, endpoint.SendJfc.NextSuccess().UserContext);
        Assert.Equal(UrmaStatus.TryAgain, endpoint.Jetty.Post(batch.AsSpan(depth), out posted));
        Assert.Equal(1, posted);
        endpoint.SendJfc.Take(depth);
        Assert.Equal(UrmaStatus.Success, endpoint.Jetty.Post(batch.AsSpan(depth + 1), out posted));
        Assert.Equal(2, posted);
        Assert.Equal([(ulong)depth + 1, (ulong)depth + 2], endpoint.SendJfc.Take(2).Select(completion => completion.UserContext));
    }

    [Fact]
    public void A_malformed_request_stops_the_batch_before_it()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        endpoint.Memory.AsSpan().Fill(1);
        WorkRequest[] batch =
        [
            WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(0, 1), 1),
            WorkRequest.Write(default, target.At(1)).WithGather(5, 5),
            WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(2, 1), 3),
        ];
        Assert.Equal(UrmaStatus.InvalidArgument, endpoint.Jetty.Post(batch, out int posted));
        Assert.Equal(1, posted);
        Assert.Equal(1ul, endpoint.SendJfc.NextSuccess().UserContext);
        endpoint.SendJfc.AssertEmpty();
        Assert.Equal([1, 0, 0], segment.AsSpan(0, 3).ToArray());
    }

    [Fact]
    public void A_notify_word_shows_only_after_the_data()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        var rounds = new Rounds(Harness.Repeated(20_000));
        using Segment acknowledgements = endpoint.Context.AllocateSegment(64);
        Threads.Run(
            () =>
            {
                for (ulong round = 1; rounds.Begin((long)round); round++)
                {
                    MemoryMarshal.Cast<byte, ulong>(endpoint.Memory.AsSpan(0, 512)).Fill(round);
                    endpoint.Succeed(WorkRequest.WriteNotify(endpoint.Memory.Range(0, 512), target.At(1024, 512), target.At(0, 8), round, round));
                    SpinUntil(acknowledgements, round);
                }
            },
            () =>
            {
                for (ulong round = 1; rounds.Expect((long)round); round++)
                {
                    SpinUntil(segment, round);
                    Assert.Equal(-1, MemoryMarshal.Cast<byte, ulong>(segment.AsSpan(1024, 512)).IndexOfAnyExcept(round));
                    Volatile.Write(ref MemoryMarshal.AsRef<ulong>(acknowledgements.AsSpan(0, 8)), round);
                }
            });
    }

    [Fact]
    public void Data_and_notify_word_may_lie_in_different_segments()
    {
        (Endpoint endpoint, Segment segment, TargetSegment target) = Connect();
        using Segment flags = Open().AllocateSegment(64);
        TargetSegment words = endpoint.Import(flags);
        endpoint.Memory.AsSpan(0, 3).Fill(8);

        Completion completion = endpoint.Succeed(WorkRequest.WriteNotify(endpoint.Memory.Range(0, 3), target.At(1, 3), words.At(16, 8), 0xABCD_EF01_2345_6789, 3));

        Assert.Equal(3, completion.ByteCount);
        Assert.Equal([0, 8, 8, 8, 0], segment.AsSpan(0, 5).ToArray());
        Assert.Equal(0xABCD_EF01_2345_6789, MemoryMarshal.Read<ulong>(flags.AsSpan(16, 8)));
        Assert.Equal(0ul, MemoryMarshal.Read<ulong>(flags.AsSpan(8, 8)));
    }

    [Fact]
    public void One_queue_reaches_many_segments_of_many_owners()
    {
        using var endpoint = new Endpoint(Open());
        Segment[] segments = [.. Enumerable.Range(0, 8).Select(_ => Own(Open().AllocateSegment(4096)))];
        TargetSegment[] targets = [.. segments.Select(endpoint.Import)];
        for (int i = 0; i < 800; i++)
        {
            endpoint.Memory.AsSpan(0, 1)[0] = (byte)(i / 8 + 1);
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 1), targets[i % 8].At(i / 8, 1), (ulong)i));
        }

        Assert.All(segments, segment => Assert.Equal(Enumerable.Range(1, 100).Select(i => (byte)i), segment.AsSpan(0, 100).ToArray()));
    }

    private static void SpinUntil(Segment segment, ulong value)
    {
        ref ulong word = ref MemoryMarshal.AsRef<ulong>(segment.AsSpan(0, 8));
        long deadline = Environment.TickCount64 + (long)Bounds.Scenario.TotalMilliseconds;
        var spin = default(SpinWait);
        while (Volatile.Read(ref word) != value)
        {
            spin.SpinOnce(sleep1Threshold: -1);
            Assert.True(Environment.TickCount64 < deadline, "A word was not seen.");
        }
    }

    private (Endpoint Endpoint, Segment Segment, TargetSegment Target) Connect(EndpointShape? shape = null)
    {
        Endpoint endpoint = NewEndpoint(shape);
        Segment segment = Own(Open().AllocateSegment(Math.Max(64 << 10, endpoint.Memory.Length)));
        return (endpoint, segment, endpoint.Import(segment));
    }
}
