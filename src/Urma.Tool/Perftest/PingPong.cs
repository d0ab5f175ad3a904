using System.Diagnostics;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Perftest;

/// <summary>The loops of every ping-pong test.</summary>
internal static class PingPong
{
    public static long Initiate<T>(ref T end, ulong start, long iterations)
        where T : struct, IExchange, allows ref struct
    {
        long begin = Stopwatch.GetTimestamp();
        ulong last = start + (ulong)iterations;
        for (ulong number = start + 1; number <= last; number++)
        {
            end.Send(number);
            end.Await(number);
        }

        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }

    public static void Sample<T>(ref T end, ulong start, Span<long> samples)
        where T : struct, IExchange, allows ref struct
    {
        long before = Stopwatch.GetTimestamp();
        ulong number = start;
        for (int i = 0; i < samples.Length; i++)
        {
            end.Send(++number);
            end.Await(number);
            long after = Stopwatch.GetTimestamp();
            samples[i] = Clock.ToNanoseconds(after - before);
            before = after;
        }
    }

    public static long Answer<T>(ref T end, ulong start, long iterations)
        where T : struct, IExchange, allows ref struct
    {
        long begin = Stopwatch.GetTimestamp();
        ulong last = start + (ulong)iterations;
        for (ulong number = start + 1; number <= last; number++)
        {
            end.Await(number);
            end.Send(number);
        }

        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }
}
