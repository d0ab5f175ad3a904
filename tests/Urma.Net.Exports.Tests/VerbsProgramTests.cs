using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Urma.Net.Package.Tests;

namespace Urma.Net.Exports.Tests;

/// <summary>Verbs programs, unmodified, on the RoUB shim: ours, each with its own checks, and those of the distribution.</summary>
public class VerbsProgramTests
{
    private static readonly TimeSpan ListenBound = TimeSpan.FromSeconds(60);

    [SkippableTheory]
    [InlineData("verbs_operations", "every operation did what it should")]
    [InlineData("verbs_failures", "every failure ended as it should")]
    [InlineData("verbs_queues", "every queue did what it should")]
    [InlineData("verbs_processes", "every process and thread was served")]
    [InlineData("verbs_strict", "the limits of hardware hold", "URMA_ROUB_STRICT", "1")]
    [InlineData("verbs_operations", "every operation did what it should", "URMA_ROUB_DEVICES", "3", "URMA_TEST_DEVICE", "urma2")]
    public async Task Our_programs(string name, string said, params string[] settings)
    {
        (string, string)[] pairs = [.. settings.Chunk(2).Select(static pair => (pair[0], pair[1]))];
        using CProgram program = CProgram.StartOnShim(name, string.Empty, CProgram.NewFabric(), pairs);
        Assert.Contains(said, await program.End(), StringComparison.Ordinal);
    }

    /// <summary>The library under the name that programs were linked with, and that others give to dlopen.</summary>
    [SkippableFact]
    public async Task Found_by_the_name_of_the_original()
    {
        string folder = Path.Combine(Repository.Native, "roub");
        using CProgram program = CProgram.StartOnShim("verbs_loading", string.Empty, CProgram.NewFabric(), ("LD_LIBRARY_PATH", folder));
        Assert.Contains("found by its name", await program.End(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Devices_are_listed_and_described()
    {
        string fabric = CProgram.NewFabric();
        using CProgram list = CProgram.StartOnShim("ibv_devices", string.Empty, fabric, ("URMA_ROUB_DEVICES", "2"));
        string devices = await list.End();
        Assert.Matches(@"urma0\s+[0-9a-f]{16}", devices);
        Assert.Matches(@"urma1\s+[0-9a-f]{16}", devices);
        using CProgram describe = CProgram.StartOnShim("ibv_devinfo", "-v", fabric);
        string description = await describe.End();
        Assert.Contains("hca_id:\turma0", description, StringComparison.Ordinal);
        Assert.Contains("PORT_ACTIVE (4)", description, StringComparison.Ordinal);
        Assert.Matches(@"GID\[\s*0\]:\s+fe80:", description);
    }

    [SkippableTheory]
    [InlineData("ibv_rc_pingpong", "-g 0")]
    [InlineData("ibv_rc_pingpong", "")]
    [InlineData("ibv_rc_pingpong", "-e -n 300")]
    [InlineData("ibv_rc_pingpong", "-s 1 -n 300")]
    [InlineData("ibv_rc_pingpong", "-s 1000000 -n 100")]
    [InlineData("ibv_rc_pingpong", "-r 3 -m 256 -l 1")]
    [InlineData("ibv_rc_pingpong", "-N -c")]
    [InlineData("ibv_uc_pingpong", "-g 0")]
    [InlineData("ibv_uc_pingpong", "-e -s 64 -n 300")]
    [InlineData("ibv_ud_pingpong", "-g 0 -s 1024")]
    [InlineData("ibv_ud_pingpong", "-e -s 64 -n 300")]
    [InlineData("ibv_srq_pingpong", "-g 0")]
    [InlineData("ibv_srq_pingpong", "-e -q 4 -n 300")]
    public async Task Ping_pongs(string name, string arguments)
    {
        int port = FreePort();
        Match match = Regex.Match(await RunBoth(name, $"-d urma0 -p {port} {arguments}", port), "([0-9]+) iters in");
        Assert.True(match.Success, "The client said nothing of its messages.");
    }

    [SkippableTheory]
    [InlineData("ib_send_lat", "-s 64")]
    [InlineData("ib_write_lat", "-s 64")]
    [InlineData("ib_read_lat", "-s 64")]
    [InlineData("ib_atomic_lat", "")]
    [InlineData("ib_send_bw", "")]
    [InlineData("ib_send_bw", "-e --use-srq -q 4")]
    [InlineData("ib_send_bw", "-c UD -s 2048")]
    [InlineData("ib_write_bw", "-q 4")]
    [InlineData("ib_write_bw", "-c UC")]
    [InlineData("ib_read_bw", "")]
    [InlineData("ib_atomic_bw", "-A CMP_AND_SWAP")]
    public async Task The_measurements_of_perftest(string name, string arguments)
    {
        int port = FreePort();
        string said = await RunBoth(name, $"-d urma0 -p {port} -n 200 -F {arguments}", port);
        Assert.Contains("#bytes", said, StringComparison.Ordinal);
    }

    /// <summary>A larger application: messages, one-sided operations and atomics of UCX.</summary>
    [SkippableTheory]
    [InlineData("rc_verbs,ud_verbs", "tag_lat -s 64")]
    [InlineData("rc_verbs,ud_verbs", "tag_bw -s 65536")]
    [InlineData("rc_verbs,ud_verbs", "ucp_put_lat -s 64")]
    [InlineData("rc_verbs,ud_verbs", "ucp_get -s 65536")]
    [InlineData("rc_verbs,ud_verbs", "ucp_add -s 8")]
    [InlineData("ud_verbs", "tag_lat -s 64")]
    public async Task Ucx(string transports, string test)
    {
        string script = Path.Combine(Repository.Root, "tests", "Urma.Net.Exports.Tests", "with-device-file.sh");
        Skip.IfNot(File.Exists("/usr/bin/ucx_perftest"), "NOT RUN: ucx_perftest is not installed: apt-get install ucx-utils.");
        CommandResult allowed = await Command.Run("/bin/sh", Repository.Root, script, "/bin/true");
        Skip.IfNot(allowed.ExitCode == 0, "NOT RUN: UCX wants a device file, which needs a mount namespace (unshare, as root): " + allowed.Output);
        int port = FreePort();
        string said = await RunBoth(
            "sh", $"{script} ucx_perftest -p {port} -n 200 -t {test}", port, ("UCX_NET_DEVICES", "urma0:1"), ("UCX_TLS", transports));
        Assert.Contains("Final:", said, StringComparison.Ordinal);
    }

    private static async Task<string> RunBoth(string name, string arguments, int port, params (string Name, string Value)[] settings)
    {
        string fabric = CProgram.NewFabric();
        using CProgram server = CProgram.StartOnShim(name, arguments, fabric, settings);
        await WaitForListener(port);
        using CProgram client = CProgram.StartOnShim(name, arguments + " localhost", fabric, settings);
        string said = await client.End();
        await server.End();
        return said;
    }

    // Without connecting, which the server would take for its client.
    private static async Task WaitForListener(int port)
    {
        string local = $":{port:X4} ";
        using var timeout = new CancellationTokenSource(ListenBound);
        while (!File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6")).Any(line => line.Contains(local, StringComparison.Ordinal) && line.Contains(" 0A ", StringComparison.Ordinal)))
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
