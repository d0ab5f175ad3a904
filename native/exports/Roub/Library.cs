using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Exports.Roub;

/// <summary>What the process has one of.</summary>
internal static unsafe class Library
{
    private static readonly Lock Gate = new();
    private static RoubDevice[]? _devices;

    /// <summary>The front's part of a context.</summary>
    public static verbs_context* Template { get; private set; }

    /// <summary>What the front knows devices by.</summary>
    public static void* DeviceMarker { get; private set; }

    /// <summary>The fabric's EIDs; LIDs and GIDs of its devices follow from them.</summary>
    public static LoopbackFabric Fabric { get; } = LoopbackFabric.Parse(Settings.Fabric);

    /// <summary>The LID of the first device; those of the others follow. Another host's is most likely another.</summary>
    public static ushort FirstLid { get; } = (ushort)(1 + ((Fabric.Eid.High ^ (Fabric.Eid.Low >> 8)) % 0xBF00));

    public static RoubDevice[] Devices
    {
        get
        {
            // They live as long as the process: programs keep pointers to them.
            lock (Gate)
            {
                return _devices ??= [.. Enumerable.Range(0, Settings.Devices).Select(static number => new RoubDevice(number))];
            }
        }
    }

    public static void Start(verbs_context* template, void* deviceMarker)
    {
        Template = template;
        DeviceMarker = deviceMarker;
    }

    /// <summary>Whether a port address is one of this fabric's.</summary>
    public static bool Reaches(in ibv_ah_attr address) =>
        address.is_global != 0 ? RoubDevice.TryFindEid(in address.grh.dgid, out _) : (uint)(address.dlid - FirstLid) <= byte.MaxValue;
}
