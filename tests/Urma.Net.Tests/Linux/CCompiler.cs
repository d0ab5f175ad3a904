using System.Diagnostics;

namespace Urma.Net.Tests.Linux;

/// <summary>Asks a C compiler questions.</summary>
internal static class CCompiler
{
    /// <summary>The compiler for this machine, or null.</summary>
    internal static string? Native { get; } = Find(Environment.GetEnvironmentVariable("CC")) ?? Find("cc") ?? Find("gcc") ?? Find("clang");

    /// <summary>The C++ compiler for this machine, or null.</summary>
    internal static string? NativeCxx { get; } = Find(Environment.GetEnvironmentVariable("CXX")) ?? Find("c++") ?? Find("g++") ?? Find("clang++");

    /// <summary>The cross compiler for arm64, or null.</summary>
    internal static string? Arm64 { get; } = Find("aarch64-linux-gnu-gcc");

    /// <summary>Checks a program without producing anything.</summary>
    /// <returns>Whether it is correct, and what the compiler said.</returns>
    internal static (bool Correct, string Output) Check(string compiler, string program) =>
        Run(compiler, ["-std=gnu11", "-fsyntax-only", "-x", "c", "-"], program);

    /// <summary>Runs a program, such as a compiler or what it produced, to its end.</summary>
    /// <returns>Whether it ended with 0, and what it wrote to both outputs, errors first.</returns>
    internal static (bool Correct, string Output) Run(string program, IEnumerable<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)), $"{program} did not end.");
        return (process.ExitCode == 0, errors.Result + output.Result);
    }

    private static string? Find(string? name) => string.IsNullOrEmpty(name)
        ? null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
}
