using System.Globalization;

namespace Urma.Net.Exports.Tests;

/// <summary>Programs that connect through librdmacm, unmodified, on the RoUB shim: what is not in the list of <see cref="VerbsProgramTests"/>.</summary>
public class ConnectionProgramTests
{
    private static readonly TimeSpan ListenBound = TimeSpan.FromSeconds(60);

    // A port has its name from rdma_bind_addr on; rdma_listen, which nobody outside can see, is the program's next call.
    private static readonly TimeSpan FromBindToListen = TimeSpan.FromMilliseconds(300);

    /// <summary>The library under the name that programs were linked with.</summary>
    [SkippableFact]
    public async Task Found_by_the_name_of_the_original()
    {
        string folder = Path.Combine(Repository.Native, "roub");
        using CProgram program = CProgram.StartOnShim("verbs_connections", string.Empty, CProgram.NewFabric(), ("LD_LIBRARY_PATH", folder));
        Assert.Contains("every connection was made and ended", await program.End(), StringComparison.Ordinal);
    }

    /// <summary>A server that goes on after its client, and after one that was killed.</summary>
    [SkippableFact]
    public async Task A_persistent_server()
    {
        string fabric = CProgram.NewFabric();
        using CProgram server = CProgram.StartOnShim("rping", "-s -P", fabric);
        await WaitForListener(fabric);
        using var timeout = new CancellationTokenSource(ListenBound);
        for (int i = 0; i < 3; i++)
        {
            using CProgram endless = CProgram.StartOnShim("rping", "-c -v -a 127.0.0.1", fabric);
            Assert.NotNull(await endless.Output.ReadLineAsync(timeout.Token));
            using CProgram client = CProgram.StartOnShim("rping", "-c -v -C 1000 -a 127.0.0.1", fabric);
            Assert.NotNull(await client.Output.ReadLineAsync(timeout.Token));
            endless.Kill();
            Assert.Contains("rdma-ping-99", await client.End(), StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData("rping", "-s -V -C 5 -S 65535", "-c -V -C 5 -S 65535 -a 127.0.0.1")]
    [InlineData("rping", "-s -V -C 5 -S 64 -a 127.0.0.1", "-c -V -C 5 -S 64 -a 127.0.0.1")]
    [InlineData("rping", "-s -V -C 3 -a ::", "-c -V -C 3 -a ::1")]
    [InlineData("rping", "-s -V -C 3 -a ::", "-c -V -C 3 -a 127.0.0.1")]
    [InlineData("rping", "-s -V -C 3 -q", "-c -V -C 3 -q -a 127.0.0.1")]
    [InlineData("ucmatose", "-c 5 -C 20 -S 1000 -m", "-c 5 -C 20 -S 1000 -m")]
    [InlineData("udaddy", "-c 3 -C 5 -S 512", "-c 3 -C 5 -S 512")]
    [InlineData("ib_write_bw", "-R -n 200 -F", "-R -n 200 -F")]
    [InlineData("ib_send_bw", "-R -n 200 -F -c UD", "-R -n 200 -F -c UD")]
    public async Task Programs_of_the_distribution(string name, string server, string client)
    {
        string place = name switch
        {
            "rping" => string.Empty,
            "ucmatose" or "udaddy" => " -s 127.0.0.1",
            _ => " 127.0.0.1",
        };
        string fabric = CProgram.NewFabric();
        using CProgram passive = CProgram.StartOnShim(name, server, fabric);
        await WaitForListener(fabric);
        using CProgram active = CProgram.StartOnShim(name, client + place, fabric);
        await active.End();
        await passive.End();
    }

    /// <summary>A port is a name of the fabric, which the kernel lists.</summary>
    private static async Task WaitForListener(string fabric)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"@urma/{fabric}/cm/");
        using var timeout = new CancellationTokenSource(ListenBound);
        while (!File.ReadLines("/proc/net/unix").Any(line => line.Contains(name, StringComparison.Ordinal)))
        {
            await Task.Delay(20, timeout.Token);
        }

        await Task.Delay(FromBindToListen);
    }
}
