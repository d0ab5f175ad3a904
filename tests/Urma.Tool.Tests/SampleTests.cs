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
    public void Runs_alone_and_verifies_its_data(string sample, string expected)
    {
        using ProgramRun run = ProgramRun.Sample(sample);
        int exitCode = run.ExitCode();
        Assert.True(exitCode == 0, $"{run.Output}\n{run.Errors}");
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LoadStore")]
    [InlineData("UdmaPingPong")]
    [InlineData("MessagePassing")]
    [InlineData("BorrowedMemory")]
    [InlineData("Xcopy")]
    [InlineData("KvCache")]
    [InlineData("BatchOwnership")]
    public void Fits_on_a_hundred_lines(string sample)
    {
        string path = Path.Combine(Repository.Root, "samples", sample, "Program.cs");
        Assert.InRange(File.ReadAllLines(path).Length, 1, 100);
    }
}
