using System.Diagnostics;
using System.Text.RegularExpressions;
using Urma.Net.Collectives.Tests.Communicators;
using Urma.Net.Collectives.Tests.Posted;

namespace Urma.Net.Collectives.Tests.Hierarchical;

/// <summary>Ranks of several hosts that do different things, or stop: all hear of it, by the numbers that ranks have in the communicator.</summary>
public sealed class HierarchicalFaultTests
{
    // Far less than the timeout, so that what was found was not found by its end.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static TheoryData<string, string> Differences()
    {
        var data = new TheoryData<string, string>();
        foreach (string difference in DifferingCalls.All)
        {
            // One rank of a host, and all of one.
            data.Add(difference, "2");
            data.Add(difference, "23");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Differences))]
    public void Ranks_that_call_different_operations_are_told(string difference, string others)
    {
        CommunicatorFault fault = Fails(
            "AABB",
            CommunicatorFaultKind.Mismatch,
            communicator => DifferingCalls.Make(communicator, difference, others.Contains((char)('0' + communicator.Rank), StringComparison.Ordinal)));
        AssertNamed(fault, others);
    }

    // On its host it is number 0, of two; in the communicator 2.
    [Fact]
    public void Who_differs_is_named_by_its_number_in_the_communicator()
    {
        CommunicatorFault fault = Fails(
            "AABB",
            CommunicatorFaultKind.Mismatch,
            communicator => communicator.AllGather<int>(new int[communicator.Rank == 2 ? 5 : 6], new int[communicator.Rank == 2 ? 20 : 24]));
        AssertNamed(fault, "2");
    }

    // Two that do not fit together: one of those that differ, and one of the rest.
    private static void AssertNamed(CommunicatorFault fault, string others)
    {
        Match pair = Regex.Match(fault.Message, "^Ranks (\\d) and (\\d) ");
        Assert.True(pair.Success, fault.Message);
        Assert.True(others.Contains(pair.Groups[1].Value, StringComparison.Ordinal) != others.Contains(pair.Groups[2].Value, StringComparison.Ordinal), fault.Message);
        Assert.Equal(pair.Groups[2].Value, $"{fault.Rank}");
    }

    [Fact]
    public void A_message_of_another_length_is_a_mismatch_on_and_between_hosts()
    {
        foreach (int peer in new[] { 1, 2 })
        {
            _ = Fails(
                "AABB",
                CommunicatorFaultKind.Mismatch,
                communicator =>
                {
                    if (communicator.Rank == 0)
                    {
                        communicator.Send<int>(new int[5], peer);
                    }
                    else if (communicator.Rank == peer)
                    {
                        communicator.Receive<int>(new int[6], 0);
                    }

                    communicator.Barrier();
                });
        }
    }

    [Fact]
    public void Ranks_that_wait_for_each_other_are_told() => Fails(
        "ABBA",
        CommunicatorFaultKind.Mismatch,
        communicator => communicator.Broadcast<int>(new int[8], root: communicator.Rank is 0 or 3 ? 1 : 0));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void An_abort_ends_all_who_wait(int who) => Fails(
        "AABBC",
        CommunicatorFaultKind.Aborted,
        communicator =>
        {
            if (communicator.Rank == who)
            {
                Thread.Sleep(50);
                communicator.Abort("enough");
            }

            communicator.Barrier();
        });

    [Fact]
    public void A_rank_that_does_not_come_is_named()
    {
        CommunicatorFault fault = Fails(
            "AABB",
            CommunicatorFaultKind.Timeout,
            communicator =>
            {
                if (communicator.Rank == 3)
                {
                    SpinWait.SpinUntil(() => communicator.Fault is not null, Soon);
                }

                communicator.Barrier();
            },
            TimeSpan.FromSeconds(1));
        Assert.Contains("waiting for rank 3", fault.Message, StringComparison.Ordinal);
    }

    private static CommunicatorFault Fails(string hosts, CommunicatorFaultKind kind, Action<Communicator> body, TimeSpan? timeout = null)
    {
        var faults = new CommunicatorFault?[hosts.Length];
        var time = Stopwatch.StartNew();
        HostShape.Run(
            hosts,
            communicator =>
            {
                CollectiveException exception = Assert.Throws<CollectiveException>(() => body(communicator));
                faults[communicator.Rank] = exception.Fault;
            },
            new CommunicatorOptions { Timeout = timeout ?? TimeSpan.FromSeconds(60) });
        Assert.True(time.Elapsed < Soon, $"It took {time.Elapsed}.");
        Assert.All(faults, fault => Assert.Equal(kind, fault?.Kind));
        Assert.All(faults, fault => Assert.Equal(faults[0], fault));
        return faults[0]!;
    }
}
