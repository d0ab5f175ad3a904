using System.Runtime.ExceptionServices;

namespace Urma.Net.Conformance;

/// <summary>Runs bodies at the same time on threads of their own, so that blocking ones cannot starve the pool.</summary>
public static class Threads
{
    /// <summary>Runs one body per index.</summary>
    public static void Run(int count, Action<int> body) =>
        Run([.. Enumerable.Range(0, count).Select(index => (Action)(() => body(index)))]);

    /// <summary>Runs the bodies and rethrows the first failure.</summary>
    public static void Run(params Action[] bodies)
    {
        ArgumentNullException.ThrowIfNull(bodies);
        ExceptionDispatchInfo? first = null;
        Thread[] threads = [.. bodies.Select(body => new Thread(() =>
        {
            try
            {
                body();
            }
#pragma warning disable CA1031 // rethrown on the caller's thread
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(failure), null);
            }
#pragma warning restore CA1031
        })
        { IsBackground = true })];

        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            // When one body failed the others may wait in vain for it: do not wait with them.
            long deadline = Environment.TickCount64 + (long)Bounds.Scenario.TotalMilliseconds;
            while (!thread.Join(50))
            {
                Volatile.Read(ref first)?.Throw();
                Assert.True(Environment.TickCount64 < deadline, $"A test thread did not finish within {Bounds.Scenario}.");
            }
        }

        first?.Throw();
    }

    /// <summary>Waits until a condition holds, giving up the processor in between.</summary>
    public static void Until(Func<bool> condition, string what)
    {
        ArgumentNullException.ThrowIfNull(condition);
        long deadline = Environment.TickCount64 + (long)Bounds.Operation.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"Not within {Bounds.Operation}: {what}.");
            Thread.Sleep(1);
        }
    }
}
