using System.Diagnostics;
using Urma.Net.Tool;

namespace Urma.Net.Compare.Measuring;

/// <summary>Sends a message again and again, with a window of unfinished ones.</summary>
internal sealed class MessageSource(Jetty jetty, Jfc jfc, WorkRequest request, int window, int signalEvery)
{
    private readonly WorkRequest _silent = request.Unsignaled();
    private readonly Completion[] _completions = new Completion[16];
    private long _sent;
    private long _finished;

    /// <summary>Waits until all are delivered: what found no receive posted goes on while its sender polls.</summary>
    /// <remarks>Only after a whole number of intervals of signalled messages.</remarks>
    /// <exception cref="ToolException">It took longer than <paramref name="patience"/>.</exception>
    public void Finish(TimeSpan patience)
    {
        for (long begin = Stopwatch.GetTimestamp(); _finished < _sent;)
        {
            TakeOrYield(begin, patience, UrmaStatus.Success);
        }
    }

    /// <summary>Sends messages. Where the receiver has no buffer, or a processor is shared, it gives the processor away.</summary>
    /// <exception cref="ToolException">It took longer than <paramref name="patience"/>.</exception>
    public void Send(long messages, TimeSpan patience)
    {
        long begin = Stopwatch.GetTimestamp();
        for (long due = _sent + messages; _sent < due;)
        {
            UrmaStatus status = _sent - _finished >= window
                ? UrmaStatus.TryAgain
                : jetty.Post((_sent + 1) % signalEvery == 0 ? request : _silent);
            if (status == UrmaStatus.Success)
            {
                _sent++;
                continue;
            }

            TakeOrYield(begin, patience, status);
        }
    }

    private void TakeOrYield(long begin, TimeSpan patience, UrmaStatus status)
    {
        if (Take() == 0)
        {
            Thread.Yield();
            if (Stopwatch.GetElapsedTime(begin) > patience)
            {
                throw new ToolException($"A sender got no further: {status}.");
            }
        }
    }

    private int Take()
    {
        int taken = jfc.Poll(_completions);
        for (int i = 0; i < taken; i++)
        {
            _completions[i].ThrowIfFailed();
            _finished += signalEvery;
        }

        return taken;
    }
}
