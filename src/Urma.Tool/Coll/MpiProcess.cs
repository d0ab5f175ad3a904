using System.Diagnostics;
using System.Globalization;
using Urma.Net.Collectives;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Coll;

/// <summary>Open MPI's ranks, which measure the same operations by the same loop when they are told to and nap otherwise.</summary>
internal sealed class MpiProcess : IDisposable
{
    public const string HowToInstall = "nothing, because Open MPI is not there: apt-get install openmpi-bin libopenmpi-dev, then ./build.sh native";

    private const string Launcher = "mpirun";
    private const string Program = "urma_mpi_coll";
    private const string Ready = "ready ";
    private const int FirstIterations = 5;
    private const int MostIterations = 20_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly CollRequest _request;
    private readonly Dictionary<(CollShape Shape, CollReduction Reduction), double> _lastTime = [];

    private MpiProcess(Process process, CollRequest request)
    {
        (_process, _request) = (process, request);
        string line = Read();
        Version = line.StartsWith(Ready, StringComparison.Ordinal)
            ? line[Ready.Length..]
            : throw new ToolException($"{Program} says '{line}' where it should say that it is ready.");
    }

    /// <summary>What the library calls itself.</summary>
    public string Version { get; }

    /// <summary>Whether MPI has elements of a type.</summary>
    public static bool Knows(DataType type) =>
        type is not (DataType.Float16 or DataType.BFloat16 or DataType.Float8E4M3 or DataType.Float8E5M2);

    /// <summary>Whether MPI has a reduction.</summary>
    public static bool Knows(CollReduction reduction) => reduction is not (CollReduction.Average or CollReduction.PreMultipliedSum);

    /// <summary>Starts as many ranks as we have, bound to the same processors.</summary>
    /// <returns>Null where Open MPI is not installed.</returns>
    public static MpiProcess? Start(CollRequest request)
    {
        string? launcher = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
            .Select(static folder => Path.Combine(folder, Launcher)).FirstOrDefault(File.Exists);
        if (launcher is null || NativeFolder.Find(Program) is not { } folder)
        {
            return null;
        }

        // Debian's 4.1 looks for networks first when it is not told that there is one host only.
        var start = new ProcessStartInfo(
            launcher,
            [
                "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", Text(request.Ranks), "--mca", "btl", "self,vader", Path.Combine(folder, Program),
                .. CollProcessors.Of(request) is { } processors ? [string.Join(',', processors)] : Array.Empty<string>(),
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start) ?? throw new ToolException($"{launcher} could not be started.");
        try
        {
            return new MpiProcess(process, request);
        }
        catch
        {
            End(process);
            throw;
        }
    }

    /// <summary>Carries an operation out a few times, compares the data, and learns how long it takes.</summary>
    public MpiResult Prepare(in CollShape shape, CollReduction reduction)
    {
        MpiResult result = Run(shape, reduction, FirstIterations, FirstIterations, _request.Check);
        _lastTime[(shape, reduction)] = result.Nanoseconds;
        _ = Measure(shape, reduction);
        return result;
    }

    /// <summary>Times an operation.</summary>
    public MpiResult Measure(in CollShape shape, CollReduction reduction)
    {
        double expected = Math.Max(1, _lastTime[(shape, reduction)]);
        long iterations = _request.Iterations > 0
            ? _request.Iterations
            : (long)Math.Clamp(_request.Piece.TotalNanoseconds / expected, FirstIterations, MostIterations);
        MpiResult result = Run(shape, reduction, Math.Max(1, iterations / 10), iterations, check: false);
        _lastTime[(shape, reduction)] = result.Nanoseconds;
        return result;
    }

    public void Dispose() => End(_process);

    /// <summary>Reads an answer.</summary>
    /// <returns>Null for what is none.</returns>
    internal static MpiResult? Parse(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["result", var time, var wrong]
        && double.TryParse(time, CultureInfo.InvariantCulture, out double nanoseconds)
        && long.TryParse(wrong, CultureInfo.InvariantCulture, out long count)
            ? new MpiResult(nanoseconds, count)
            : null;

    private MpiResult Run(in CollShape shape, CollReduction reduction, long warmUp, long iterations, bool check)
    {
        string name = CollNames.Of(reduction == CollReduction.None ? CollReduction.Sum : reduction);
        string request = string.Create(
            CultureInfo.InvariantCulture,
            $"{CollNames.Of(shape.Operation)} {CollNames.Of(shape.Type)} {name} {shape.Root} {shape.Count} {warmUp} {iterations} {_request.Slots(shape)} {(check ? 1 : 0)}");
        _process.StandardInput.WriteLine(request);
        _process.StandardInput.Flush();
        string line = Read();
        return Parse(line) ?? throw new ToolException($"{Program} answered '{line}' to '{request}'.");
    }

    private string Read()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        return line.Wait(Limit)
            ? line.Result ?? throw new ToolException($"{Launcher} ended: look for its message above.")
            : throw new ToolException($"{Program} did not answer within {Limit.TotalSeconds:0} s.");
    }

    private static void End(Process process)
    {
        try
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception error) when (error is InvalidOperationException or IOException)
        {
            // It ended by itself in between.
        }
        finally
        {
            process.Dispose();
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
