using System.Xml.Linq;

namespace Urma.Net.Package.Tests;

/// <summary>The package for hosts, as a user would take it: with the platform's own packages from the user's feeds.</summary>
[Collection(PackageCollection.Name)]
public class HostingConsumerTests(PackageFixture package)
{
    // What hosts bring along, and this package does not.
    private static readonly string[] Platform =
    [
        "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Logging",
    ];

    [Fact]
    public async Task The_program_of_the_readme_runs_from_a_fresh_project()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src", "Urma.Net.Hosting", "PACKAGE.md"));
        string folder = package.CreateConsumer(
            "hosting",
            Readme.Block(readme, "csharp"),
            $"<ItemGroup>{string.Concat(Platform.Select(static name => $"<PackageReference Include=\"{name}\" Version=\"{VersionOf(name)}\" />"))}</ItemGroup>",
            needsPlatformPackages: true,
            "Urma.Net.Hosting");
        CommandResult run = (await Command.Run("dotnet", folder, "run", "--configuration", "Release")).Expect();
        Assert.Equal(Readme.Block(readme, "text").Trim(), run.Output.Trim());
    }

    // The one this repository was tested with: a feed may carry newer ones without what they need.
    private static string VersionOf(string name) => XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
        .Descendants("PackageVersion").Single(version => version.Attribute("Include")!.Value == name).Attribute("Version")!.Value;
}
