using System.Globalization;
using Urma.Net.Compare.Running;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>What workloads are made from: where the programs lie, the processors, and how long a command may take.</summary>
/// <param name="Suite">Quick or full.</param>
/// <param name="Tool">The command that is <c>urma</c>.</param>
/// <param name="Native">The folder of C programs.</param>
/// <param name="Self">The command that is this program.</param>
/// <param name="Cpus">The two processors.</param>
internal sealed record Bench(Suite Suite, string Tool, string Native, string Self, ProcessorPair Cpus)
{
    private const int FirstPort = 21_000, Ports = 8000;

    private int _port = Environment.ProcessId;

    /// <summary>Rounds that are enough.</summary>
    public int Rounds => Suite.IsQuick ? 3 : 9;

    /// <summary>Sizes of a sweep.</summary>
    public IReadOnlyList<long> Sizes => Suite.IsQuick
        ? [8, 1024, 64 << 10, 1 << 20]
        : [1, 8, 64, 512, 4 << 10, 32 << 10, 256 << 10, 2 << 20, 16 << 20, 64 << 20];

    /// <summary>A port that no other command of this run has.</summary>
    public int NextPort() => FirstPort + (_port++ % Ports);

    /// <summary>How many operations take about a twentieth of a second, where nothing disturbs.</summary>
    /// <param name="size">Bytes of one.</param>
    /// <param name="nanoseconds">What one takes without its bytes.</param>
    public static long Operations(long size, double nanoseconds)
    {
        const double Target = 50e6, BytesPerNanosecond = 5;
        return Math.Clamp((long)(Target / (nanoseconds + (size / BytesPerNanosecond))), 5, 1_000_000);
    }

    /// <summary>Words of a size or an amount.</summary>
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A shell's loop over sizes, which says the size before each; the body knows it as <c>$s</c>, and operations as <c>$n</c>.</summary>
    public static string Sweep(IEnumerable<long> sizes, Func<long, long> operations, string body) =>
        $"for sn in {string.Join(' ', sizes.Select(size => $"{Text(size)}:{Text(operations(size))}"))}; do s=${{sn%:*}}; n=${{sn#*:}}; echo \"size $s\"; {body}; done";

    /// <summary>The tool's test over sizes, in one process.</summary>
    public string Ours(string test, IEnumerable<long> sizes, string options = "") =>
        $"{Tool} perftest {test} {string.Join(' ', sizes.Select(static size => $"-s {Text(size)}"))} --rounds 1 --cpu {Cpus}{(options.Length > 0 ? " " : string.Empty)}{options} --json -";

    /// <summary>A test of ucx_perftest over sizes.</summary>
    public string Ucx(string test, IEnumerable<long> sizes, double nanoseconds, string options = "")
    {
        const string Perftest = "UCX_TLS=shm,self UCX_LOG_LEVEL=error taskset -c";
        int port = NextPort();

        // The server says nothing when it has come up, and a client that comes earlier is refused.
        string body =
            $"{Perftest} {Cpus.Peer} ucx_perftest -p {port} >/dev/null & sleep 0.1; " +
            $"{Perftest} {Cpus.Client} ucx_perftest localhost -p {port} -t {test} -s $s -n $n -w $((n / 10 + 1)){(options.Length > 0 ? " " : string.Empty)}{options} -f -v; wait";
        return Sweep(sizes, size => Operations(size, nanoseconds), body);
    }

    /// <summary>A C program of the yardsticks over sizes; its arguments are the size and the number of operations.</summary>
    public string Yardstick(string program, IEnumerable<long> sizes, double nanoseconds) =>
        Sweep(sizes, size => Operations(size, nanoseconds), $"taskset -c {Cpus} {Native}/{program} $s $n");
}
