using System.Runtime.ExceptionServices;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Peers;

/// <summary>Runs work on a thread of its own that is bound to a processor.</summary>
/// <remarks>
/// A new thread inherits its creator's binding: were the first thread bound, the compiler's, the collector's and the
/// fabric's threads would all share the one core whose speed is being measured.
/// </remarks>
internal static class MeasuringThread
{
    public static void Run(int processor, Action work)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                CpuPinning.PinCurrentThread(processor);
                work();
            }
#pragma warning disable CA1031 // rethrown on the thread that waits
            catch (Exception error)
            {
                failure = error;
            }
#pragma warning restore CA1031
        })
        {
            Name = "urma-measure",
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
