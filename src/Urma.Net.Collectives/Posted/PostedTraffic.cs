using System.Runtime.InteropServices;
using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Posted;

/// <summary>What the groups of a rank that post share: the way to all ranks, what is under way on it, and memory for partial results.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed unsafe class PostedTraffic : IDisposable
{
    /// <summary>Partial results of ranks that have no receive buffer pass through <see cref="Scratch"/>, a piece at a time.</summary>
    public const long PieceBytes = 256 << 10;

    /// <param name="context">The rank's context.</param>
    /// <param name="port">The way to all ranks of the communicator; this object's from now on.</param>
    /// <param name="owner">Who is told of what goes wrong.</param>
    /// <param name="size">All ranks of the communicator.</param>
    /// <param name="crowded">Whether there are more ranks than processors.</param>
    /// <param name="timeout">How long a wait may take.</param>
    public PostedTraffic(UrmaContext context, PostedPort port, IWaitOwner owner, int size, bool crowded, TimeSpan timeout)
    {
        (Port, Size) = (port, size);
        Wait = new PostedWait(owner, crowded, timeout);
        Schedule = new PostedSchedule(port, Wait, owner, size);
        Buffers = new PostedBuffers(context, port, Wait, size);
        Scratch = (byte*)NativeMemory.AlignedAlloc(2 * (nuint)PieceBytes, 64);
    }

    public int Size { get; }

    public PostedPort Port { get; }

    public PostedWait Wait { get; }

    public PostedSchedule Schedule { get; }

    /// <summary>The other ranks' registered buffers.</summary>
    public PostedBuffers Buffers { get; }

    /// <summary>Two pieces.</summary>
    public byte* Scratch { get; }

    public void Dispose()
    {
        Buffers.Dispose();
        Port.Dispose();
        Schedule.Dispose();
        Wait.Dispose();
        NativeMemory.AlignedFree(Scratch);
    }
}
