using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;

namespace Urma.Net.Compare.Tests;

/// <summary>What the peers really printed is read as what it says.</summary>
public class ParserTests
{
    private const string Ucx = """
        size 8
        iterations,50.0_percentile_lat,avg_lat,overall_lat,avg_bw,overall_bw,avg_mr,overall_mr
        100000,0.641,14.879,25.378,0.51,0.30,67209,39403
        size 1048576
        iterations,50.0_percentile_lat,avg_lat,overall_lat,avg_bw,overall_bw,avg_mr,overall_mr
         500,93.641,1474.991,2001.596,677.97,499.60,678,500

        """;

    private const string Libfabric = """
        size 1024
        bytes   #sent   #ack     total       time     MB/sec    usec/xfer   Mxfers/sec
        1k      10      =10      20k         0.00s    682.67       1.50       0.67
        size 65536
        bytes   #sent   #ack     total       time     MB/sec    usec/xfer   Mxfers/sec
        64k     10      =10      1.2m        0.00s   6898.53       9.50       0.11

        """;

    private const string Ends = """
        size 8
        time 134.69 ns  bandwidth 0.059396 GB/s  rate 7.424498 M/s  cpu 0.2708 s/M
        size 65536
        time 37200.05 ns  bandwidth 1.761718 GB/s  rate 0.026882 M/s  cpu 49.8810 s/M

        """;

    private const string Collective = """
        Some line of a library.
        {
          "results": [
            { "size": 8, "out_of_place": { "time": 0.139 }, "peer_time": 0.298 },
            { "size": 512, "out_of_place": { "time": 1.8586 }, "peer_time": null }
          ]
        }
        """;

    private const string Ranks = """
        4 ranks on 2 processors, 8-byte messages, yardsticks by C (gcc 12.2.0)
        streaming, all pairs, window 64      2666 ns/message   2 ranks     5597 ns/message   ratio 0.48
        ping-pong on a shared processor   1012574 ns           raw futex    12078 ns         ratio 48.99
        idle waiter                          0.14 % of a processor (the busiest of 4)
        """;

    private const string Perftest = """
        {
          "results": [
            { "size": 8, "lat_ns": { "min": 80, "p50": 145.5 }, "bw_GBps": 0.05, "msg_rate_M": 6.9, "cpu_s_per_M": 0.3 },
            { "size": 64, "lat_ns": { "min": 90, "p50": 150.25 }, "bw_GBps": 0.4, "msg_rate_M": 6.6, "cpu_s_per_M": 0.4 }
          ]
        }
        """;

    [Fact]
    public void Ucx_perftest() => Assert.Equal(
        [new Reading("s", 8, 25378), new Reading("s", 1048576, 2001596)], Rounded(UcxOutput.Read(Ucx, "s", UcxOutput.Nanoseconds)));

    [Fact]
    public void Bandwidth_of_ucx_perftest_is_of_its_rate() => Assert.Equal(
        [new Reading("s", 8, 0.000315), new Reading("s", 1048576, 0.524288)], Rounded(UcxOutput.Read(Ucx, "s", UcxOutput.GigabytesPerSecond)));

    [Fact]
    public void Fi_pingpong() => Assert.Equal([new Reading("s", 1024, 1500), new Reading("s", 65536, 9500)], Rounded(LibfabricOutput.Nanoseconds(Libfabric, "s")));

    [Fact]
    public void Programs_of_native_peers()
    {
        Assert.Equal([new Reading("s", 8, 134.69), new Reading("s", 65536, 37200.05)], EndsOutput.Nanoseconds(Ends, "s"));
        Assert.Equal([new Reading("s", 8, 0.059396), new Reading("s", 65536, 1.761718)], EndsOutput.GigabytesPerSecond(Ends, "s"));
        Assert.Equal([new Reading("s", 8, 7.424498), new Reading("s", 65536, 0.026882)], EndsOutput.MillionsPerSecond(Ends, "s"));
        Assert.Equal([new Reading("s", 8, 0.2708), new Reading("s", 65536, 49.881)], EndsOutput.CpuSeconds(Ends, "s"));
    }

    [Fact]
    public void Yardsticks()
    {
        Assert.Equal([new Reading("s", 64, 81.5)], YardstickOutput.OneWay("size 64\nring  cores 0,1  64 bytes  rounds 2000  slots 64  one way 81.5 ns\n", "s"));
        Assert.Equal([new Reading("s", 4096, 73.34)], YardstickOutput.GigabytesPerSecond("size 4096\nmemcpy  core 0  4096 bytes x 1000  73.34 GB/s\n", "s"));
        Assert.Equal([new Reading("s", 4096, 55.849468)], Rounded(YardstickOutput.CopyNanoseconds("size 4096\nmemcpy  core 0  4096 bytes x 1000  73.34 GB/s\n", "s")));
        Assert.Equal([new Reading("s", 8, 438.8)], EndsOutput.Rate("size 8\natomic  core 0  100000 fetch-adds  438.8 M/s\n", "s"));
        Assert.Equal([new Reading("s", 1048576, 215.5)], EndsOutput.Rate("size 1048576\nscatter  core 0  1048576 bytes  100000 stores  215.50 M/s\n", "s"));
    }

    [Fact]
    public void Urma_perftest() => Assert.Equal([new Reading("s", 8, 145.5), new Reading("s", 64, 150.25)], PerftestOutput.Read(Perftest, "s", PerftestOutput.Nanoseconds));

    [Fact]
    public void Urma_coll_with_and_without_a_peer() => Assert.Equal(
        [new Reading("ours", 8, 0.139), new Reading("mpi", 8, 0.298), new Reading("ours", 512, 1.8586)], CollOutput.Microseconds(Collective, "ours", "mpi", CollOutput.Size));

    [Fact]
    public void Urma_ranks() => Assert.Equal((2666, 5597), RanksOutput.Streaming(Ranks));

    [Theory]
    [InlineData("")]
    [InlineData("size 8\n")]
    [InlineData("size 8\nbash: fi_pingpong: command not found\n")]
    [InlineData("size 8\niterations,overall_lat,overall_mr\n5,nonsense,7\n")]
    [InlineData("{ \"results\": \n")]
    public void What_is_no_result_is_not_taken_for_one(string output)
    {
        foreach (Func<IEnumerable<Reading>> read in new Func<IEnumerable<Reading>>[]
        {
            () => UcxOutput.Read(output, "s", UcxOutput.Nanoseconds),
            () => LibfabricOutput.Nanoseconds(output, "s"),
            () => EndsOutput.Nanoseconds(output, "s"),
            () => YardstickOutput.OneWay(output, "s"),
            () => PerftestOutput.Read(output, "s", PerftestOutput.Nanoseconds),
        })
        {
            // Either nothing, which the runner takes for a failure, or a complaint.
            try
            {
                Assert.Empty(read());
            }
            catch (Exception error) when (error is FormatException or System.Text.Json.JsonException)
            {
            }
        }
    }

    private static IEnumerable<Reading> Rounded(IEnumerable<Reading> readings) => readings.Select(static reading => reading with { Value = Math.Round(reading.Value, 6) });
}
