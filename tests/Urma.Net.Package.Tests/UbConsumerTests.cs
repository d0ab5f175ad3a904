using System.IO.Compression;

namespace Urma.Net.Package.Tests;

/// <summary>The packages of UB devices, as a user without UB hardware would take them.</summary>
[Collection(PackageCollection.Name)]
public class UbConsumerTests(PackageFixture package)
{
    [Fact]
    public async Task The_program_of_the_software_device_s_readme_runs_from_a_fresh_project()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "native", "exports", "Package", "README.md"));
        string folder = package.CreateConsumer("ub", Readme.Block(readme, "csharp"), packages: ["Urma.Net.Ub", "Urma.Net.SoftwareUb"]);
        CommandResult run = (await Command.Run("dotnet", folder, "run", "--configuration", "Release")).Expect();
        Assert.Equal(Readme.Block(readme, "text").Trim(), run.Output.Trim());
    }

    [Fact]
    public async Task Without_a_library_the_provider_says_what_to_do()
    {
        const string Program = "Console.WriteLine(Urma.Net.Ub.UbProvider.Instance.NotSupportedReason);";
        string folder = package.CreateConsumer("ub-none", Program, packages: ["Urma.Net.Ub"]);
        CommandResult run = (await Command.Run("dotnet", folder, "run", "--configuration", "Release")).Expect();
        Assert.Contains("URMA_LIBURMA", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_device_lies_where_no_loader_looks()
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(package.Feed, $"Urma.Net.SoftwareUb.{package.Version}.nupkg"));
        string[] names = [.. archive.Entries.Select(e => e.FullName)];
        Assert.Contains("device/linux-x64/liburma.so.0", names);
        Assert.Contains("device/linux-x64/libobmm.so", names);
        Assert.Contains("device/include/ub/umdk/urma/urma_api.h", names);
        Assert.DoesNotContain(names, n => n.StartsWith("runtimes/", StringComparison.Ordinal) || n.StartsWith("lib/", StringComparison.Ordinal));
    }
}
