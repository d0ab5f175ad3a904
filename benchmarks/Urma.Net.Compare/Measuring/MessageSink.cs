using System.Diagnostics;
using Urma.Net.Tool;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Compare.Measuring;

/// <summary>Takes messages and offers their buffers again.</summary>
internal sealed class MessageSink(Jetty jetty, Jfc jfc, Segment buffers, int slotBytes)
{
    private const int Most = 64;

    private readonly Completion[] _completions = new Completion[Most];
    private readonly ReceiveRequest[] _again = new ReceiveRequest[Most];

    /// <summary>Takes as many as are asked for.</summary>
    /// <exception cref="ToolException">They did not come in time.</exception>
    public void Take(long messages, TimeSpan patience)
    {
        long begin = Stopwatch.GetTimestamp();
        uint empty = 0;
        while (messages > 0)
        {
            int taken = jfc.Poll(_completions.AsSpan(0, (int)Math.Min(Most, messages)));
            if (taken == 0)
            {
                if (++empty % (1 << 14) == 0)
                {
                    Thread.Yield();
                    if (Stopwatch.GetElapsedTime(begin) > patience)
                    {
                        throw new ToolException($"{messages} messages did not come.");
                    }
                }

                continue;
            }

            for (int i = 0; i < taken; i++)
            {
                _completions[i].ThrowIfFailed();
                ulong slot = _completions[i].UserContext;
                _again[i] = new ReceiveRequest(buffers.Range((long)slot * slotBytes, slotBytes), slot);
            }

            Expect.Posted(jetty.ReceiveQueue.Post(_again.AsSpan(0, taken), out _));
            messages -= taken;
        }
    }
}
