using System.Diagnostics;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Coll;

/// <summary>
/// The memory's limit: what it takes when every rank copies its buffer once, all at the same time. AllReduce, AllGather and AllToAll move at least as
/// much: each rank's input is read once and each rank's output written once.
/// </summary>
internal sealed unsafe class CollCopy(CollMember member, nint destination, nint source, long bytes)
{
    private const int LeastTimes = 3;
    private static readonly TimeSpan PieceTime = TimeSpan.FromMilliseconds(10);

    /// <summary>Below it the ranks' meeting is what would be measured.</summary>
    public const long LeastBytes = 256 << 10;

    private double _expected = bytes / 10.0;

    /// <summary>Measures it, by <c>memcpy</c> and with stores that go round the caches.</summary>
    /// <returns>Nanoseconds of the faster one, at the slowest rank; the same at all ranks.</returns>
    public double Measure()
    {
        long times = Math.Max(LeastTimes, (long)(PieceTime.TotalNanoseconds / _expected));
        _expected = Math.Min(Time(times, streaming: false), Time(times, streaming: true));
        return _expected;
    }

    private double Time(long times, bool streaming)
    {
        member.Communicator.Barrier();
        long begin = Stopwatch.GetTimestamp();
        for (long i = 0; i < times; i++)
        {
            if (streaming)
            {
                StreamingCopy.Run((byte*)destination, (byte*)source, bytes);
            }
            else
            {
                _ = Yardsticks.Current.Copy((void*)destination, (void*)source, (nuint)bytes, 1);
            }

            member.Communicator.Barrier();
        }

        return member.Max((double)Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin) / times);
    }
}
