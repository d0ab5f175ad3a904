using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Urma.Net.Tool.Tests;

/// <summary>A program of this repository, run as a process.</summary>
internal sealed class ProgramRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private ProgramRun(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int ProcessId => _process.Id;

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    /// <summary>Starts the tool.</summary>
    public static ProgramRun Tool(params string[] arguments) => Start("src/Urma.Tool", "urma", arguments, []);

    /// <summary>Starts the tool with a variable in its environment.</summary>
    public static ProgramRun ToolWith(string variable, string value, params string[] arguments) =>
        Start("src/Urma.Tool", "urma", arguments, [(variable, value)]);

    /// <summary>Starts the tool with variables in its environment.</summary>
    public static ProgramRun ToolWith((string Name, string Value)[] variables, params string[] arguments) =>
        Start("src/Urma.Tool", "urma", arguments, variables);

    /// <summary>Starts a sample.</summary>
    public static ProgramRun Sample(string name) => Start($"samples/{name}", name, [], []);

    /// <summary>Where a program of this repository lies, as it was built with these tests.</summary>
    public static string PathOf(string folder, string name) => Path.Combine(Repository.Root, folder, "bin", Metadata("Configuration"), "net10.0", name + ".dll");

    /// <summary>Waits for the end and returns the exit code.</summary>
    public int ExitCode()
    {
        if (!_process.WaitForExit(Patience))
        {
            throw new TimeoutException($"Still running after {Patience}. Output:\n{Output}\nErrors:\n{Errors}");
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Waits until the program has said something on standard error.</summary>
    public void WaitForErrors(string text)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            if (watch.Elapsed > Patience || _process.HasExited)
            {
                throw new TimeoutException($"Did not say '{text}'. Errors:\n{Errors}");
            }

            Thread.Sleep(20);
        }
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static ProgramRun Start(string folder, string name, IEnumerable<string> arguments, IEnumerable<(string Variable, string Value)> environment)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(PathOf(folder, name));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        return new ProgramRun(Process.Start(start)!);
    }

    private static string Metadata(string key) => typeof(ProgramRun).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;

    private static void Append(StringBuilder builder, string? line)
    {
        lock (builder)
        {
            builder.AppendLine(line);
        }
    }

    private static string Text(StringBuilder builder)
    {
        lock (builder)
        {
            return builder.ToString();
        }
    }
}
