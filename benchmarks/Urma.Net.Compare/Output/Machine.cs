using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Urma.Net.Tool.Certify;
using Urma.Net.Tool.Doctor;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Compare.Output;

/// <summary>What the numbers were taken on.</summary>
internal static class Machine
{
    /// <summary>The version that was measured.</summary>
    public static string Version { get; } = (typeof(UrmaContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?").Split('+')[0];

    /// <summary>The commit that was measured; "unknown" outside of a clone.</summary>
    public static string Commit { get; } = ShellCommand.Output(["git", "describe", "--always", "--dirty", "--exclude=*"]) is { Length: > 0 } commit ? commit : "unknown";

    public static JsonObject Describe(ProcessorPair cpus) => new()
    {
        ["processor"] = SystemFacts.ProcessorModel,
        ["processors"] = Environment.ProcessorCount,
        ["memoryBytes"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        ["kernel"] = Environment.OSVersion.Version.ToString(),
        ["os"] = System.Runtime.InteropServices.RuntimeInformation.OSDescription,
        ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
        ["pinning"] = cpus.ToString(),
        ["loadAverage"] = double.Parse((SystemFacts.Read("/proc/loadavg") ?? "0").Split(' ')[0], CultureInfo.InvariantCulture),
    };
}
