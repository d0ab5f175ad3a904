using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Communicators that go: how long they wait, and what ends it.</summary>
public sealed class DisposalTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Abort_cuts_a_disposal_that_waits_short(int leaver) => RankThreads.Run(2, communicator =>
    {
        if (communicator.Rank != leaver)
        {
            Assert.True(SpinWait.SpinUntil(() => communicator.Fault is not null, Soon));
            Assert.Contains("no more patience", communicator.Fault!.Message);
            return;
        }

        var clock = Stopwatch.StartNew();
        Task disposing = Task.Run(communicator.Dispose);
        Thread.Sleep(200);
        Assert.False(disposing.IsCompleted);
        communicator.Abort("no more patience");
        Assert.True(disposing.Wait(TimeSpan.FromSeconds(10)));
        Assert.Equal(CommunicatorFaultKind.Aborted, communicator.Fault?.Kind);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    });

    // Three waits of it, one after the other, would take three times as long.
    [Fact]
    public void Disposal_takes_one_timeout_in_all() => RankThreads.Run(
        2,
        communicator =>
        {
            if (communicator.Rank == 1)
            {
                Assert.True(SpinWait.SpinUntil(() => communicator.Fault is not null, Soon));
                return;
            }

            int[] vector = GC.AllocateArray<int>(10, pinned: true);
            nint address = Marshal.UnsafeAddrOfPinnedArrayElement(vector, 0);
            CollectiveHandle begun = communicator.BeginReceive(address, 10, DataType.Int32, 1);
            Thread.Sleep(1500);
            var clock = Stopwatch.StartNew();
            communicator.Dispose();

            // What was begun gives up first, 2.5 s after this, and leaves nothing to wait for.
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(7));
            Assert.Throws<CollectiveException>(begun.Wait);
        },
        new CommunicatorOptions { Timeout = TimeSpan.FromSeconds(4) });

    [Fact]
    public void A_disposal_that_nobody_follows_ends_with_a_fault_after_its_time() => RankThreads.Run(
        2,
        communicator =>
        {
            if (communicator.Rank == 1)
            {
                Assert.True(SpinWait.SpinUntil(() => communicator.Fault is not null, Soon));
                Assert.Equal(CommunicatorFaultKind.Timeout, communicator.Fault!.Kind);
                return;
            }

            var clock = Stopwatch.StartNew();
            communicator.Dispose();
            Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
            Assert.Throws<ObjectDisposedException>(() => communicator.Barrier());
        },
        new CommunicatorOptions { Timeout = TimeSpan.FromSeconds(2) });

    [Fact]
    public void An_abort_returns_with_the_word_that_all_hear() => RankThreads.Run(3, communicator =>
    {
        communicator.Barrier();
        communicator.Abort($"word of rank {communicator.Rank}");
        CommunicatorFault fault = communicator.Fault!;
        Assert.NotNull(fault);
        CollectiveException error = Assert.Throws<CollectiveException>(() => communicator.Barrier());
        Assert.Same(fault, error.Fault);
        Words[communicator.Rank] = fault.Message;
        Assert.True(SpinWait.SpinUntil(() => Array.TrueForAll(Words, static word => word is not null), Soon));
        Assert.All(Words, word => Assert.Equal(Words[0], word));
    });

    private string?[] Words { get; } = new string?[3];
}
