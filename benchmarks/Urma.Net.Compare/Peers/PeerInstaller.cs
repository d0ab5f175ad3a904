using Urma.Net.Compare.Running;
using Urma.Net.Tool;

namespace Urma.Net.Compare.Peers;

/// <summary>Installs what is missing, where that can be done without asking: as root, with apt-get.</summary>
internal static class PeerInstaller
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The packages that bring the peers' programs, what builds ours that stand beside them and the RoUB shim, and what makes the page;
    /// and a program or file of each.
    /// </summary>
    public static IReadOnlyList<(string Package, string Brings)> Packages { get; } =
    [
        ("ucx-utils", "ucx_perftest"), ("openmpi-bin", "mpirun"), ("libopenmpi-dev", "mpicc"), ("libfabric-bin", "fi_pingpong"),
        ("gcc", "cc"), ("libc6-dev", "/usr/include/stdio.h"), ("make", "make"), ("cmake", "cmake"),
        ("libibverbs-dev", "/usr/include/infiniband/verbs.h"), ("librdmacm-dev", "/usr/include/rdma/rdma_cma.h"),
        ("nodejs", "node"), ("npm", "npm"),
    ];

    /// <summary>Installs them.</summary>
    /// <param name="report">Takes a line for each thing that was done, or could not be done.</param>
    public static void Install(Action<string> report, CancellationToken cancellation)
    {
        string[] missing = [.. Packages.Where(static entry => !IsThere(entry.Brings)).Select(static entry => entry.Package)];
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

    private static bool IsThere(string what) => Path.IsPathRooted(what) ? File.Exists(what) : SearchPath.Has(what);

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
