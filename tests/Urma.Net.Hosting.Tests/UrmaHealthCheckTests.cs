using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Urma.Net.Hosting.Tests;

/// <summary>The check as a host runs it, over a context that the container opened.</summary>
public sealed class UrmaHealthCheckTests : IAsyncDisposable
{
    private readonly string _fabric = $"loopback://{Guid.NewGuid():n}";
    private readonly ServiceProvider _provider;
    private readonly UrmaContext _context;

    public UrmaHealthCheckTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddUrma(options => options.Device = _fabric);
        services.AddHealthChecks().AddCheck<UrmaHealthCheck>("urma");
        _provider = services.BuildServiceProvider();
        _context = _provider.GetRequiredService<UrmaContext>();
    }

    public async ValueTask DisposeAsync() => await _provider.DisposeAsync();

    [Fact]
    public async Task An_open_context_with_its_peers_is_healthy_and_a_lost_peer_is_named_until_it_is_back()
    {
        UrmaContext peer = OpenPeer("database");
        using (Import(peer))
        {
            HealthReportEntry entry = await Check();
            Assert.Equal((HealthStatus.Healthy, (object)1, (object)0), (entry.Status, entry.Data["peers"], entry.Data["lost"]));
        }

        peer.Dispose();
        HealthReportEntry lost = default;
        for (int i = 0; i < 600 && lost.Status != HealthStatus.Degraded; i++)
        {
            await Task.Delay(50);
            lost = await Check();
        }

        Assert.Equal(HealthStatus.Degraded, lost.Status);
        Assert.Contains("lost: peer 'database'", lost.Description, StringComparison.Ordinal);

        using UrmaContext again = OpenPeer("database");
        using (Import(again))
        {
            Assert.Equal(HealthStatus.Healthy, (await Check()).Status);
        }
    }

    [Fact]
    public async Task Failing_operations_are_told_once()
    {
        using UrmaContext peer = OpenPeer("peer");
        using Segment local = _context.AllocateSegment(4096);
        using Segment remote = peer.AllocateSegment(4096);
        using TargetSegment target = _context.ImportSegment(remote.Descriptor, remote.Token);
        using UdmaChannel channel = UdmaChannel.Create(_context);
        await channel.WriteAsync(local.Range(0, 8), target.At(0));
        Assert.Equal(HealthStatus.Healthy, (await Check()).Status);
        remote.Revoke();
        Assert.False((await channel.TryWriteAsync(local.Range(0, 8), target.At(0))).IsSuccess);
        HealthReportEntry entry = await Check();
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("1 of 1 operations failed", entry.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, (await Check()).Status);
    }

    [Fact]
    public async Task A_closed_context_is_unhealthy()
    {
        _context.Dispose();
        HealthReportEntry entry = await Check();
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains(_fabric, entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_container_closes_the_context()
    {
        Assert.False(_context.IsClosed);
        await _provider.DisposeAsync();
        Assert.True(_context.IsClosed);
    }

    private UrmaContext OpenPeer(string label) => UrmaContext.Open(_fabric, new UrmaContextOptions { Label = label });

    private TargetSegment Import(UrmaContext peer)
    {
        Segment segment = peer.AllocateSegment(4096);
        return _context.ImportSegment(segment.Descriptor, segment.Token);
    }

    private async Task<HealthReportEntry> Check() =>
        (await _provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["urma"];
}
