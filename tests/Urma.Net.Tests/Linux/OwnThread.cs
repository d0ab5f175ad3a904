using System.Runtime.ExceptionServices;

namespace Urma.Net.Tests.Linux;

/// <summary>Runs a test on a thread that ends with it, so that what it binds the thread to ends as well.</summary>
internal static class OwnThread
{
    internal static void Run(Action test)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                test();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "The test thread did not end.");
        failure?.Throw();
    }
}
