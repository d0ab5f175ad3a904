namespace Urma.Net.Conformance;

/// <summary>Importing segments: who is let in, and who is not.</summary>
public abstract class ImportSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [Theory]
    [InlineData(0x5EC0_0001u, 0x5EC0_0000u)]
    [InlineData(0x5EC0_0001u, 0u)]
    [InlineData(0u, 1u)]
    [InlineData(0x5EC0_0001u, 0xDEC0_0001u)]
    public void A_wrong_token_opens_nothing(uint right, uint wrong)
    {
        using Segment segment = Open().AllocateSegment(4096, new SegmentOptions { Token = new Token(right) });
        UrmaContext importer = Open();

        AssertFails(UrmaStatus.OperationNotPermitted, () => importer.ImportSegment(segment.Descriptor, new Token(wrong)));

        using TargetSegment target = importer.ImportSegment(segment.Descriptor, new Token(right));
        Assert.False(target.IsRevoked);
    }

    [Fact]
    public void A_descriptor_that_claims_more_than_is_granted_gets_no_more()
    {
        using Segment segment = Open().AllocateSegment(4096, new SegmentOptions { Access = SegmentAccess.Read });
        UrmaContext importer = Open();
        SegmentDescriptor genuine = segment.Descriptor;
        SegmentDescriptor[] forged =
        [
            genuine with { Length = 8192 },
            genuine with { Length = long.MaxValue },
            genuine with { Access = SegmentAccess.All },
            genuine with { TokenId = genuine.TokenId + 1 },
            genuine with { TokenId = uint.MaxValue },
            genuine with { Generation = genuine.Generation + 1 },
            genuine with { Generation = uint.MaxValue },
        ];

        foreach (SegmentDescriptor descriptor in forged)
        {
            try
            {
                // A provider may also answer with what is really granted.
                using TargetSegment target = importer.ImportSegment(descriptor, segment.Token);
                Assert.Equal((genuine.Length, genuine.Access, genuine.Generation), (target.Length, target.Access, target.Descriptor.Generation));
            }
            catch (UrmaException error)
            {
                Assert.NotEmpty(error.Message);
            }
        }
    }

    [Fact]
    public void A_stale_descriptor_does_not_open_the_segment_that_took_its_number()
    {
        UrmaContext owner = Open();
        UrmaContext importer = Open();
        var options = new SegmentOptions { Token = new Token(7) };
        Segment first = owner.AllocateSegment(4096, options);
        SegmentDescriptor stale = first.Descriptor;
        first.Dispose();
        for (int i = 0; i < 20; i++)
        {
            using Segment next = owner.AllocateSegment(4096, options);
            Assert.Throws<UrmaException>(() => importer.ImportSegment(stale, new Token(7)));
        }
    }

    [Fact]
    public void An_owner_that_does_not_exist_is_named()
    {
        using Segment segment = Open().AllocateSegment(4096);
        UrmaContext importer = Open(new UrmaContextOptions { ControlTimeout = TimeSpan.FromSeconds(2) });
        uint nobody = segment.Descriptor.Uasid ^ 0x00A5_A5A5;

        UrmaException error = Assert.Throws<UrmaException>(
            () => importer.ImportSegment(segment.Descriptor with { Uasid = nobody }, segment.Token));

        Assert.Contains(nobody.ToString("x", null), error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_device_that_does_not_exist_is_refused()
    {
        using Segment segment = Open().AllocateSegment(4096);
        UrmaContext importer = Open(new UrmaContextOptions { ControlTimeout = TimeSpan.FromSeconds(2) });
        Assert.Throws<UrmaException>(() => importer.ImportSegment(segment.Descriptor with { Eid = new Eid(1, 2) }, segment.Token));
    }

    [Fact]
    public void A_context_imports_its_own_segment()
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = endpoint.Context.AllocateSegment(64);
        TargetSegment target = endpoint.Import(segment);
        endpoint.Memory.AsSpan(0, 1)[0] = 7;

        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(3, 1)));

        Assert.Equal(7, segment.AsSpan()[3]);
    }

    [Fact]
    public void Two_imports_of_one_segment_are_independent()
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(64);
        TargetSegment first = endpoint.Context.ImportSegment(segment.Descriptor, segment.Token);
        TargetSegment second = endpoint.Import(segment);
        RemoteAddress stale = first.At(0, 1);

        first.Dispose();
        first.Dispose();

        endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, 1), stale), CompletionStatus.RemoteAccessAbort);
        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 1), second.At(0, 1)));
    }

    [Fact]
    public void A_stale_address_does_not_reach_a_later_import()
    {
        using var endpoint = new Endpoint(Open());
        UrmaContext owner = Open();
        using Segment first = owner.AllocateSegment(64);
        TargetSegment gone = endpoint.Context.ImportSegment(first.Descriptor, first.Token);
        RemoteAddress stale = gone.At(0, 8);
        gone.Dispose();
        endpoint.Memory.AsSpan().Fill(0xFF);

        for (int i = 0; i < 50; i++)
        {
            using Segment next = owner.AllocateSegment(64);
            TargetSegment target = endpoint.Import(next);
            endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, 8), stale), CompletionStatus.RemoteAccessAbort);
            Assert.Equal(-1, next.AsSpan().IndexOfAnyExcept((byte)0));
            target.Dispose();
        }

        Assert.Equal(-1, first.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Imports_may_go_while_another_thread_posts_to_them()
    {
        using Segment segment = Open().AllocateSegment(1 << 20);
        using var endpoint = new Endpoint(Open(), new EndpointShape { MemoryLength = 1 << 20 });
        TargetSegment current = endpoint.Context.ImportSegment(segment.Descriptor, segment.Token);
        using var stop = new CancellationTokenSource();
        long writes = 0;
        var posting = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Completion completion = endpoint.Execute(WorkRequest.Write(endpoint.Memory.Range(), Volatile.Read(ref current).At(0, 1 << 20)));
                Assert.True(completion.Status is CompletionStatus.Success or CompletionStatus.RemoteAccessAbort, completion.ToString());
                Interlocked.Increment(ref writes);
            }
        });
        posting.Start();
        for (int i = 0; i < 200 || Interlocked.Read(ref writes) < 20; i++)
        {
            TargetSegment next = endpoint.Context.ImportSegment(segment.Descriptor, segment.Token);
            TargetSegment last = current;
            Volatile.Write(ref current, next);
            last.Dispose();
        }

        stop.Cancel();
        Assert.True(posting.Join(TimeSpan.FromSeconds(30)));
        current.Dispose();
    }

    [Fact]
    public void Invented_addresses_reach_nothing()
    {
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(4096);
        TargetSegment target = endpoint.Import(segment);
        endpoint.Memory.AsSpan().Fill(0xFF);
        SegmentRange eight = endpoint.Memory.Range(0, 8);

        endpoint.Fail(WorkRequest.Write(eight, default), CompletionStatus.RemoteAccessAbort);
        for (int bit = 0; bit < 64; bit++)
        {
            endpoint.Fail(WorkRequest.Write(eight, Forge.WithTokenBits(target.At(0, 8), 1UL << bit)), CompletionStatus.RemoteAccessAbort);
        }

        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            endpoint.Fail(WorkRequest.Write(eight, Forge.WithTokenBits(target.At(0, 8), (ulong)random.NextInt64(1, long.MaxValue))), CompletionStatus.RemoteAccessAbort);
        }

        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Tokens_do_not_show_in_text()
    {
        Assert.DoesNotContain("305419896", new Token(305419896).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("12345678", new Token(0x12345678).ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void An_import_fails_when_its_owner_has_left()
    {
        using var endpoint = new Endpoint(Open(), new EndpointShape());
        UrmaContext owner = Open();
        Segment segment = owner.AllocateSegment(64);
        TargetSegment target = endpoint.Import(segment);
        SegmentDescriptor descriptor = segment.Descriptor;
        Token token = segment.Token;

        owner.Dispose();

        if (Harness.ReportsDepartures)
        {
            Threads.Until(() => target.IsRevoked, "the import notices that its owner left");
        }

        Completion late = endpoint.Execute(WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(0, 1)));
        Assert.Contains(late.Status, new[] { CompletionStatus.RemoteAccessAbort, CompletionStatus.AckTimeout });
        Assert.Throws<UrmaException>(() => endpoint.Context.ImportSegment(descriptor, token));
    }
}
