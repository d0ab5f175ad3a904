using Urma.Net.Compare.Running;
using Urma.Net.Tool;

namespace Urma.Net.Compare.Peers;

/// <summary>Installs what is missing, where that can be done without asking: as root, with apt-get.</summary>
internal static class PeerInstaller
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>The packages that bring the peers' programs, and a program of each.</summary>
    public static IReadOnlyList<(string Package, string Program)> Packages { get; } =
    [
        ("ucx-utils", "ucx_perftest"), ("openmpi-bin", "mpirun"), ("libopenmpi-dev", "mpicc"), ("libfabric-bin", "fi_pingpong"),
    ];

    /// <summary>Installs them.</summary>
    /// <param name="report">Takes a line for each thing that was done, or could not be done.</param>
    public static void Install(Action<string> report, CancellationToken cancellation)
    {
        string[] missing = [.. Packages.Where(static entry => !SearchPath.Has(entry.Program)).Select(static entry => entry.Package)];
        if (missing.Length == 0)
        {
            return;
        }

        string command = $"apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends {string.Join(' ', missing)}";
        if (!Environment.IsPrivilegedProcess || !SearchPath.Has("apt-get"))
        {
            report($"not installed, which only root can do: {command}");
            return;
        }

        report($"installing: {command}");
        try
        {
            ShellRun.Output(command, Limit, cancellation);
        }
        catch (ToolException error)
        {
            // One name that this distribution does not have must not keep the others away.
            report($"that {error.Message}");
            foreach (string package in missing)
            {
                TryInstall(package, report, cancellation);
            }
        }
    }

    private static void TryInstall(string package, Action<string> report, CancellationToken cancellation)
    {
        try
        {
            ShellRun.Output($"DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends {package}", Limit, cancellation);
        }
        catch (ToolException error)
        {
            report($"{package} {error.Message}");
        }
    }
}
