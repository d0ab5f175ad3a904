using Urma.Net.Package.Tests;

namespace Urma.Net.Exports.Tests;

/// <summary>What ships of the software UB device: whoever unpacks it and follows the guide has a program that runs.</summary>
public sealed class ArchiveTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("urma-archive-").FullName;

    private string Feed => Path.Combine(_folder, "feed");

    public async Task InitializeAsync()
    {
        if (File.Exists(Path.Combine(Repository.Native, "liburma.so.0")) && File.Exists(Path.Combine(Repository.Native, "libobmm.so")))
        {
            CommandResult packed = await Command.Run(
                "dotnet", Repository.Root, "pack", Path.Combine("native", "exports", "Package"), "--configuration", "Release",
                "-p:UrmaShip=true", "--artifacts-path", Path.Combine(_folder, "output"), "--output", Feed, "--nologo", "-verbosity:quiet");
            packed.Expect();
        }
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [SkippableFact]
    public async Task The_guides_sample_runs_from_the_unpacked_archive()
    {
        Skip.IfNot(Directory.Exists(Feed), "The software UB device is not built: ./build.sh exports, then ./build.sh native.");
        string archive = Assert.Single(Directory.GetFiles(Feed, "urma-software-ub-*.tar.gz"));
        (await Command.Run("tar", _folder, "-xzf", archive, "--strip-components=1")).Expect();
        string[] commands = Block(await File.ReadAllTextAsync(Path.Combine(_folder, "README.md")), "## A sample");
        Assert.Equal(2, commands.Length);
        CommandResult run = await Command.Run("sh", _folder, "-ec", string.Join('\n', commands));
        Assert.Equal("received \"hello\" from jetty 2", run.Expect().Output.Trim());
    }

    // The lines of the first code block below a heading.
    private static string[] Block(string text, string heading)
    {
        string[] lines = text[text.IndexOf(heading, StringComparison.Ordinal)..].Split('\n');
        int start = Array.FindIndex(lines, l => l.StartsWith("```", StringComparison.Ordinal)) + 1;
        return lines[start..Array.FindIndex(lines, start, l => l.StartsWith("```", StringComparison.Ordinal))];
    }
}
