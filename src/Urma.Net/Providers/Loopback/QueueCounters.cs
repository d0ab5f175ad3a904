using System.Runtime.InteropServices;

namespace Urma.Net.Providers.Loopback;

/// <summary>Counters of one send queue, in the page peers and tools can map. Written by the queue only, read by anybody.</summary>
[StructLayout(LayoutKind.Sequential, Size = LoopbackLayout.LineSpacing)]
internal struct QueueCounters
{
    public long Writes;
    public long Reads;
    public long Sends;
    public long Atomics;
    public long Bytes;
    public long Errors;
    public long ReceiverNotReady;
    public long EngineOperations;
    public long InUse;
}
