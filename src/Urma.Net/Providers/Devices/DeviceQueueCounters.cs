using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;

namespace Urma.Net.Providers.Devices;

/// <summary>What a send queue over a device counts. One thread posts, one polls; each has its own methods here.</summary>
internal sealed unsafe class DeviceQueueCounters(UrmaContext context, uint id, int depth)
{
    private readonly StatisticsPage _page = context.Statistics;
    private readonly CounterBlock* _block = context.Statistics.Take(BlockKind.SendQueue, id, depth);
    private int _returned;

    /// <summary>Posting thread: the device took a request.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(in WorkRequest request)
    {
        if (!Observability.IsOn)
        {
            return;
        }

        long length = request.GatherCount == 0 ? request.Local.Length : 0;
        switch (request.Opcode)
        {
            case Opcode.Write or Opcode.WriteImmediate or Opcode.WriteNotify:
                _block->CountWrite(length);
                break;
            case Opcode.Read:
                _block->CountRead(length);
                break;
            case Opcode.Send or Opcode.SendImmediate:
                _block->CountSends(1, length);
                break;
            case Opcode.Nop:
                break;
            default:
                _block->CountAtomic();
                break;
        }
    }

    /// <summary>A request failed. Any thread.</summary>
    public void CountError()
    {
        if (Observability.IsOn)
        {
            Interlocked.Increment(ref _block->Errors);
        }
    }

    /// <summary>Posting thread: how many requests it has posted whose completion will be polled.</summary>
    public void SeePosted(long posted)
    {
        if (Observability.IsOn)
        {
            _block->Begun = (ulong)posted;
        }
    }

    /// <summary>Polling thread: how many of those have been polled.</summary>
    public void SeeCompleted(long completed)
    {
        if (Observability.IsOn)
        {
            _block->Ended = (ulong)completed;
        }
    }

    /// <summary>The queue is gone; what it counted stays in the context's totals. Idempotent.</summary>
    public void Return()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            _page.Return(_block);
        }
    }
}
