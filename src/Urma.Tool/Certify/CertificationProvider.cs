using System.Net;
using Urma.Net.Tool.Doctor;

namespace Urma.Net.Tool.Certify;

/// <summary>What programs are run on.</summary>
/// <param name="Name">What it is called in lists and on the command line.</param>
internal sealed record CertificationProvider(string Name)
{
    /// <summary>libibverbs of ours, preloaded.</summary>
    public const string Shim = "shim";

    /// <summary>The kernel's RDMA device: soft-RoCE, or a card.</summary>
    public const string Rxe = "rxe";

    /// <summary>liburma of ours, for programs on liburma.</summary>
    public const string Ub = "ub";

    private const string ShimLibrary = "liburma-roub.so";
    private const string UbLibrary = "liburma.so.0";
    private const string KernelDevices = "/sys/class/infiniband";

    /// <summary>All there are.</summary>
    public static IReadOnlyList<string> Names { get; } = [Shim, Rxe, Ub];

    /// <summary>What stands for <c>{device}</c>.</summary>
    public string Device { get; private init; } = string.Empty;

    /// <summary>What stands for <c>{gid}</c>.</summary>
    public int Gid { get; private init; }

    /// <summary>What stands for <c>{peer}</c> where both ends are on this machine.</summary>
    public string Address { get; private init; } = "127.0.0.1";

    /// <summary>What every program gets into its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; private init; } = new Dictionary<string, string>();

    /// <summary>Why nothing can be run on it here; null where it can.</summary>
    public string? Missing { get; private init; }

    /// <summary>Whether the list has a row for a provider.</summary>
    public static bool Runs(CertificationRow row, string provider) =>
        row.Providers.Count > 0 ? row.Providers.Contains(provider) : provider is Shim or Rxe;

    /// <summary>Looks for one on this machine.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="device">The kernel's device to use; the first when null.</param>
    /// <returns>It; where it cannot be used, with the reason in <see cref="Missing"/>.</returns>
    public static CertificationProvider Find(string name, string? device) => name switch
    {
        Shim => FindShim(),
        Rxe => FindDevice(device),
        Ub => FindUb(),
        _ => throw new ToolException($"There is no provider '{name}'; there are {string.Join(", ", Names)}."),
    };

    private static CertificationProvider FindShim() => NativeFolder.Find(ShimLibrary) is { } folder
        ? new CertificationProvider(Shim)
        {
            Device = "urma0",
            Environment = new Dictionary<string, string> { ["LD_PRELOAD"] = Path.Combine(folder, ShimLibrary), ["URMA_ROUB_LOG"] = "stderr" },
        }
        : new CertificationProvider(Shim) { Missing = $"{ShimLibrary} is not built: ./build.sh exports" };

    private static CertificationProvider FindUb() => NativeFolder.Find(UbLibrary) is { } folder
        ? new CertificationProvider(Ub)
        {
            Device = "urma0",
            Environment = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = folder, ["URMA_SOFT_LOG"] = "stderr" },
        }
        : new CertificationProvider(Ub) { Missing = $"{UbLibrary} is not built: ./build.sh exports" };

    private static CertificationProvider FindDevice(string? device)
    {
        if (device is null)
        {
            device = Directory.Exists(KernelDevices)
                ? Directory.EnumerateFileSystemEntries(KernelDevices).Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault()
                : null;
        }
        else if (!Path.Exists(Path.Combine(KernelDevices, device)))
        {
            return new CertificationProvider(Rxe) { Missing = $"the kernel has no RDMA device '{device}'" };
        }

        if (device is null)
        {
            return new CertificationProvider(Rxe) { Missing = "the kernel has no RDMA device (soft-RoCE: rdma link add rxe0 type rxe netdev eth0; in a guest: ./build.sh certify)" };
        }

        // RoCE v2 over IPv4 where there is such: rdma_cm needs the device's own address, and the link's own GID cannot always be told to a peer.
        const int Looked = 16;
        foreach (int index in Enumerable.Range(0, Looked))
        {
            string gid = SystemFacts.Read($"{KernelDevices}/{device}/ports/1/gids/{index}") ?? string.Empty;
            if (IPAddress.TryParse(gid, out IPAddress? address) && address.IsIPv4MappedToIPv6)
            {
                return new CertificationProvider(Rxe) { Device = device, Gid = index, Address = address.MapToIPv4().ToString() };
            }
        }

        return new CertificationProvider(Rxe) { Device = device };
    }
}
