using System.Diagnostics;

namespace Urma.Net.Verbs.Tests;

/// <summary>What connections that come and go must not do to requests.</summary>
[Trait("Needs", "Rdma")]
public sealed class LaneTests
{
    private readonly VerbsHarness _harness = new();

    [Fact]
    public void A_closed_queue_leaves_nothing_to_the_next_one_on_its_jfc()
    {
        using UrmaContext owner = _harness.Open();
        using UrmaContext context = _harness.Open();
        using Segment memory = owner.AllocateSegment(4096);
        using Segment mine = context.AllocateSegment(4096);
        using TargetSegment target = context.ImportSegment(memory.Descriptor, memory.Token);
        using Jfc jfc = context.CreateJfc(new JfcOptions { Depth = 64 });
        for (int round = 1; round <= 10; round++)
        {
            using (Jfs first = context.CreateJfs(new JfsOptions { SendJfc = jfc, Depth = 16 }))
            {
                Assert.Equal(UrmaStatus.Success, first.Post(WorkRequest.Write(mine.Range(0, 8), target.At(8)).Unsignaled()));
            }

            mine.AsSpan()[0] = (byte)round;
            using Jfs second = context.CreateJfs(new JfsOptions { SendJfc = jfc, Depth = 16 });
            Assert.Equal(UrmaStatus.Success, second.Post(WorkRequest.Write(mine.Range(0, 1), target.At(0), (ulong)round)));
            Completion completion = jfc.Next();
            Assert.Equal(((ulong)round, CompletionStatus.Success), (completion.UserContext, completion.Status));
            Assert.Equal(round, memory.AsSpan()[0]);
            jfc.AssertEmpty();
        }
    }

    [Fact]
    public void Requests_that_report_nothing_do_not_fill_a_queue_of_many_targets()
    {
        UrmaContext[] owners = [.. Enumerable.Range(0, 6).Select(_ => _harness.Open())];
        using UrmaContext context = _harness.Open();
        using Segment mine = context.AllocateSegment(4096);
        using Jfc jfc = context.CreateJfc(new JfcOptions { Depth = 64 });
        using Jfs queue = context.CreateJfs(new JfsOptions { SendJfc = jfc, Depth = 16 });
        TargetSegment[] targets = [.. owners.Select(o =>
        {
            Segment memory = o.AllocateSegment(4096);
            return context.ImportSegment(memory.Descriptor, memory.Token);
        })];
        var patience = Stopwatch.StartNew();
        for (int i = 0; i < 300; i++)
        {
            WorkRequest write = WorkRequest.Write(mine.Range(0, 8), targets[i % targets.Length].At(0)).Unsignaled();
            while (queue.Post(in write) == UrmaStatus.TryAgain)
            {
                Assert.True(patience.Elapsed < Bounds.Scenario, $"The queue is still full after {i} requests.");
                Thread.Yield();
            }
        }

        jfc.AssertEmpty();
        Array.ForEach(owners, static o => o.Dispose());
    }

    [Fact]
    public void Both_imports_of_a_segment_hear_of_its_end()
    {
        using UrmaContext owner = _harness.Open();
        using UrmaContext context = _harness.Open();
        using Segment memory = owner.AllocateSegment(4096);
        TargetSegment first = context.ImportSegment(memory.Descriptor, memory.Token);
        using TargetSegment second = context.ImportSegment(memory.Descriptor, memory.Token);
        first.Dispose();

        memory.Revoke();

        Assert.True(second.IsRevoked);
    }
}
