namespace Urma.Net.Tests.Async;

internal static class Waits
{
    /// <summary>Awaits with a bound, so that a lost completion fails the test instead of hanging it.</summary>
    public static async Task Within(this ValueTask task) => await task.AsTask().WaitAsync(TwoContexts.Bound);

    public static async Task<T> Within<T>(this ValueTask<T> task) => await task.AsTask().WaitAsync(TwoContexts.Bound);

    public static async Task Within(this Task task) => await task.WaitAsync(TwoContexts.Bound);

    public static void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TwoContexts.Bound), "The condition was not met in time.");

    public static async Task<UrmaException> ThrowsWithin(this ValueTask task) =>
        await Assert.ThrowsAsync<UrmaException>(async () => await task.Within());
}
