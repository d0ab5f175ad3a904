using System.Text.RegularExpressions;

namespace Urma.Net.Package.Tests;

/// <summary>The C# in the porting guides, compiled against the packages by which their readers would get it.</summary>
[Collection(PackageCollection.Name)]
public partial class GuideTests(PackageFixture package)
{
    [Fact]
    public async Task The_guide_for_verbs_compiles()
    {
        // A piece that continues a program the reader has, then a whole program.
        string[] blocks = Blocks("porting-from-verbs.md", 2);
        string program = $$"""
            {{blocks[1]}}
            static class Pairs
            {
                public static void Connect(Jetty jetty, Segment buffer, Func<string, string> ExchangeOverTcp, ulong address, uint rkey, long length)
                {
            {{blocks[0]}}
                }
            }
            """;
        await Compile("guide-verbs", program, "Urma.Net.Verbs");
    }

    [Fact]
    public async Task The_guide_for_ucx_compiles()
    {
        // Both ends' programs, which share the context here.
        await Compile("guide-ucx", string.Join('\n', Blocks("porting-from-ucx.md", 2)), "Urma.Net");
    }

    [Fact]
    public async Task The_guide_for_nccl_compiles()
    {
        // A piece that continues a program the reader has, then a whole program.
        string[] blocks = Blocks("porting-from-nccl.md", 2);
        string program = $$"""
            {{blocks[1]}}
            static class Groups
            {
                public static void Exchange(
                    Communicator communicator, RegisteredMemory mine, RegisteredMemory theirs, long count, int next, int previous, Action CalculateSomethingElse)
                {
            {{blocks[0]}}
                }
            }
            """;
        await Compile("guide-nccl", program, "Urma.Net.Collectives");
    }

    private async Task Compile(string name, string program, string reference)
    {
        string folder = package.CreateConsumer(name, program, packages: [reference]);
        (await Command.Run("dotnet", folder, "build", "--configuration", "Release", "--nologo", "-verbosity:quiet")).Expect();
    }

    private static string[] Blocks(string guide, int count)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs", guide));
        string[] blocks = [.. Block().Matches(text).Select(static match => match.Groups[1].Value)];
        Assert.Equal(count, blocks.Length);
        return blocks;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
