using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;

namespace Urma.Net.Providers.Devices;

/// <summary>
/// What a send queue over a device counts and times. One thread posts, one polls; each has its own methods here. The device tells of an end only
/// when it is polled, so that is when a timed request has ended; requests are told apart by the order of their completions.
/// </summary>
internal sealed unsafe class DeviceQueueCounters
{
    private readonly StatisticsPage _page;
    private readonly CounterBlock* _block;
    private OperationSampler _sampler;
    private int _returned;

    private const long None = long.MaxValue;

    // When the call began in which a request may be timed; 0 in others. Posting thread.
    private long _begin;

    // One request at a time is timed: the number of its completion. Set by who posts; set back to none by who polls.
    private long _timedNumber = None;
    private UrmaOperation _timedOperation;
    private long _timedSince;

    public DeviceQueueCounters(UrmaContext context, uint id, int depth)
        : this(context.Statistics, id, depth)
    {
    }

    /// <summary>Counts in a page.</summary>
    public DeviceQueueCounters(StatisticsPage page, uint id, int depth)
    {
        _page = page;
        _block = _page.Take(BlockKind.SendQueue, id, depth);
        _sampler = new OperationSampler(_page, _block);
    }

    public CounterBlock* Block => _block;

    /// <summary>Posting thread: requests are about to be posted, as many as are taken of these.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void BeginPost(int requests) => _begin = _sampler.IsDueWithin(requests) ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Posting thread: the device took a request. Those whose completion comes have their turn to be timed.</summary>
    /// <param name="request">Which.</param>
    /// <param name="number">The number of its completion, from 1; 0 where none may come.</param>
    /// <param name="completed">How many were polled, as far as is known.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(in WorkRequest request, long number, long completed)
    {
        if (!Observability.IsOn)
        {
            return;
        }

        if (number != 0 && _sampler.IsDue())
        {
            BeginTime(in request, number, completed);
        }

        CountKind(in request);
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SeePosted(long posted)
    {
        if (Observability.IsOn)
        {
            _block->Begun = (ulong)posted;
        }
    }

    /// <summary>Posting thread: so many are outstanding, perhaps more than ever.</summary>
    public void SeeDepth(int outstanding)
    {
        if (Observability.IsOn)
        {
            _block->MaxOutstanding = Math.Max(_block->MaxOutstanding, outstanding);
        }
    }

    /// <summary>Polling thread, for each completion: how many of those posted have been polled.</summary>
    /// <param name="completed">How many, this one included.</param>
    /// <param name="isSuccess">How this one ended.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SeeCompleted(long completed, bool isSuccess)
    {
        if (Observability.IsOn)
        {
            _block->Ended = (ulong)completed;
            if (completed >= Volatile.Read(ref _timedNumber))
            {
                EndTime(completed, isSuccess);
            }
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BeginTime(in WorkRequest request, long number, long completed)
    {
        _sampler.Restart();
        SeeDepth((int)(number - completed));
        if (_begin != 0 && Volatile.Read(ref _timedNumber) == None && request.Opcode != Opcode.Nop)
        {
            _timedOperation = OperationSampler.KindOf(request.Opcode);
            _timedSince = _begin;
            Volatile.Write(ref _timedNumber, number);
        }
    }

    // A poller may have taken the completion before it could know that it is timed: then the next one ends it, unbooked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EndTime(long completed, bool isSuccess)
    {
        long ended = Stopwatch.GetTimestamp();
        if (completed == _timedNumber && isSuccess)
        {
            _sampler.End(_timedOperation, _timedSince, ended, peer: -1);
        }

        Volatile.Write(ref _timedNumber, None);
    }

    private void CountKind(in WorkRequest request)
    {
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
}
