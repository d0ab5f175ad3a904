using System.Diagnostics;
using System.Text;

namespace Urma.Net.Verbs.Tests.Pairs;

/// <summary>A program that speaks verbs and nothing else, on the device that the tests use. Killed on dispose.</summary>
internal sealed class VerbsProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private VerbsProgram(string program, string arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // Where this process takes a library by path, an unmodified program takes it by preloading.
        if (Environment.GetEnvironmentVariable("URMA_LIBIBVERBS") is { Length: > 0 } library)
        {
            start.Environment["LD_PRELOAD"] = library;
        }

        start.Environment["URMA_TEST_DEVICE"] = Device;
        _process = new Process { StartInfo = start };
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

    /// <summary>What the tests run on.</summary>
    public static string Device => Environment.GetEnvironmentVariable("URMA_TEST_VERBS_DEVICE") ?? string.Empty;

    /// <summary>One of the distribution's.</summary>
    public static VerbsProgram Installed(string name, string arguments)
    {
        string program = Path.Combine("/usr/bin", name);
        Skip.IfNot(File.Exists(program), $"NOT RUN: {name} is not installed: apt-get install ibverbs-utils.");
        return new VerbsProgram(program, $"-d {Device} {arguments}");
    }

    /// <summary>One of ours.</summary>
    public static VerbsProgram Own(string name)
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Urma.Net.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        string program = Path.Combine(root ?? "/", "artifacts", "native", name);
        Skip.IfNot(File.Exists(program), $"NOT RUN: {name} is not built: ./build.sh native (needs cmake and libibverbs-dev).");
        return new VerbsProgram(program, string.Empty);
    }

    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Its next line.</summary>
    public string Hear()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(Bounds.Operation), $"No line came. Errors: {Errors}");
        return line.Result ?? throw new InvalidOperationException($"The program ended. Errors: {Errors}");
    }

    /// <summary>Tells it something, and hears the answer.</summary>
    public string Ask(string line)
    {
        Tell(line);
        return Hear();
    }

    /// <summary>Waits for its end, which must be a good one.</summary>
    /// <returns>What it printed.</returns>
    public string End()
    {
        _process.StandardInput.Close();
        Task<string> output = _process.StandardOutput.ReadToEndAsync();
        Assert.True(output.Wait(Bounds.Scenario) && _process.WaitForExit(Bounds.Operation), $"The program did not end. Errors: {Errors}");
        Assert.True(_process.ExitCode == 0, $"Exit code {_process.ExitCode}: {output.Result} {Errors}");
        return output.Result;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }
}
