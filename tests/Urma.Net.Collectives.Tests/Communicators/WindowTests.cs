using System.IO.MemoryMappedFiles;
using Urma.Net.Collectives.Tests.Posted;

namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Windows of memory that other ranks cannot map: a file's, which no provider adopts.</summary>
public sealed class WindowTests
{
    [Fact]
    public void Memory_that_nobody_maps_is_put_to_by_posted_writes() => RankThreads.Run(
        2,
        static communicator => WithFile(communicator, PutCheck.BytesOf(2), memory => PutCheck.Run(communicator, memory)),
        new CommunicatorOptions { Path = CollectivePath.Posted });

    [Fact]
    public void All_ranks_hear_that_memory_of_one_cannot_be_mapped() => RankThreads.Run(2, static communicator =>
    {
        if (communicator.Rank == 0)
        {
            WithFile(communicator, 10_000, memory => AssertRefused(communicator, memory));
        }
        else
        {
            AssertRefused(communicator, null);
        }

        communicator.Barrier();
    });

    private static void AssertRefused(Communicator communicator, RegisteredMemory? memory) =>
        Assert.Contains("memory of rank 0 cannot be mapped", Assert.Throws<ArgumentException>(() => communicator.RegisterWindow(memory)).Message, StringComparison.Ordinal);

    private static void WithFile(Communicator communicator, long length, Action<RegisteredMemory> body)
    {
        using var file = MemoryMappedFile.CreateNew(null, length);
        using MemoryMappedViewAccessor view = file.CreateViewAccessor();
        using RegisteredMemory memory = communicator.RegisterBuffer(view.SafeMemoryMappedViewHandle.DangerousGetHandle(), length);
        Assert.Equal(SegmentMode.Copied, memory.Segment.Mode);
        body(memory);
    }
}
