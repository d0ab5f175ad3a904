using System.Runtime.InteropServices;
using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Certify;

/// <summary>The yardstick of the machine: how long a cache line takes from one processor to another.</summary>
internal static unsafe class CacheLine
{
    private const long Rounds = 20_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Measures it between two threads.</summary>
    /// <returns>Nanoseconds of one way; null where it took longer than 20 seconds.</returns>
    public static double? Measure()
    {
        ProcessorPair processors = ProcessorPair.Parse(null);
        byte* words = (byte*)NativeMemory.AlignedAlloc(4096, 4096);
        new Span<byte>(words, 4096).Clear();
        nint mine = (nint)words, theirs = mine + 2048;
        try
        {
            long elapsed = 0;
            var other = new Thread(() => MeasuringThread.Run(processors.Peer, () =>
            {
                try
                {
                    _ = Yardsticks.Current.PingPong((void*)theirs, (void*)mine, 0, Rounds, initiator: false, Limit);
                }
                catch (TimeoutException)
                {
                    // The measuring thread says so.
                }
            }));
            other.Start();
            try
            {
                MeasuringThread.Run(processors.Client, () => elapsed = Yardsticks.Current.PingPong((void*)mine, (void*)theirs, 0, Rounds, initiator: true, Limit));
            }
            catch (TimeoutException)
            {
                return null;
            }
            finally
            {
                other.Join();
            }

            return elapsed / (2.0 * Rounds);
        }
        finally
        {
            NativeMemory.AlignedFree(words);
        }
    }
}
