using System.Globalization;

namespace Urma.Net.Exports.Liburma;

/// <summary>What the environment says, read once by <c>urma_init</c>. docs/software-ub-device.md describes the variables.</summary>
internal sealed class Settings
{
    /// <summary>Most queues of each kind in a context; what the engine numbers together.</summary>
    public const uint MaxQueues = 16384;

    private const int MaxDevices = 64;
    private const uint AllAtomics = 0x7f;

    private readonly Dictionary<string, uint> _limits;

    public Settings()
    {
        ProviderCapabilities engine = UrmaProvider.Loopback.Capabilities;
        Fabric = Read("URMA_FABRIC") ?? string.Empty;
        Link = Read("URMA_SOFT_LINK") is { } link ? FabricModel.Parse(link) : null;
        Devices = (int)ReadNumber("URMA_SOFT_DEVICES", Read("URMA_SOFT_DEVICES"), 1, MaxDevices);
        _limits = ReadLimits(Read("URMA_SOFT_LIMITS"));
        MaxJfcDepth = Limit("jfc_depth", (uint)engine.MaxJfcDepth);
        MaxJfsDepth = Limit("jfs_depth", (uint)engine.MaxJfsDepth);
        MaxJfrDepth = Limit("jfr_depth", (uint)engine.MaxJfrDepth);
        MaxInline = Limit("inline", (uint)engine.MaxInlineLength);
        MaxSge = Limit("sge", (uint)engine.MaxSge);
        MaxReceiveSge = Limit("jfr_sge", (uint)engine.MaxReceiveSge);
        MaxMessage = Limit("message", 1u << 31);
        Atomics = Limit("atomics", AllAtomics) & AllAtomics;
        if (_limits.Count != 0)
        {
            throw new RefusedException(22, $"URMA_SOFT_LIMITS names '{_limits.Keys.First()}', which is no limit: use jfc_depth, jfs_depth, jfr_depth, inline, sge, jfr_sge, message or atomics.");
        }
    }

    /// <summary>The fabric: processes that use the same one see each other.</summary>
    public string Fabric { get; }

    /// <summary>A slower link to stand for; null for none.</summary>
    public FabricModel? Link { get; }

    public int Devices { get; }

    public uint MaxJfcDepth { get; }

    public uint MaxJfsDepth { get; }

    public uint MaxJfrDepth { get; }

    public uint MaxInline { get; }

    public uint MaxSge { get; }

    public uint MaxReceiveSge { get; }

    public uint MaxMessage { get; }

    /// <summary>The atomics it has, as bits of <c>urma_atomic_feature_t</c>: hardware has compare-and-swap and fetch-and-add, 5.</summary>
    public uint Atomics { get; }

    private uint Limit(string name, uint most)
    {
        _limits.Remove(name, out uint wanted);
        return wanted == 0 ? most : Math.Min(wanted, most);
    }

    private static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Dictionary<string, uint> ReadLimits(string? text)
    {
        var limits = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (string part in (text ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] sides = part.Split('=', 2, StringSplitOptions.TrimEntries);
            limits[sides[0]] = ReadNumber($"URMA_SOFT_LIMITS ({sides[0]})", sides.Length == 2 ? sides[1] : string.Empty, 0, uint.MaxValue);
        }

        return limits;
    }

    private static uint ReadNumber(string name, string? text, uint otherwise, uint most)
    {
        if (text is null)
        {
            return otherwise;
        }

        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint value) && value >= 1 && value <= most
            ? value
            : throw new RefusedException(22, $"{name} is '{text}': give a number from 1 to {most}.");
    }
}
