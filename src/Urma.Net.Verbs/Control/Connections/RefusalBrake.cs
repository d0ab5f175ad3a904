using System.Diagnostics;
using System.Net;

namespace Urma.Net.Verbs.Control;

/// <summary>
/// Slows down who guesses tokens: by the address that refusals went to, so that connecting again does not help. Only refusals are
/// delayed, so that nobody who shows the right token pays for a neighbour.
/// </summary>
internal sealed class RefusalBrake
{
    private const int FreeRefusals = 3;
    private const int MaximumAddresses = 4096;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (int Count, long Last)> _refusals = [];

    /// <summary>Counts a refusal.</summary>
    /// <returns>How long to keep it back.</returns>
    public TimeSpan Count(IPAddress address)
    {
        long now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (_refusals.Count >= MaximumAddresses)
            {
                _refusals.Clear();
            }

            (int count, long last) = _refusals.GetValueOrDefault(address);
            count = Stopwatch.GetElapsedTime(last, now) > Memory ? 1 : count + 1;
            _refusals[address] = (count, now);
            int doublings = Math.Min(count - FreeRefusals - 1, 10);
            TimeSpan pause = doublings < 0 ? TimeSpan.Zero : FirstPause * (1 << doublings);
            return pause < LongestPause ? pause : LongestPause;
        }
    }
}
