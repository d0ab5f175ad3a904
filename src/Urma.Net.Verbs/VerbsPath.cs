using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>How packets of a context leave: port, address, MTU and what else its queue pairs have in common.</summary>
internal sealed class VerbsPath
{
    private readonly string _device;
    private readonly DeviceFacts _facts;

    public VerbsPath(string device, DeviceFacts facts, VerbsContextOptions options)
    {
        _device = device;
        _facts = facts;
        Options = options;
        PortFacts port = facts.Ports.FirstOrDefault(p => options.Port is { } wanted ? p.Number == wanted : p.IsActive)
            ?? throw new UrmaException(
                options.Port is null ? UrmaStatus.Failed : UrmaStatus.InvalidArgument,
                options.Port is { } missing
                    ? $"The device '{device}' has no port {missing}; it has {facts.Ports.Count}."
                    : $"No port of the device '{device}' is active: bring its link up (ip link set … up; ibv_devinfo shows the state).");
        Port = port;
        Gid = options.GidIndex is { } index
            ? port.Gids.FirstOrDefault(g => g.Index == index)
                ?? throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"Port {port.Number} of '{device}' has no GID with the index {index}; it has: {string.Join(", ", port.Gids.Select(static g => $"{g.Index} ({g.Address}, {g.Type})"))}.")
            : port.Preferred();
        if (Gid is null && port.IsEthernet)
        {
            throw new UrmaException(UrmaStatus.Failed, $"Port {port.Number} of '{device}' has no GID: give its network interface an IP address.");
        }

        Mtu = options.Mtu is { } bytes ? (ibv_mtu)(int.Log2(bytes) - 7) : port.ActiveMtu;
        MostReads = facts.MostReads;
        MostReadsInitiated = facts.MostReadsInitiated;
    }

    public VerbsContextOptions Options { get; }

    public PortFacts Port { get; }

    /// <summary>Null on links whose peers are found by LID.</summary>
    public GidFacts? Gid { get; }

    public ibv_mtu Mtu { get; }

    public byte MostReads { get; }

    public byte MostReadsInitiated { get; }

    /// <summary>Another way out of the same port.</summary>
    /// <exception cref="UrmaException">The port does not have what the options say.</exception>
    public VerbsPath With(VerbsContextOptions options) => new(_device, _facts, options with { Port = Port.Number });
}
