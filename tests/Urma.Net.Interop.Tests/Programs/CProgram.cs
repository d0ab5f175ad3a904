using System.Diagnostics;
using Urma.Net.Interop.Tests.Abi;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests.Programs;

/// <summary>A program of native/tests, compiled here and run on the software UB device in a fabric of its own.</summary>
internal static class CProgram
{
    private static readonly string Sources = Path.Combine(Repository.Root, "native", "tests");

    /// <summary>The folder that the device was built into.</summary>
    internal static string Libraries { get; } = Path.Combine(Repository.Root, "artifacts", "native");

    internal static string Library { get; } = Path.Combine(Libraries, "liburma.so.0");

    /// <summary>Compiles sources into a program in a directory, linked with the device if they call it.</summary>
    internal static string Compile(TemporaryDirectory directory, params string[] sources)
    {
        string program = Path.Combine(directory.Path, Path.GetFileNameWithoutExtension(sources[0]));
        (bool compiled, string complaints) = CCompiler.Run(
            CCompiler.Native!,
            [
                "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE",
                "-I", Repository.Include, "-I", Path.Combine(Sources, "common"), "-I", Path.Combine(Sources, "matrix"),
                "-o", program,
                .. sources.Select(source => Path.Combine(Sources, source)),
                "-L", Libraries, "-Wl,--as-needed", "-l:liburma.so.0", "-ldl", "-pthread",
            ]);
        Assert.True(compiled, complaints);
        return program;
    }

    /// <summary>Starts a program in a fabric.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="fabric">Who is in the same one meets.</param>
    /// <param name="environment">Further variables.</param>
    internal static Process Start(string program, string fabric, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["LD_LIBRARY_PATH"] = Libraries;
        start.Environment["URMA_FABRIC"] = fabric;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Waits for a program to end well.</summary>
    /// <returns>What it wrote.</returns>
    internal static async Task<string> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        Assert.True(process.ExitCode == 0, $"Exit code {process.ExitCode}\n{await errors}\n{await output}");
        return await output;
    }
}
