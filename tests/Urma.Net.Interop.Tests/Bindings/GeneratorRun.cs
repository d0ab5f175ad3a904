using System.Diagnostics;
using Urma.Net.Interop.Tests.Abi;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>The generator, run as a process from the repository's root.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Output">What it wrote, errors last.</param>
internal sealed record GeneratorRun(int ExitCode, string Output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    internal static GeneratorRun Start(IEnumerable<string> arguments, string? clang = null)
    {
        string[] output = AppContext.BaseDirectory.TrimEnd('/').Split('/')[^3..];
        string program = Path.Combine(Repository.Root, "interop", "Generator", Path.Combine(output), "interop-generator.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (clang is not null)
        {
            start.Environment["URMA_CLANG"] = clang;
        }

        using Process process = Process.Start(start)!;
        Task<string> written = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience), "The generator did not end.");
        return new GeneratorRun(process.ExitCode, written.Result + errors.Result);
    }
}
