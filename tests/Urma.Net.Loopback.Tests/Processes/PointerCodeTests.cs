namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>The compiler makes of a global pointer what it makes of a local one: the instructions are compared.</summary>
public sealed class PointerCodeTests : IDisposable
{
    private readonly string _listing = Path.GetTempFileName();

    public void Dispose() => File.Delete(_listing);

    [Theory]
    [InlineData("Load")]
    [InlineData("Store")]
    [InlineData("Element")]
    [InlineData("Sum")]
    [InlineData("Walk")]
    public void The_instructions_are_the_same(string what)
    {
        using (PeerProcess peer = PeerProcess.Start(
            null, "env", $"DOTNET_JitDisasm={what}Local {what}Global", $"DOTNET_JitStdOutFile={_listing}", "DOTNET_TieredCompilation=0"))
        {
            peer.Ask("pointer-code");
            peer.Tell("exit");
            peer.AwaitExit();
        }

        string[] lines = File.ReadAllLines(_listing);
        string[] local = InstructionsOf(lines, $":{what}Local(");
        string[] global = InstructionsOf(lines, $":{what}Global(");
        Assert.NotEmpty(local);
        Assert.Equal(local, global);
    }

    // From the header of a method to the next: instructions and labels, without comments.
    private static string[] InstructionsOf(string[] lines, string method) =>
    [
        .. lines
            .SkipWhile(l => !l.StartsWith("; Assembly listing", StringComparison.Ordinal) || !l.Contains(method, StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(l => !l.StartsWith("; Assembly listing", StringComparison.Ordinal))
            .Select(l => l.Split(';')[0].TrimEnd())
            .Where(l => l.Length > 0),
    ];
}
