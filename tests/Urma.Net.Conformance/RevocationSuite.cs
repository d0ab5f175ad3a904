namespace Urma.Net.Conformance;

/// <summary>Grants that end while importers hold on to them.</summary>
public abstract class RevocationSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [SkippableFact]
    public void A_revoked_grant_ends_and_a_new_one_begins()
    {
        Skip.IfNot(Harness.SupportsRevocation, "The provider does not revoke.");
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(4096);
        Pattern.Fill(segment.AsSpan(), 1);
        nint address = segment.Address;
        SegmentDescriptor before = segment.Descriptor;
        Token old = segment.Token;
        TargetSegment target = endpoint.Import(segment);

        segment.Revoke(new Token(old.Value ^ 1));

        Assert.Equal(address, segment.Address);
        Pattern.Verify(segment.AsSpan(), 1);
        Assert.True(target.IsRevoked);
        endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(0, 8)), CompletionStatus.RemoteAccessAbort);
        endpoint.Fail(WorkRequest.Read(endpoint.Memory.Range(0, 8), target.At(0, 8)), CompletionStatus.RemoteAccessAbort);
        Pattern.Verify(segment.AsSpan(), 1);
        Assert.Throws<UrmaException>(() => endpoint.Context.ImportSegment(before, old));
        Assert.Throws<UrmaException>(() => endpoint.Context.ImportSegment(segment.Descriptor, old));

        TargetSegment again = endpoint.Import(segment);
        endpoint.Succeed(WorkRequest.Read(endpoint.Memory.Range(0, 4096), again.At(0, 4096)));
        Pattern.Verify(endpoint.Memory.AsSpan(0, 4096), 1);
        endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(0, 8)), CompletionStatus.RemoteAccessAbort);
    }

    [SkippableFact]
    public void A_lease_ends_by_itself()
    {
        Skip.IfNot(Harness.SupportsRevocation, "The provider does not revoke.");
        using var endpoint = new Endpoint(Open());
        using Segment segment = Open().AllocateSegment(4096, new SegmentOptions { Lease = TimeSpan.FromMilliseconds(300) });
        Token token = segment.Token;
        SegmentDescriptor descriptor = segment.Descriptor;
        TargetSegment target = endpoint.Import(segment);
        endpoint.Memory.AsSpan().Fill(0xFF);

        Threads.Until(() => target.IsRevoked, "the lease ends");

        endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(0, 8)), CompletionStatus.RemoteAccessAbort);
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0));
        Assert.Throws<UrmaException>(() => endpoint.Context.ImportSegment(descriptor, token));
    }

    [SkippableFact]
    public void A_lease_that_nobody_holds_ends_too()
    {
        Skip.IfNot(Harness.SupportsRevocation, "The provider does not revoke.");
        UrmaContext importer = Open();
        using Segment segment = Open().AllocateSegment(64, new SegmentOptions { Lease = TimeSpan.FromMilliseconds(1) });
        SegmentDescriptor descriptor = segment.Descriptor;
        Token token = segment.Token;

        Threads.Until(
            () =>
            {
                try
                {
                    importer.ImportSegment(descriptor, token).Dispose();
                    return false;
                }
                catch (UrmaException)
                {
                    return true;
                }
            },
            "an expired lease refuses an import");
    }

    [SkippableFact]
    public void An_open_view_loses_sight_of_revoked_memory_but_does_not_fault()
    {
        Skip.IfNot(Harness.SupportsRevocation && Harness.SupportsMapping, "Needs revocation and mapping.");
        UrmaContext importer = Open();
        using Segment segment = Open().AllocateSegment(8192);
        using TargetSegment target = importer.ImportSegment(segment.Descriptor, segment.Token);
        using SegmentView view = target.Map();
        view.StoreRelease(0, 1L);
        view.StoreRelease(8184, 2L);

        segment.Revoke();

        Assert.True(view.IsRevoked);
        view.StoreRelease(0, 666L);
        view.StoreRelease(8184, 666L);
        view.Bytes(0, 8192).Fill(0xEE);
        using SegmentView local = segment.Map();
        Assert.Equal(1L, local.LoadAcquire<long>(0));
        Assert.Equal(2L, local.LoadAcquire<long>(8184));
        Assert.Equal(-1, local.ReadOnlyBytes(8, 8176).IndexOfAnyExcept((byte)0));

        segment.AsSpan().Fill(0x11);
        Assert.Equal(-1, view.ReadOnlyBytes(0, 8192).IndexOf((byte)0x11));
        Assert.Throws<UrmaException>(() => target.Map().Length);
    }

    [SkippableFact]
    public void An_open_view_outlives_its_owner_without_a_fault()
    {
        Skip.IfNot(Harness.SupportsMapping, "The provider does not map.");
        UrmaContext importer = Open();
        UrmaContext owner = Open();
        Segment segment = owner.AllocateSegment(8192);
        using TargetSegment target = importer.ImportSegment(segment.Descriptor, segment.Token);
        using SegmentView view = target.Map();
        segment.Dispose();
        view.StoreRelease(4096, 5L);
        Assert.Equal(5L, view.LoadAcquire<long>(4096));

        owner.Dispose();
        view.StoreRelease(4096, 6L);
        Assert.Equal(6L, view.LoadAcquire<long>(4096));
    }

    [SkippableFact]
    public void Writers_that_race_with_revocation_stop_and_later_contents_stay_the_owners()
    {
        Skip.IfNot(Harness.SupportsRevocation, "The provider does not revoke.");
        using Segment segment = Open().AllocateSegment(64 << 10);
        bool stop = false;
        int failed = 0;
        int started = 0;
        Threads.Run(
            () => Hammer(fill: 0xAA),
            () => Hammer(fill: 0xBB),
            () =>
            {
                try
                {
                    Threads.Until(() => Volatile.Read(ref started) == 2, "both writers write");
                    segment.Revoke();
                    segment.AsSpan().Fill(0x55);
                    Threads.Until(() => Volatile.Read(ref failed) == 2, "both writers are refused");
                    Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0x55));
                }
                finally
                {
                    Volatile.Write(ref stop, true);
                }
            });

        void Hammer(byte fill)
        {
            using UrmaContext context = Harness.Open();
            using var endpoint = new Endpoint(context, new EndpointShape { MemoryLength = 64 << 10 });
            endpoint.Memory.AsSpan().Fill(fill);
            TargetSegment target = endpoint.Import(segment);
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(), target.At(0, 64 << 10)));
            Interlocked.Increment(ref started);
            while (!Volatile.Read(ref stop))
            {
                Completion completion = endpoint.Execute(WorkRequest.Write(endpoint.Memory.Range(), target.At(0, 64 << 10)));
                if (!completion.IsSuccess)
                {
                    Assert.Equal(CompletionStatus.RemoteAccessAbort, completion.Status);
                    Interlocked.Increment(ref failed);
                    return;
                }
            }
        }
    }

    [SkippableFact]
    public void Deregistering_with_copies_in_flight_ends_each_exactly_once_and_protects_what_comes_after()
    {
        Skip.IfNot(Harness.SupportsRevocation, "The provider does not revoke.");
        const int Length = 8 << 20;
        const int Count = 16;
        using var endpoint = new Endpoint(Open(), new EndpointShape { MemoryLength = Length, EngineThreshold = 1 << 20 });
        endpoint.Memory.AsSpan().Fill(0xCC);
        UrmaContext owner = Open();
        for (int round = 0; round < 5; round++)
        {
            Segment segment = owner.AllocateSegment(Length);
            TargetSegment target = endpoint.Import(segment);
            for (int i = 0; i < Count; i++)
            {
                endpoint.Post(WorkRequest.Write(endpoint.Memory.Range(), target.At(0, Length), (ulong)i));
            }

            segment.Dispose();

            using Segment next = owner.AllocateSegment(Length);
            bool failing = false;
            foreach ((Completion completion, int i) in endpoint.SendJfc.Take(Count).Select((completion, i) => (completion, i)))
            {
                Assert.Equal((ulong)i, completion.UserContext);
                Assert.Contains(completion.Status, new[] { CompletionStatus.Success, CompletionStatus.RemoteAccessAbort });
                Assert.False(failing && completion.IsSuccess, "A copy succeeded after an earlier one was refused.");
                failing |= !completion.IsSuccess;
            }

            endpoint.SendJfc.AssertEmpty();
            Assert.Equal(-1, next.AsSpan().IndexOfAnyExcept((byte)0));
            target.Dispose();
        }
    }

    [SkippableFact]
    public void Disposing_the_source_with_copies_in_flight_ends_each_exactly_once()
    {
        const int Length = 8 << 20;
        const int Count = 16;
        using var endpoint = new Endpoint(Open(), new EndpointShape { EngineThreshold = 1 << 20 });
        using Segment destination = Open().AllocateSegment(Length);
        TargetSegment target = endpoint.Import(destination);
        for (int round = 0; round < 5; round++)
        {
            Segment source = endpoint.Context.AllocateSegment(Length);
            for (int i = 0; i < Count; i++)
            {
                endpoint.Post(WorkRequest.Write(source.Range(), target.At(0, Length), (ulong)i));
            }

            source.Dispose();

            Completion[] completions = endpoint.SendJfc.Take(Count);
            Assert.Equal(Enumerable.Range(0, Count).Select(i => (ulong)i), completions.Select(completion => completion.UserContext));
            Assert.All(completions, completion => Assert.Contains(completion.Status, new[] { CompletionStatus.Success, CompletionStatus.LocalAccessError }));
            endpoint.SendJfc.AssertEmpty();
        }
    }
}
