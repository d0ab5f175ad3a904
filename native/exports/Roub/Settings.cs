using System.Globalization;

namespace Urma.Net.Exports.Roub;

/// <summary>What the environment says, read once. docs/roub-shim.md describes the variables.</summary>
internal static class Settings
{
    private const int MaxDevices = 64;

    /// <summary>The fabric: processes that use the same one see each other.</summary>
    public static string Fabric { get; } = Environment.GetEnvironmentVariable("URMA_FABRIC") ?? string.Empty;

    /// <summary>How many devices there are: 0 to 64.</summary>
    public static int Devices { get; } = ReadDevices();

    /// <summary>Whether to have the limits of RoUB on hardware.</summary>
    public static bool IsStrict { get; } = Environment.GetEnvironmentVariable("URMA_ROUB_STRICT") is "1";

    /// <summary>Whether the reasons of errors go to the error output.</summary>
    public static bool IsLogging { get; } = Environment.GetEnvironmentVariable("URMA_ROUB_LOG") is "1" or "stderr";

    /// <summary>Whether connections reach every IP address, also those that are not this host's: where containers share a fabric's directory.</summary>
    public static bool ReachesEveryAddress { get; } = Environment.GetEnvironmentVariable("URMA_ROUB_CM") is "any";

    private static int ReadDevices()
    {
        string? text = Environment.GetEnvironmentVariable("URMA_ROUB_DEVICES");
        return string.IsNullOrEmpty(text) ? 1
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= MaxDevices ? count
            : throw new RefusedException(Errno.EINVAL, $"URMA_ROUB_DEVICES is '{text}': give a number from 0 to {MaxDevices}.");
    }
}
