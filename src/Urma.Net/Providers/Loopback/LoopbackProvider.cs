using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>The shared-memory provider: pure C# over memfd, futex and Unix sockets.</summary>
internal sealed class LoopbackProvider : UrmaProvider
{
    public static LoopbackProvider Instance { get; } = new();

    public override string Name => "loopback";

    public override string? NotSupportedReason { get; } =
        OperatingSystem.IsLinux() ? null : "the loopback provider shares memory through Linux's memfd and futex; run on Linux (a container or WSL 2 will do).";

    public override ProviderCapabilities Capabilities { get; } = new()
    {
        SupportsMapping = true,
        Atomics = AtomicSupport.Native,
        AtomicsAreGlobal = true,
        SupportsRendezvous = true,
        MaxInlineLength = 4096,
        MaxSge = 64,
        MaxReceiveSge = 8,
        MaxJfsDepth = 1 << 16,
        MaxJfrDepth = 1 << 16,
        MaxJfcDepth = 1 << 22,
        MaxMessageLength = 1L << 40,
        MaxSegments = 1 << 16,
    };

    public override IReadOnlyList<UrmaDevice> GetDevices() => IsSupported ? [FindDevice(string.Empty)] : [];

    internal override IEnumerable<UrmaDevice> FindActiveDevices() => FabricScanner.Fabrics().Select(FindDevice);

    internal override IReadOnlyList<UrmaEngineInfo> FindEngines(UrmaDevice device, TimeSpan timeout)
    {
        LoopbackFabric fabric = LoopbackFabric.Parse(device.Name);
        return
        [
            .. fabric.Enumerate(timeout, LoopbackContextPage.Read).Engines.Select(engine =>
                new UrmaEngineInfo(fabric.Eid, engine.Uasid, engine.ProcessId, engine.Label, engine.Statistics?.Counters, engine.Trouble)
                {
                    FabricModel = engine.Fabric,
                    Statistics = engine.Statistics,
                }),
        ];
    }

    private protected override UrmaDevice FindDevice(string name)
    {
        LoopbackFabric fabric = LoopbackFabric.Parse(name);
        return new UrmaDevice(this, fabric.Name, fabric.Eid);
    }

    private protected override UrmaContext OpenCore(UrmaDevice device, UrmaContextOptions options) =>
        new LoopbackContext(device, options, LoopbackFabric.Parse(device.Name));
}
