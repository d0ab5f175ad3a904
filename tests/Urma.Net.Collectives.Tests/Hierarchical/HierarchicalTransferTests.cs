using System.Runtime.InteropServices;
using Urma.Net.Collectives.Tests.Posted;

namespace Urma.Net.Collectives.Tests.Hierarchical;

/// <summary>Messages, puts and signals that go to ranks of the same host and of others.</summary>
public sealed unsafe class HierarchicalTransferTests
{
    [Theory]
    [InlineData("AABB")]
    [InlineData("ABABC")]
    public void What_was_put_is_there_with_its_signal(string hosts) => HostShape.Run(hosts, PutCheck.Run);

    // Round the ranks in both directions at once, more than links hold: who waits on one host first would wait for ever.
    [Theory]
    [InlineData("AABB", 1)]
    [InlineData("ABAB", 300_000)]
    [InlineData("AABB", 300_000)]
    [InlineData("ABBCA", 300_000)]
    public void A_group_goes_on_in_all_directions(string hosts, int count) => HostShape.Run(hosts, communicator =>
    {
        int size = hosts.Length;
        int[] mine = GC.AllocateArray<int>(count, pinned: true);
        int[] above = GC.AllocateArray<int>(count, pinned: true);
        int[] below = GC.AllocateArray<int>(count, pinned: true);
        mine.AsSpan().Fill(communicator.Rank + 1);
        int next = (communicator.Rank + 1) % size;
        int previous = (communicator.Rank + size - 1) % size;
        for (int round = 0; round < 3; round++)
        {
            above.AsSpan().Clear();
            below.AsSpan().Clear();
            using CollectiveGroup group = CollectiveGroup.Start();
            communicator.Send(Address(mine), count, DataType.Int32, next);
            communicator.Send(Address(mine), count, DataType.Int32, previous);
            communicator.Receive(Address(below), count, DataType.Int32, previous);
            communicator.Receive(Address(above), count, DataType.Int32, next);
            group.End();
            Assert.Equal(-1, above.AsSpan().IndexOfAnyExcept(next + 1));
            Assert.Equal(-1, below.AsSpan().IndexOfAnyExcept(previous + 1));
        }
    });

    // Each waits for the one before, which is on its host and on the other in turn.
    [Fact]
    public void A_message_goes_round_the_hosts() => HostShape.Run("AABB", communicator =>
    {
        int[] token = [0];
        for (int round = 0; round < 50; round++)
        {
            if (communicator.Rank > 0 || round > 0)
            {
                communicator.Receive<int>(token, (communicator.Rank + 3) % 4);
                Assert.Equal((round * 4) + communicator.Rank - 1, token[0]);
            }

            token[0] = (round * 4) + communicator.Rank;
            if (communicator.Rank < 3 || round < 49)
            {
                communicator.Send<int>(token, (communicator.Rank + 1) % 4);
            }
        }
    });

    private static nint Address<T>(T[] pinned)
        where T : unmanaged => (nint)(T*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
