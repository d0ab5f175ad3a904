using System.Text.RegularExpressions;
using Urma.Net.Compare.Output;
using Urma.Net.Tool.Certify;

namespace Urma.Net.Compare.Peers;

/// <summary>Looks for the peers on this machine.</summary>
internal static partial class PeerFinder
{
    /// <summary>All of them, whether they are there or not.</summary>
    /// <param name="native">The folder of C programs.</param>
    public static IReadOnlyList<Peer> Find(string native) =>
    [
        new(PeerIds.Urma, "Urma.Net", PeerPresence.Found) { Version = Machine.Version },
        BuiltHere(PeerIds.RawC, "raw C in shared memory", native, "ring"),
        Installed(PeerIds.Ucx, "UCX", "ucx-utils", "ucx_perftest", "ucx_info", "-v"),
        MessagePassing(native),
        Installed(PeerIds.Libfabric, "libfabric, shm provider", "libfabric-bin", "fi_pingpong", "fi_info", "--version"),
        BuiltHere(PeerIds.Sockets, "sockets of the kernel", native, "urma_sockets") with { Version = $"Linux {Environment.OSVersion.Version}" },
        InGuest(),
        new(PeerIds.DotNet, "System.IO.Pipes", PeerPresence.Found) { Version = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription },
    ];

    private static Peer BuiltHere(string id, string name, string native, string program) => File.Exists(Path.Combine(native, program))
        ? new Peer(id, name, PeerPresence.Found) { Version = FirstLine("cc", "--version") }
        : new Peer(id, name, PeerPresence.Missing) { Why = $"{program} was not built: is there a C compiler and cmake?", Install = "apt-get install gcc cmake make && ./build.sh native" };

    private static Peer InGuest()
    {
        const string Emulator = "qemu-system-x86_64";
        Peer programs = Installed(PeerIds.Perftest, "perftest over soft-RoCE, in a guest", "perftest qemu-system-x86", "ib_send_lat", "sh", "-c", "ib_send_lat --version; true");
        return programs.State != PeerPresence.Found || SearchPath.Has(Emulator)
            ? programs
            : programs with { State = PeerPresence.Missing, Why = $"{Emulator} is not on the search path, and tests/Rdma/guest needs it" };
    }

    private static Peer MessagePassing(string native)
    {
        Peer launcher = Installed(PeerIds.OpenMpi, "Open MPI", "openmpi-bin libopenmpi-dev", "mpirun", "mpirun", "--version");
        return launcher.State == PeerPresence.Found && !File.Exists(Path.Combine(native, "urma_mpi_coll"))
            ? launcher with { State = PeerPresence.Missing, Why = "our programs for it were not built", Install = "apt-get install libopenmpi-dev gcc cmake make && ./build.sh native" }
            : launcher;
    }

    private static Peer Installed(string id, string name, string package, string program, params string[] versionCommand)
    {
        var peer = new Peer(id, name, PeerPresence.Found) { Install = $"apt-get install {package}" };
        return !SearchPath.Has(program) ? peer with { State = PeerPresence.Missing, Why = $"{program} is not on the search path" }
            : FirstLine(versionCommand) is { } line ? peer with { Version = VersionIn(line) }
            : peer with { State = PeerPresence.Failed, Why = $"'{string.Join(' ', versionCommand)}' failed" };
    }

    private static string? FirstLine(params string[] command) => ShellCommand.Output(command)?.Split('\n')[0] is { Length: > 0 } line ? line : null;

    // "# UCT version=1.13.1 revision 09f27c0", "mpirun (Open MPI) 4.1.4", "fi_info: 1.17.0"
    private static string VersionIn(string line) => VersionPattern().Match(line) is { Success: true } match ? match.Value : line;

    [GeneratedRegex(@"\d+(\.\d+)+")]
    private static partial Regex VersionPattern();
}
