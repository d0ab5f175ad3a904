namespace Urma.Net.Compare.Measuring;

/// <summary>Calls a loop often enough for the compiler to make its best of it: it counts calls, and works in the background.</summary>
internal static class WarmUp
{
    private const int Passes = 3, Calls = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(60);

    /// <param name="loop">Takes how many operations to make.</param>
    /// <param name="operations">How many in a call.</param>
    public static void Run(Action<long> loop, long operations)
    {
        for (int pass = 0; pass < Passes; pass++)
        {
            for (int call = 0; call < Calls; call++)
            {
                loop(operations);
            }

            Thread.Sleep(Pause);
        }
    }
}
