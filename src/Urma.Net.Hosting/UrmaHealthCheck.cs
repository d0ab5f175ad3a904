using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Urma.Net.Hosting;

/// <summary>
/// Whether a context is well: open, its peers there and as fast as they were, its operations successful. Reads counters that are kept anyway:
/// some microseconds, and nothing in the data path.
/// </summary>
/// <remarks>Thread-safe. Errors are those since the check before, so two that check by turns share them.</remarks>
public sealed class UrmaHealthCheck : IHealthCheck
{
    private readonly UrmaContext _context;
    private readonly UrmaHealthOptions _options;
    private readonly Lock _lock = new();
    private UrmaCounters _last;

    /// <summary>Makes a check; <see cref="UrmaServices.AddUrma"/> registers one.</summary>
    /// <param name="context">What to check.</param>
    /// <param name="options">When it says what.</param>
    public UrmaHealthCheck(UrmaContext context, IOptions<UrmaOptions> options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        _context = context;
        _options = options.Value.Health;
    }

    /// <summary>Checks. Its data are <c>operations</c> and <c>errors</c> (since the last check), <c>peers</c>, <c>lost</c>, <c>slow</c> and <c>outstanding</c>.</summary>
    /// <param name="context">Who asks; its failure status is the result where the context is closed.</param>
    /// <param name="cancellationToken">Not used: nothing is waited for.</param>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.FromResult(_context.IsClosed
            ? new HealthCheckResult(context.Registration?.FailureStatus ?? HealthStatus.Unhealthy, $"The context of {_context.Device.ConnectionString} is closed.")
            : Check(_context.GetStatistics()));
    }

    private HealthCheckResult Check(UrmaStatistics statistics)
    {
        UrmaCounters added = TakeCounters(statistics.Counters);
        PeerStatistics[] lost = FindLost(statistics.Peers);
        IReadOnlyList<PeerSpeedEventArgs> slow = _context.SlowPeers;
        HealthStatus status = HealthStatus.Healthy;
        List<string> reasons = [];
        if (lost.Length != 0)
        {
            status = Worse(status, _options.OnLostPeer);
            reasons.Add($"lost: {string.Join(", ", lost.Select(NameOf))}");
        }

        if (slow.Count != 0)
        {
            status = Worse(status, _options.OnSlowPeer);
            reasons.AddRange(slow.Select(static peer => peer.ToString()));
        }

        long attempts = added.Operations + added.Errors;
        if (added.Errors > attempts * _options.MaxErrorShare)
        {
            status = Worse(status, _options.OnErrors);
            reasons.Add($"{added.Errors} of {attempts} operations failed");
        }

        return new HealthCheckResult(status, reasons.Count == 0 ? null : string.Join("; ", reasons), data: new Dictionary<string, object>
        {
            ["operations"] = added.Operations,
            ["errors"] = added.Errors,
            ["peers"] = statistics.Peers.Count(static peer => peer.State == PeerState.Connected),
            ["lost"] = lost.Length,
            ["slow"] = slow.Count,
            ["outstanding"] = statistics.Outstanding,
        });
    }

    private UrmaCounters TakeCounters(in UrmaCounters now)
    {
        lock (_lock)
        {
            UrmaCounters added = now.Since(_last);
            _last = now;
            return added;
        }
    }

    private PeerStatistics[] FindLost(IReadOnlyList<PeerStatistics> peers)
    {
        DateTimeOffset oldest = DateTimeOffset.UtcNow - _options.LostPeersCountFor;
        return
        [
            .. peers.Where(peer => peer.LostAt >= oldest && !peers.Any(other =>
                other.State == PeerState.Connected && (peer.Label.Length != 0 ? other.Label == peer.Label : other.Uasid == peer.Uasid && other.Eid == peer.Eid))),
        ];
    }

    // The smaller the worse.
    private static HealthStatus Worse(HealthStatus one, HealthStatus other) => (HealthStatus)Math.Min((int)one, (int)other);

    private static string NameOf(PeerStatistics peer) => peer.Label.Length == 0 ? $"the peer with UASID 0x{peer.Uasid:x6}" : $"peer '{peer.Label}'";
}
