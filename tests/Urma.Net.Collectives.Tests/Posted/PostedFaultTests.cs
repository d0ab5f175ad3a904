using System.Diagnostics;
using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>Ranks that do different things, or stop, over posted writes: all ranks hear of it and nobody hangs.</summary>
public sealed class PostedFaultTests
{
    private static readonly CommunicatorOptions Options = new() { Path = CollectivePath.Posted, Timeout = TimeSpan.FromSeconds(60) };

    // Far less than the timeout, so that what was found was not found by its end.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Differences() => [.. DifferingCalls.All];

    [Theory]
    [MemberData(nameof(Differences))]
    public void Ranks_that_call_different_operations_are_told(string difference) => Fails(
        4,
        CommunicatorFaultKind.Mismatch,
        communicator => DifferingCalls.Make(communicator, difference, isOther: communicator.Rank == 2));

    [Fact]
    public void A_message_of_another_length_is_a_mismatch() => Fails(
        2,
        CommunicatorFaultKind.Mismatch,
        communicator =>
        {
            if (communicator.Rank == 0)
            {
                communicator.Send<int>(new int[5], 1);
                communicator.Barrier();
            }
            else
            {
                communicator.Receive<int>(new int[6], 0);
            }
        });

    [Fact]
    public void Two_ranks_that_wait_for_each_other_are_told() => Fails(
        2,
        CommunicatorFaultKind.Mismatch,
        communicator =>
        {
            int[] buffer = new int[8];
            communicator.Broadcast<int>(buffer, buffer, root: 1 - communicator.Rank);
        });

    [Fact]
    public void An_abort_ends_all_who_wait() => Fails(
        5,
        CommunicatorFaultKind.Aborted,
        communicator =>
        {
            if (communicator.Rank == 3)
            {
                communicator.Abort("enough");
            }

            communicator.Barrier();
        });

    [Fact]
    public void A_rank_that_does_not_come_is_named()
    {
        CommunicatorFault fault = Fails(
            3,
            CommunicatorFaultKind.Timeout,
            communicator =>
            {
                if (communicator.Rank == 1)
                {
                    SpinWait.SpinUntil(() => communicator.Fault is not null, Soon);
                }

                communicator.Barrier();
            },
            Options with { Timeout = TimeSpan.FromSeconds(1) });
        Assert.Contains("ank 1", fault.Message, StringComparison.Ordinal);
    }

    private static CommunicatorFault Fails(int size, CommunicatorFaultKind kind, Action<Communicator> body, CommunicatorOptions? options = null)
    {
        var faults = new CommunicatorFault?[size];
        var time = Stopwatch.StartNew();
        RankThreads.Run(
            size,
            communicator =>
            {
                CollectiveException exception = Assert.Throws<CollectiveException>(() => body(communicator));
                faults[communicator.Rank] = exception.Fault;
            },
            options ?? Options);
        Assert.True(time.Elapsed < Soon, $"It took {time.Elapsed}.");
        Assert.All(faults, fault => Assert.Equal(kind, fault?.Kind));
        return faults[0]!;
    }
}
