using Xunit;

namespace Urma.Net.Tool.Tests;

public class SampleTests
{
    [Theory]
    [InlineData("LoadStore", "written by the guest, into the owner's memory")]
    [InlineData("UdmaPingPong", "all bytes checked")]
    [InlineData("MessagePassing", "every sum right")]
    [InlineData("BorrowedMemory", "taken away: Revoked")]
    [InlineData("Xcopy", "every page right")]
    [InlineData("KvCache", "and none was torn")]
    [InlineData("BatchOwnership", "every gradient right")]
    [InlineData("DataParallelTraining", "rank 3 of 4: the loss fell, all ranks have the same weights")]
    [InlineData("RingAllReduce", "every sum right")]
    public void Runs_alone_and_verifies_its_data(string sample, string expected)
    {
        using ProgramRun run = ProgramRun.Sample(sample);
        int exitCode = run.ExitCode();
        Assert.True(exitCode == 0, $"{run.Output}\n{run.Errors}");
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Trains_as_processes_that_a_launcher_started()
    {
        string program = ProgramRun.PathOf("samples/DataParallelTraining", "DataParallelTraining");
        using ProgramRun run = ProgramRun.Tool("launch", "-n", "3", "--timeout", "60", "--tag-output", "--", "dotnet", program);
        int exitCode = run.ExitCode();
        Assert.True(exitCode == 0, $"{run.Output}\n{run.Errors}");
        for (int rank = 0; rank < 3; rank++)
        {
            Assert.Contains($"[{rank}] rank {rank} of 3: the loss fell, all ranks have the same weights", run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("LoadStore")]
    [InlineData("UdmaPingPong")]
    [InlineData("MessagePassing")]
    [InlineData("BorrowedMemory")]
    [InlineData("Xcopy")]
    [InlineData("KvCache")]
    [InlineData("BatchOwnership")]
    [InlineData("DataParallelTraining")]
    [InlineData("RingAllReduce")]
    public void Fits_on_a_hundred_lines(string sample)
    {
        string path = Path.Combine(Repository.Root, "samples", sample, "Program.cs");
        Assert.InRange(File.ReadAllLines(path).Length, 1, 100);
    }
}
