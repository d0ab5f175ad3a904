using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>Memory the caller allocated: adopted in place or served by copies.</summary>
public abstract unsafe class ForeignMemorySuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    public static TheoryData<bool, int, int> Placements => new()
    {
        { false, 0, 4096 },
        { false, 0, 64 << 10 },
        { false, 24, 100 },
        { false, 4000, 8192 + 200 },
        { true, 0, 4096 },
        { true, 4000, 8192 + 200 },
    };

    [SkippableTheory]
    [MemberData(nameof(Placements))]
    public void Contents_survive_registration_and_peers_reach_them(bool neverAdopt, int displacement, int length)
    {
        Skip.If(!neverAdopt && !Harness.SupportsAdoption, "The provider does not adopt memory.");
        const int Total = 32 << 12;
        byte* block = (byte*)NativeMemory.AlignedAlloc(Total, 4096);
        try
        {
            var all = new Span<byte>(block, Total);
            Pattern.Fill(all, 3);
            using var endpoint = new Endpoint(Open());
            byte* start = block + 4096 + displacement;
            Segment segment = Open().RegisterSegment(start, length, new SegmentOptions { NeverAdopt = neverAdopt, RequireMapping = !neverAdopt });
            Assert.Equal(neverAdopt ? SegmentMode.Copied : SegmentMode.Adopted, segment.Mode);
            Assert.Equal((nint)start, segment.Address);
            Pattern.Verify(all, 3);

            TargetSegment target = endpoint.Import(segment);
            Assert.Equal(segment.Mode, target.Mode);
            endpoint.Succeed(WorkRequest.Read(endpoint.Memory.Range(0, length), target.At(0, length)));
            Assert.True(endpoint.Memory.AsSpan(0, length).SequenceEqual(new Span<byte>(start, length)));

            endpoint.Memory.AsSpan(0, length).Fill(0xEE);
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, length), target.At(0, length)));
            Assert.Equal(-1, new Span<byte>(start, length).IndexOfAnyExcept((byte)0xEE));
            Pattern.VerifyExcept(all, 3, 4096 + displacement, length);

            segment.Dispose();

            Assert.Equal(-1, new Span<byte>(start, length).IndexOfAnyExcept((byte)0xEE));
            endpoint.Fail(WorkRequest.Write(endpoint.Memory.Range(0, 1), target.At(0, 1)), CompletionStatus.RemoteAccessAbort);
            start[0] = 1;
            Assert.Equal(1, start[0]);
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bounds_hold_at_both_ends(bool neverAdopt)
    {
        Skip.If(!neverAdopt && !Harness.SupportsAdoption, "The provider does not adopt memory.");
        byte* block = (byte*)NativeMemory.AlignedAlloc(3 * 4096, 4096);
        try
        {
            var all = new Span<byte>(block, 3 * 4096);
            Pattern.Fill(all, 5);
            using var endpoint = new Endpoint(Open());
            using Segment segment = Open().RegisterSegment(block + 4096 + 100, 1000, new SegmentOptions { NeverAdopt = neverAdopt });
            TargetSegment target = endpoint.Import(segment);
            SegmentRange two = endpoint.Memory.Range(0, 2);

            endpoint.Fail(WorkRequest.Write(two, target.At(999)), CompletionStatus.RemoteAccessAbort);
            endpoint.Fail(WorkRequest.Write(two, Forge.WithOffset(target.At(0), ulong.MaxValue)), CompletionStatus.RemoteAccessAbort);
            endpoint.Fail(WorkRequest.Read(two, target.At(999)), CompletionStatus.RemoteAccessAbort);

            Pattern.Verify(all, 5);
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }

    [SkippableFact]
    public void Atomics_on_copied_memory_run_at_the_owner()
    {
        Skip.If(Harness.Atomics == AtomicSupport.None, "The provider has no atomics.");
        ulong* word = (ulong*)NativeMemory.AlignedAlloc(64, 64);
        try
        {
            *word = 40;
            using var endpoint = new Endpoint(Open());
            using Segment segment = Open().RegisterSegment(word, 64, new SegmentOptions { NeverAdopt = true });
            TargetSegment target = endpoint.Import(segment);

            endpoint.Succeed(WorkRequest.FetchAdd(endpoint.Memory.Range(0, 8), target.At(0, 8), 2));
            endpoint.Succeed(WorkRequest.CompareSwap(endpoint.Memory.Range(8, 8), target.At(0, 8), 42, 43));

            Assert.Equal(43ul, *word);
            Assert.Equal(40ul, MemoryMarshal.Read<ulong>(endpoint.Memory.AsSpan(0, 8)));
            Assert.Equal(42ul, MemoryMarshal.Read<ulong>(endpoint.Memory.AsSpan(8, 8)));
        }
        finally
        {
            NativeMemory.AlignedFree(word);
        }
    }

    [Fact]
    public void Messages_of_every_kind_of_length_land_in_copied_memory()
    {
        byte* block = (byte*)NativeMemory.AlignedAlloc(64 << 10, 4096);
        try
        {
            using var sender = new Endpoint(Open());
            using var receiver = new Endpoint(Open());
            using Segment buffer = receiver.Context.RegisterSegment(block, 64 << 10, new SegmentOptions { NeverAdopt = true });
            TargetJetty target = sender.Reach(receiver);
            foreach (int length in new[] { 0, 1, 32, 33, 4096, 60_000 })
            {
                Pattern.Fill(sender.Memory.AsSpan(0, length), (ulong)length);
                Assert.Equal(UrmaStatus.Success, receiver.Jetty.PostReceive(new ReceiveRequest(buffer.Range(0, 64 << 10))));
                sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, length)));
                Assert.Equal(length, receiver.ReceiveJfc.NextSuccess().ByteCount);
                Pattern.Verify(buffer.AsSpan(0, length), (ulong)length);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }

    [Fact]
    public void A_view_of_copied_memory_is_refused_by_name()
    {
        byte* block = (byte*)NativeMemory.AlignedAlloc(4096, 4096);
        try
        {
            UrmaContext importer = Open();
            using Segment segment = Open().RegisterSegment(block, 4096, new SegmentOptions { NeverAdopt = true });
            using TargetSegment target = importer.ImportSegment(segment.Descriptor, segment.Token);
            Assert.Throws<UrmaException>(() => target.Map().Length);
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }

    [Fact]
    public void Memory_that_is_not_there_is_refused()
    {
        UrmaContext context = Open();
        Assert.ThrowsAny<Exception>(() => context.RegisterSegment(null, 4096));
        AssertInvalid(() => context.RegisterSegment((void*)0x1000, -1));
        Assert.Throws<UrmaException>(() => context.RegisterSegment((void*)0x10000, 4096, new SegmentOptions { RequireMapping = true }));
    }

    [SkippableFact]
    public void Two_registrations_of_one_page_both_see_it()
    {
        Skip.IfNot(Harness.SupportsAdoption, "The provider does not adopt memory.");
        byte* block = (byte*)NativeMemory.AlignedAlloc(4096, 4096);
        try
        {
            Pattern.Fill(new Span<byte>(block, 4096), 1);
            using var endpoint = new Endpoint(Open());
            UrmaContext owner = Open();
            using Segment first = owner.RegisterSegment(block, 1024);
            using Segment second = owner.RegisterSegment(block + 2048, 1024);
            TargetSegment one = endpoint.Import(first);
            TargetSegment two = endpoint.Import(second);
            Pattern.Verify(new Span<byte>(block, 4096), 1);

            endpoint.Memory.AsSpan(0, 8).Fill(0x77);
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), one.At(0, 8)));
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), two.At(0, 8)));

            Assert.Equal(-1, new Span<byte>(block, 8).IndexOfAnyExcept((byte)0x77));
            Assert.Equal(-1, new Span<byte>(block + 2048, 8).IndexOfAnyExcept((byte)0x77));
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }
}
