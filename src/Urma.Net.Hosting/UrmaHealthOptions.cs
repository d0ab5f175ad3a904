using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Urma.Net.Hosting;

/// <summary>When <see cref="UrmaHealthCheck"/> says what. A closed context is always reported as the check's failure status.</summary>
public sealed class UrmaHealthOptions
{
    /// <summary>What it says while a peer is lost; <see cref="HealthStatus.Healthy"/> for taking no notice, as where clients come and go.</summary>
    public HealthStatus OnLostPeer { get; set; } = HealthStatus.Degraded;

    /// <summary>For how long a lost peer counts; one that came back does not.</summary>
    public TimeSpan LostPeersCountFor { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>What it says while a peer is slow (<see cref="UrmaContext.SlowPeers"/>).</summary>
    public HealthStatus OnSlowPeer { get; set; } = HealthStatus.Degraded;

    /// <summary>What it says where more than <see cref="MaxErrorShare"/> of the operations since the last check failed.</summary>
    public HealthStatus OnErrors { get; set; } = HealthStatus.Degraded;

    /// <summary>The share of operations that may fail, 0 to 1.</summary>
    public double MaxErrorShare { get; set; } = 0.01;
}
