using System.Diagnostics;
using System.Text;

namespace Urma.Net.Exports.Tests;

/// <summary>A C program that runs on a library of native/exports.</summary>
internal sealed class CProgram : IDisposable
{
    // The longest waits inside of the programs are 20 seconds.
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private CProgram(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        _process.Start();
        _process.BeginErrorReadLine();
    }

    public StreamWriter Input => _process.StandardInput;

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts a program of native/tests on the software UB device, on a fabric of the caller's.</summary>
    /// <param name="name">The file in artifacts/native.</param>
    /// <param name="fabric">A name nobody else uses.</param>
    /// <param name="settings">More of the environment.</param>
    public static CProgram Start(string name, string fabric, params (string Name, string Value)[] settings)
    {
        string program = Path.Combine(Repository.Native, name);
        Skip.IfNot(
            File.Exists(Path.Combine(Repository.Native, "liburma.so.0")),
            "The software UB device is not built: ./build.sh exports (needs a C compiler and the ahead-of-time compiler's package).");
        Skip.IfNot(File.Exists(program), $"{name} is not built: ./build.sh native, after ./build.sh exports (needs cmake).");
        ProcessStartInfo start = NewStart(program, fabric, settings);
        start.Environment.TryAdd("LD_LIBRARY_PATH", Repository.Native);
        start.Environment["URMA_SOFT_LOG"] = "stderr";
        return new CProgram(new Process { StartInfo = start });
    }

    /// <summary>Starts a verbs program with the RoUB shim loaded before everything else, on a fabric of the caller's.</summary>
    /// <param name="name">The file in artifacts/native, or a program that is installed.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="fabric">A name nobody else uses.</param>
    /// <param name="settings">More of the environment; with LD_LIBRARY_PATH the library is not loaded before, but found there.</param>
    public static CProgram StartOnShim(string name, string arguments, string fabric, params (string Name, string Value)[] settings)
    {
        string shim = Path.Combine(Repository.Native, "liburma-roub.so");
        Skip.IfNot(
            File.Exists(shim),
            "NOT RUN: the RoUB shim is not built: ./build.sh exports (needs a C compiler, libibverbs-dev, librdmacm-dev, and the ahead-of-time compiler's package).");
        bool isOurs = name.StartsWith("verbs_", StringComparison.Ordinal);
        string program = isOurs ? Path.Combine(Repository.Native, name) : Path.Combine("/usr/bin", name);
        Skip.IfNot(File.Exists(program), isOurs
            ? $"NOT RUN: {name} is not built: ./build.sh native (needs cmake and libibverbs-dev)."
            : $"NOT RUN: {name} is not installed: apt-get install ibverbs-utils rdmacm-utils perftest.");
        ProcessStartInfo start = NewStart(program, fabric, settings);
        start.Arguments = arguments;
        if (!start.Environment.ContainsKey("LD_LIBRARY_PATH"))
        {
            start.Environment["LD_PRELOAD"] = shim;
        }

        start.Environment["URMA_ROUB_LOG"] = "stderr";
        return new CProgram(new Process { StartInfo = start });
    }

    /// <summary>A fabric of one test's own.</summary>
    public static string NewFabric() => $"exports-{Guid.NewGuid():n}"[..32];

    private static ProcessStartInfo NewStart(string program, string fabric, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment.Remove("LD_LIBRARY_PATH");
        start.Environment["URMA_FABRIC"] = fabric;
        foreach ((string key, string value) in settings)
        {
            start.Environment[key] = value;
        }

        return start;
    }

    /// <summary>Ends it as a crash would: nothing in it runs any more.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Waits for its end, which must be a good one, and returns what it printed since.</summary>
    public async Task<string> End()
    {
        using var timeout = new CancellationTokenSource(Bound);
        try
        {
            string output = await Output.ReadToEndAsync(timeout.Token);
            await _process.WaitForExitAsync(timeout.Token);
            Assert.True(_process.ExitCode == 0, $"Exit code {_process.ExitCode}:\n{output}\n{_errors}");
            return output;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end within {Bound}:\n{_errors}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
