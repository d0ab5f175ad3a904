using System.Runtime.ExceptionServices;

namespace Urma.Net.Tests.Measurement;

/// <summary>Runs test code on threads of its own, because pinning or blocking a pool thread would leak into other tests.</summary>
internal static class DedicatedThread
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>Runs the bodies at the same time, one thread each, and rethrows the first failure.</summary>
    public static void Run(params Action[] bodies)
    {
        var failures = new ExceptionDispatchInfo?[bodies.Length];
        Thread[] threads = [.. bodies.Select((body, index) => new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception failure)
            {
                failures[index] = ExceptionDispatchInfo.Capture(failure);
            }
        })
        { IsBackground = true })];

        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            Assert.True(thread.Join(Bound), $"A test thread did not finish within {Bound}.");
        }

        failures.FirstOrDefault(failure => failure is not null)?.Throw();
    }
}
