using System.Globalization;

namespace Urma.Net.Exports.Tests;

/// <summary>Programs that connect through librdmacm, unmodified, on the RoUB shim.</summary>
public class ConnectionProgramTests
{
    private static readonly TimeSpan ListenBound = TimeSpan.FromSeconds(60);

    // A port has its name from rdma_bind_addr on; rdma_listen, which nobody outside can see, is the program's next call.
    private static readonly TimeSpan FromBindToListen = TimeSpan.FromMilliseconds(300);

    [SkippableTheory]
    [InlineData("rping", "-s -v -C 10", "-c -v -C 10")]
    [InlineData("rping", "-s -v -C 5 -S 65535", "-c -v -C 5 -S 65535")]
    [InlineData("rping", "-s -V -C 5 -S 64 -a 127.0.0.1", "-c -V -C 5 -S 64")]
    [InlineData("rping", "-s -v -C 3 -q", "-c -v -C 3 -q")]
    [InlineData("ucmatose", "", "")]
    [InlineData("ucmatose", "-c 5 -C 20 -S 1000 -m", "-c 5 -C 20 -S 1000 -m")]
    [InlineData("udaddy", "", "")]
    [InlineData("udaddy", "-c 3 -C 5 -S 512", "-c 3 -C 5 -S 512")]
    [InlineData("rdma_server", "", "")]
    [InlineData("ib_write_bw", "-R -n 200 -F", "-R -n 200 -F")]
    [InlineData("ib_send_lat", "-R -n 200 -F", "-R -n 200 -F")]
    [InlineData("ib_send_bw", "-R -n 200 -F -c UD", "-R -n 200 -F -c UD")]
    public async Task Programs_of_the_distribution(string name, string server, string client)
    {
        (string clientName, string place) = name switch
        {
            "rping" => (name, " -a 127.0.0.1"),
            "rdma_server" => ("rdma_client", " -s 127.0.0.1"),
            "ucmatose" or "udaddy" => (name, " -s 127.0.0.1"),
            _ => (name, " 127.0.0.1"),
        };
        string fabric = CProgram.NewFabric();
        using CProgram passive = CProgram.StartOnShim(name, server, fabric);
        await WaitForListener(fabric);
        using CProgram active = CProgram.StartOnShim(clientName, client + place, fabric);
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
