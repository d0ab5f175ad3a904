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

    /// <summary>The tool compiled ahead of time; null where it was not built.</summary>
    public string? ToolAheadOfTime { get; init; }

    /// <summary>Rounds that are enough.</summary>
    public int Rounds => Suite.Rounds;

    /// <summary>Sizes of a sweep.</summary>
    public IReadOnlyList<long> Sizes => Suite.IsQuick
        ? [8, 1024, 64 << 10, 1 << 20]
        : [1, 8, 64, 512, 4 << 10, 32 << 10, 256 << 10, 2 << 20, 16 << 20, 64 << 20];

    /// <summary>Rows of the short table: the sizes of the sweep that are nearest to these.</summary>
    public IReadOnlyList<double[]> Rows(params long[] sizes) =>
        [.. sizes.Select(size => Sizes.MinBy(candidate => Math.Abs(Math.Log2((double)candidate / size)))).Distinct().Select(static size => new double[] { size })];

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
        $"{Tool} perftest {test} {string.Join(' ', sizes.Select(static size => $"-s {Text(size)}"))} --rounds 1 --cpu {Cpus}{Behind(options)} --json -";

    /// <summary>A test of ucx_perftest over sizes.</summary>
    /// <param name="test">What it calls it.</param>
    /// <param name="sizes">Its sizes.</param>
    /// <param name="nanoseconds">What one operation takes without its bytes.</param>
    /// <param name="options">Further words.</param>
    /// <param name="operations">How many; as many as take a twentieth of a second when null.</param>
    public string Ucx(string test, IEnumerable<long> sizes, double nanoseconds, string options = "", long? operations = null)
    {
        int port = NextPort();
        string body = Ends(
            port,
            $"UCX_TLS=shm,self UCX_LOG_LEVEL=error taskset -c {Cpus.Peer} ucx_perftest -p {port}",
            $"UCX_TLS=shm,self UCX_LOG_LEVEL=error taskset -c {Cpus.Client} ucx_perftest localhost -p {port} -t {test} -s $s -n $n -w $((n / 10 + 1)){Behind(options)} -f -v");
        return Sweep(sizes, size => operations ?? Operations(size, nanoseconds), body);
    }

    /// <summary>fi_pingpong over sizes.</summary>
    public string Libfabric(IEnumerable<long> sizes)
    {
        int port = NextPort();
        string body = Ends(
            port,
            $"taskset -c {Cpus.Peer} fi_pingpong -p shm -e rdm -I $n -S $s -B {port}",
            $"taskset -c {Cpus.Client} fi_pingpong -p shm -e rdm -I $n -S $s -P {port} 127.0.0.1");
        return Sweep(sizes, static size => Operations(size, 2000), body);
    }

    /// <summary>Our program for Open MPI, over sizes, in one start.</summary>
    /// <param name="test">What the program calls it.</param>
    /// <param name="sizes">Its sizes.</param>
    /// <param name="nanoseconds">What one takes without its bytes.</param>
    /// <param name="ranks">How many, for a shell.</param>
    /// <param name="cpus">The processors of the first and of all other ranks; the bench's when null.</param>
    /// <param name="options">Further words for mpirun.</param>
    public string OpenMpi(string test, IEnumerable<long> sizes, double nanoseconds, string ranks = "2", string? cpus = null, string options = "") =>
        $"mpirun --allow-run-as-root --oversubscribe --bind-to none --mca btl self,vader{Behind(options)} -np {ranks} {Native}/urma_mpi_p2p {test} {cpus ?? $"{Cpus}"} {Steps(sizes, nanoseconds)}";

    /// <summary>Sockets of the kernel, over sizes.</summary>
    /// <param name="kind">unix or tcp.</param>
    /// <param name="test">lat, bw or rate.</param>
    /// <param name="wait">poll or block.</param>
    /// <param name="sizes">Its sizes.</param>
    /// <param name="senders">How many.</param>
    /// <param name="cpus">The processors of the two sides; the bench's when null.</param>
    public string Sockets(string kind, string test, string wait, IEnumerable<long> sizes, int senders = 1, string? cpus = null) =>
        $"{Native}/urma_sockets {kind} {test} {wait} {cpus ?? $"{Cpus}"} {senders} {Steps(sizes, (test == "lat" ? 4000 : 1000) * senders)}";

    /// <summary>Pipes of .NET, over sizes.</summary>
    public string Pipes(string kind, string test, IEnumerable<long> sizes) => $"{Self} pipes {kind} {test} {Cpus} {Steps(sizes, test == "lat" ? 8000 : 2000)}";

    /// <summary>A C program of the yardsticks over sizes; its arguments are the size and the number of operations.</summary>
    public string Yardstick(string program, IEnumerable<long> sizes, double nanoseconds) =>
        Sweep(sizes, size => Operations(size, nanoseconds), $"taskset -c {Cpus} {Native}/{program} $s $n");

    /// <summary>The words of steps: sizes and how many operations.</summary>
    public static string Steps(IEnumerable<long> sizes, double nanoseconds) => string.Join(' ', sizes.Select(size => $"{Text(size)}:{Text(Operations(size, nanoseconds))}"));

    // Servers say nothing when they have come up, and a client that comes earlier is refused: the kernel's table of sockets knows.
    private static string Ends(int port, string server, string client) =>
        $"{server} >/dev/null & until grep -qs ':{port:X4} 0*:0000 0A' /proc/net/tcp /proc/net/tcp6 || ! kill -0 $!; do sleep 0.01; done; {client}; wait";

    private static string Behind(string options) => options.Length > 0 ? $" {options}" : string.Empty;
}
