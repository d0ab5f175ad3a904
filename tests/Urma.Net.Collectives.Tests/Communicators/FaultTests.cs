using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Ranks that disagree, stay away or give up are named, and nobody waits for ever.</summary>
public sealed class FaultTests
{
    private static readonly CommunicatorOptions Quick = new() { Timeout = TimeSpan.FromSeconds(2) };

    // Runs bodies of which all must fail with a fault of one kind, and returns a message.
    private static string Fail(int size, CommunicatorFaultKind kind, Action<Communicator> body, CommunicatorOptions? options = null)
    {
        string[] messages = new string[size];
        RankThreads.Run(
            size,
            communicator =>
            {
                CollectiveException error = Assert.Throws<CollectiveException>(() =>
                {
                    body(communicator);

                    // Who does not notice meets the others here.
                    communicator.Barrier();
                });
                Assert.Equal(kind, error.Fault?.Kind);
                Assert.Equal(error.Fault, communicator.Fault);
                messages[communicator.Rank] = error.Message;
                Assert.Throws<CollectiveException>(() => communicator.Barrier());
            },
            options ?? Quick);
        Assert.All(messages, message => Assert.Equal(messages[0], message));
        return messages[0];
    }

    [Fact]
    public void Another_operation()
    {
        string message = Fail(3, CommunicatorFaultKind.Mismatch, communicator =>
        {
            int[] vector = new int[100];
            if (communicator.Rank == 1)
            {
                communicator.Broadcast<int>(vector, 1);
            }
            else
            {
                communicator.AllReduce<int>(vector, vector, Reduction.Sum);
            }
        });
        Assert.Contains("AllReduce of 100 × Int32, Sum, at FaultTests.cs:", message);
        Assert.Contains("Broadcast of 100 × Int32, root 1, at FaultTests.cs:", message);
    }

    [Fact]
    public void Another_count() => Assert.Contains(
        "of 101 ×",
        Fail(2, CommunicatorFaultKind.Mismatch, communicator =>
        {
            int[] vector = new int[100 + communicator.Rank];
            communicator.AllReduce<int>(vector, vector, Reduction.Sum);
        }));

    [Fact]
    public void Another_type() => Assert.Contains(
        "UInt32",
        Fail(2, CommunicatorFaultKind.Mismatch, communicator =>
        {
            if (communicator.Rank == 0)
            {
                communicator.AllGather<int>([1], new int[2]);
            }
            else
            {
                communicator.AllGather<uint>([1], new uint[2]);
            }
        }));

    [Fact]
    public void Another_reduction() => Assert.Contains(
        "Max",
        Fail(4, CommunicatorFaultKind.Mismatch, communicator =>
        {
            int[] vector = new int[30_000];
            communicator.AllReduce<int>(vector, vector, communicator.Rank == 3 ? Reduction.Max : Reduction.Min);
        }));

    [Fact]
    public void Another_root() => Assert.Contains(
        "root 1",
        Fail(2, CommunicatorFaultKind.Mismatch, communicator =>
        {
            int[] vector = new int[10];
            communicator.Reduce<int>(vector, vector, Reduction.Sum, communicator.Rank);
        }));

    [Fact]
    public void Another_root_that_nobody_listens_to_is_found_by_the_next_operation() => Assert.Contains(
        "before, Broadcast of 10 × Int32, root 1",
        Fail(2, CommunicatorFaultKind.Mismatch, communicator => communicator.Broadcast<int>(new int[10], communicator.Rank)));

    [Fact]
    public void Another_way_is_refused_when_joining()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => RankThreads.Run(
            2, static _ => { }, optionsOf: rank => new CommunicatorOptions { DirectLength = 1000 + rank }));
        Assert.Contains("DirectLength 1001", error.Message);
    }

    [Fact]
    public void Another_order() => Assert.Contains(
        "Gather",
        Fail(2, CommunicatorFaultKind.Mismatch, communicator =>
        {
            if (communicator.Rank == 0)
            {
                communicator.Barrier();
            }

            communicator.AllGather<int>([1], new int[2]);
            if (communicator.Rank == 1)
            {
                communicator.Barrier();
            }
        }));

    [Fact]
    public void A_message_of_another_length() => Assert.Contains(
        "of 5 × Int32, from rank 0",
        Fail(2, CommunicatorFaultKind.Mismatch, communicator =>
        {
            if (communicator.Rank == 0)
            {
                communicator.Send<int>(new int[6], 1);
            }
            else
            {
                communicator.Receive<int>(new int[5], 0);
            }
        }));

    [Fact]
    public void A_rank_that_does_not_come()
    {
        using var over = new ManualResetEventSlim();
        RankThreads.Run(
            3,
            communicator =>
            {
                if (communicator.Rank == 2)
                {
                    Assert.True(over.Wait(TimeSpan.FromSeconds(30)));
                    return;
                }

                CollectiveException error = Assert.Throws<CollectiveException>(() => communicator.Barrier());
                over.Set();
                Assert.Equal(CommunicatorFaultKind.Timeout, error.Fault!.Kind);
                Assert.Contains("Rank 2", error.Message);
                Assert.Contains("FaultTests.cs", error.Message);
            },
            Quick);
    }

    [Theory]
    [InlineData(CollectivePath.Mapped)]
    [InlineData(CollectivePath.Posted)]
    public void Messages_that_do_not_come_name_all_who_were_waited_for(CollectivePath path)
    {
        using var over = new ManualResetEventSlim();
        RankThreads.Run(
            3,
            communicator =>
            {
                if (communicator.Rank != 0)
                {
                    Assert.True(over.Wait(TimeSpan.FromSeconds(30)));
                    return;
                }

                int[] first = GC.AllocateArray<int>(10, pinned: true);
                int[] second = GC.AllocateArray<int>(10, pinned: true);
                CollectiveException error = Assert.Throws<CollectiveException>(() =>
                {
                    using CollectiveGroup group = CollectiveGroup.Start();
                    communicator.Receive(Marshal.UnsafeAddrOfPinnedArrayElement(first, 0), 10, DataType.Int32, 1);
                    communicator.Receive(Marshal.UnsafeAddrOfPinnedArrayElement(second, 0), 10, DataType.Int32, 2);
                    group.End();
                });
                over.Set();
                Assert.Equal(CommunicatorFaultKind.Timeout, error.Fault!.Kind);
                Assert.Contains("Of ranks 1, 2", error.Message);
            },
            Quick with { Path = path });
    }

    [Fact]
    public void An_abort_is_heard_at_once() => Assert.Contains(
        "enough of it",
        Fail(
            4,
            CommunicatorFaultKind.Aborted,
            communicator =>
            {
                if (communicator.Rank == 1)
                {
                    Thread.Sleep(50);
                    communicator.Abort("enough of it");
                }
            },
            CommunicatorOptions.Default));

    [Fact]
    public void A_reduction_that_throws_ends_the_operation_everywhere()
    {
        unsafe
        {
            Reduction odd = Reduction.Create("odd", static (accumulator, operand, count, type) => throw new InvalidDataException("cannot reduce that"));
            string[] messages = new string[2];
            RankThreads.Run(
                2,
                communicator =>
                {
                    CollectiveException error = Assert.Throws<CollectiveException>(() =>
                    {
                        communicator.AllReduce<int>(new int[10], new int[10], odd);
                    });
                    messages[communicator.Rank] = error.Message;
                    Assert.Equal(CommunicatorFaultKind.Aborted, error.Fault?.Kind);
                    Assert.Same(communicator.Fault, error.Fault);
                },
                Quick);
            Assert.All(messages, message => Assert.Contains("cannot reduce that", message));
        }
    }

    [Fact]
    public void Wrong_arguments_are_refused_and_change_nothing() => RankThreads.Run(2, communicator =>
    {
        int[] vector = new int[10];
        Assert.Throws<ArgumentException>(() => communicator.AllReduce<int>(vector, new int[9], Reduction.Sum));
        Assert.Throws<ArgumentException>(() => communicator.AllReduce<int>(vector.AsSpan(0, 9), vector.AsSpan(1), Reduction.Sum));
        Assert.Throws<ArgumentException>(() => communicator.AllGather<int>(vector, new int[19]));
        Assert.Throws<ArgumentException>(() => communicator.AllToAll<int>(vector.AsSpan(0, 9), new int[9]));
        Assert.Throws<ArgumentOutOfRangeException>(() => communicator.Broadcast<int>(vector, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => communicator.Send<int>(vector, -1));
        Assert.Throws<ArgumentNullException>(() => communicator.AllReduce<int>(vector, vector, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => communicator.AllReduce(0, 0, -1, DataType.Int8, Reduction.Sum));
        Assert.ThrowsAny<ArgumentException>(() => communicator.Send(0, 1, (DataType)99, 1));
        long[] one = [1, 1];
        long[] two = [1, 1];
        two[communicator.Rank] = 2;
        Assert.Throws<ArgumentException>(() => communicator.AllToAllV<int>(new int[2], one, [0, 1], new int[3], two, [0, 2]));
        Assert.Throws<InvalidOperationException>(() =>
        {
            using CollectiveGroup group = CollectiveGroup.Start();
            _ = communicator.BeginBarrier();
        });
        Assert.ThrowsAny<Exception>(() => communicator.AllReduce<decimal>([1], new decimal[1], Reduction.Sum));
        communicator.Barrier();
        Assert.Null(communicator.Fault);
    });

    [Fact]
    public void After_a_fault_the_rest_goes_on() => RankThreads.Run(3, communicator =>
    {
        if (communicator.Rank == 0)
        {
            communicator.Abort("rank 0 goes");
            return;
        }

        Assert.Throws<CollectiveException>(() => communicator.Barrier());
        using Communicator rest = communicator.Shrink([0]);
        int[] sum = [1];
        rest.AllReduce<int>(sum, sum, Reduction.Sum);
        Assert.Equal(2, sum[0]);
    });
}
