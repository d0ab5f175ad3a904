using System.Runtime.CompilerServices;

namespace Urma.Net.Ub;

/// <summary>What the library says to a list of requests.</summary>
internal static class PostAnswer
{
    /// <summary>How many of a list were taken.</summary>
    /// <param name="code">What the call returned.</param>
    /// <param name="firstRefused">The place of the request it refused in the list; negative where it named none.</param>
    /// <param name="count">How many there were.</param>
    /// <param name="result">The same for the caller.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Taken(int code, long firstRefused, int count, out UrmaStatus result)
    {
        if (code == 0)
        {
            result = UrmaStatus.Success;
            return count;
        }

        result = (UrmaStatus)code switch
        {
            // A full queue is "no memory" to the hardware's driver.
            UrmaStatus.OutOfMemory or UrmaStatus.TryAgain => UrmaStatus.TryAgain,
            UrmaStatus.InvalidArgument => UrmaStatus.InvalidArgument,
            _ => UrmaStatus.Failed,
        };
        return firstRefused >= 0 && firstRefused <= count ? (int)firstRefused : 0;
    }
}
