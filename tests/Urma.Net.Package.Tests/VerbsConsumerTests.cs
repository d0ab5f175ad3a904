namespace Urma.Net.Package.Tests;

/// <summary>The package of RDMA devices, as a user would take it: over the RoUB shim, because few machines have a device.</summary>
[Collection(PackageCollection.Name)]
public class VerbsConsumerTests(PackageFixture package)
{
    private static readonly string Shim = Path.Combine(Repository.Root, "artifacts", "native", "liburma-roub.so");

    [Fact]
    public async Task The_program_of_the_readme_runs_from_a_fresh_project()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src", "Urma.Net.Verbs", "PACKAGE.md"));
        string folder = package.CreateConsumer("verbs", Readme.Block(readme, "csharp"), packages: ["Urma.Net.Verbs"]);
        CommandResult run = (await Command.Run("env", folder, $"URMA_LIBIBVERBS={Shim}", "dotnet", "run", "--configuration", "Release")).Expect();
        Assert.Equal(Readme.Block(readme, "text").Trim(), run.Output.Trim());
    }

    [Fact]
    public async Task Without_a_library_the_provider_says_what_to_do()
    {
        const string Program = "Console.WriteLine(Urma.Net.Verbs.VerbsProvider.Instance.NotSupportedReason);";
        string folder = package.CreateConsumer("verbs-none", Program, packages: ["Urma.Net.Verbs"]);
        CommandResult run = (await Command.Run("env", folder, "URMA_LIBIBVERBS=/nowhere/libibverbs.so.1", "dotnet", "run", "--configuration", "Release")).Expect();
        Assert.Contains("URMA_LIBIBVERBS", run.Output, StringComparison.Ordinal);
    }
}
