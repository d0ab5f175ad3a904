using System.Diagnostics;

namespace Urma.Net.Collectives.Tests.Bootstrap;

/// <summary>The one other launcher that test machines have.</summary>
public sealed class OpenMpiTests
{
    [SkippableFact]
    public void Ranks_that_mpirun_has_started_find_each_other()
    {
        Skip.IfNot((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static folder => File.Exists(Path.Combine(folder, "mpirun"))), "There is no mpirun.");
        string peer = Path.Combine(AppContext.BaseDirectory, "Urma.Net.Collectives.Peer.dll");
        var start = new ProcessStartInfo("mpirun", ["--allow-run-as-root", "--oversubscribe", "-n", "3", "dotnet", "exec", peer, "meet"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process run = Process.Start(start)!;
        run.StandardInput.Close();
        Task<string> output = run.StandardOutput.ReadToEndAsync();
        Task<string> errors = run.StandardError.ReadToEndAsync();
        if (!run.WaitForExit(2 * TestRanks.Soon))
        {
            run.Kill(entireProcessTree: true);
            Assert.Fail("mpirun does not end.");
        }

        Assert.True(run.ExitCode == 0, errors.Result);
        for (int rank = 0; rank < 3; rank++)
        {
            Assert.Contains($"rank {rank} of 3, local {rank}, by Open MPI", output.Result, StringComparison.Ordinal);
        }

        Assert.Equal(3, output.Result.Split("with 0,1,2").Length - 1);
    }
}
