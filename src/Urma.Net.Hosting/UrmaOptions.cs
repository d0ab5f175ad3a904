namespace Urma.Net.Hosting;

/// <summary>Which context <see cref="UrmaServices.AddUrma"/> opens, and what its health check says.</summary>
public sealed class UrmaOptions
{
    /// <summary>The connection string of the device.</summary>
    public string Device { get; set; } = "loopback://fabric";

    /// <summary>How it is opened. By default slow peers are looked for.</summary>
    public UrmaContextOptions Context { get; set; } = new() { SlowPeers = new SlowPeerOptions() };

    /// <summary>When the health check says what.</summary>
    public UrmaHealthOptions Health { get; set; } = new();
}
