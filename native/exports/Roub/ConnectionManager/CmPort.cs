using System.Globalization;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Exports.Roub;

/// <summary>
/// A port of a port space that this process holds: for each kind of address it stands for, a name in the fabric, where others connect. The
/// kernel takes the names away from a process that dies.
/// </summary>
internal sealed class CmPort : IDisposable
{
    private const uint FirstEphemeral = 32768;
    private const uint EphemeralPorts = 28232;
    private const int Attempts = 256;
    private const string AnyV4 = "any4";
    private const string AnyV6 = "any6";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly List<AcceptSource> _names = [];

    private CmPort(ushort number) => Number = number;

    /// <summary>In the host's order of bytes.</summary>
    public ushort Number { get; }

    /// <summary>Takes a port.</summary>
    /// <param name="space">The port space.</param>
    /// <param name="address">Which address to be connected to at; with port 0, any free port.</param>
    /// <param name="isV6Only">Whether "every address" of IPv6 leaves IPv4 out.</param>
    /// <param name="accepted">Gets connections, on the manager's thread.</param>
    /// <exception cref="RefusedException">EADDRINUSE: somebody has it, or all are taken.</exception>
    public static CmPort Take(uint space, in CmAddress address, bool isV6Only, Action<UnixChannel> accepted)
    {
        for (int i = 0; address.Port == 0 && i < Attempts; i++)
        {
            if (TryTake(space, address with { Port = (ushort)(FirstEphemeral + Entropy.Next(EphemeralPorts)) }, isV6Only, accepted) is { } some)
            {
                return some;
            }
        }

        return (address.Port == 0 ? null : TryTake(space, address, isV6Only, accepted))
            ?? throw new RefusedException(Errno.EADDRINUSE, $"Port {address.Port} is taken by another process of the fabric.");
    }

    /// <summary>Connects to whoever listens at an address.</summary>
    /// <returns>Null when nobody does.</returns>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.TimedOut"/>: its queue is full at the moment; or a lack of descriptors.</exception>
    public static UnixChannel? TryConnect(uint space, in CmAddress address) =>
        UnixChannel.TryConnect(NameOf(space, address.Port, address.Key), TimeSpan.Zero)
        ?? UnixChannel.TryConnect(NameOf(space, address.Port, address.IsV4 ? AnyV4 : AnyV6), TimeSpan.Zero);

    public void Dispose()
    {
        foreach (AcceptSource name in _names)
        {
            name.Dispose();
        }
    }

    private static CmPort? TryTake(uint space, in CmAddress address, bool isV6Only, Action<UnixChannel> accepted)
    {
        string[] keys = !address.IsAny ? [address.Key] : address.IsV4 ? [AnyV4] : isV6Only ? [AnyV6] : [AnyV6, AnyV4];
        var port = new CmPort(address.Port);
        try
        {
            foreach (string key in keys)
            {
                port._names.Add(new AcceptSource(Manager.Loop, NameClaim.Bind(NameOf(space, address.Port, key)), Pause, accepted));
            }

            return port;
        }
        catch (UrmaException error) when (error.Status == UrmaStatus.Exists)
        {
            port.Dispose();
            return null;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    private static UnixName NameOf(uint space, ushort port, string key)
    {
        LoopbackFabric fabric = Library.Fabric;
        string name = string.Create(CultureInfo.InvariantCulture, $"{space:x3}-{port:x4}-{key}");
        return UnixName.Parse(fabric.IsPath ? $"{fabric.Prefix}cm-{name}{LoopbackFabric.PathSuffix}" : $"{fabric.Prefix}cm/{name}");
    }
}
