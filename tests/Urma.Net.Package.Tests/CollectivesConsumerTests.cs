namespace Urma.Net.Package.Tests;

/// <summary>The package of collective operations, and the tool that starts ranks, as a user would take them.</summary>
[Collection(PackageCollection.Name)]
public class CollectivesConsumerTests(PackageFixture package)
{
    [Fact]
    public async Task The_program_of_the_readme_runs_from_a_fresh_project()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src", "Urma.Net.Collectives", "PACKAGE.md"));
        string folder = package.CreateConsumer("collectives", Readme.Block(readme, "csharp"), packages: ["Urma.Net.Collectives"]);
        CommandResult run = (await Command.Run("dotnet", folder, "run", "--configuration", "Release")).Expect();
        Assert.Equal(Readme.Block(readme, "text").Trim(), run.Output.Trim());
    }

    [Fact]
    public async Task The_tool_is_installed_and_runs_a_collective()
    {
        string tools = Directory.CreateDirectory(Path.Combine(package.Folder, "tools")).FullName;
        File.WriteAllText(
            Path.Combine(tools, "nuget.config"),
            $"<configuration><packageSources><clear /><add key=\"packed\" value=\"{package.Feed}\" /></packageSources></configuration>");
        (await Command.Run(
            "dotnet", tools, "tool", "install", "Urma.Tool", "--version", package.Version, "--tool-path", tools, "--configfile", Path.Combine(tools, "nuget.config"))).Expect();
        CommandResult run = (await Command.Run(
            Path.Combine(tools, "urma"), tools, "coll", "all_reduce", "-g", "2", "-b", "64", "-e", "64", "-n", "5", "-w", "1")).Expect();
        Assert.Contains("# Out of bounds values : 0 OK", run.Output, StringComparison.Ordinal);
    }
}
