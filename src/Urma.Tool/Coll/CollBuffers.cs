using System.Runtime.InteropServices;
using Urma.Net.Collectives;

namespace Urma.Net.Tool.Coll;

/// <summary>One rank's send and receive buffer.</summary>
internal sealed unsafe class CollBuffers : IDisposable
{
    private const nuint PageBytes = 4096;

    private readonly RegisteredMemory? _send;
    private readonly RegisteredMemory? _receive;

    /// <param name="communicator">Who registers them.</param>
    /// <param name="capacity">Bytes of each.</param>
    /// <param name="registered">Whether other ranks may reach into them.</param>
    public CollBuffers(Communicator communicator, long capacity, bool registered)
    {
        capacity = Math.Max(capacity, (long)PageBytes);
        if (registered)
        {
            _send = communicator.Allocate(capacity);
            _receive = communicator.Allocate(capacity);
            (Send, Receive) = (_send.Address, _receive.Address);
        }
        else
        {
            Send = (nint)NativeMemory.AlignedAlloc((nuint)capacity, PageBytes);
            Receive = (nint)NativeMemory.AlignedAlloc((nuint)capacity, PageBytes);
        }

        // Every page is there before anything is timed.
        CollData.Spoil(Send, capacity);
        CollData.Spoil(Receive, capacity);
    }

    public nint Send { get; }

    public nint Receive { get; }

    public void Dispose()
    {
        if (_send is null)
        {
            NativeMemory.AlignedFree((void*)Send);
            NativeMemory.AlignedFree((void*)Receive);
        }

        _send?.Dispose();
        _receive?.Dispose();
    }
}
