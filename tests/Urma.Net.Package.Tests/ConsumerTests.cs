using System.IO.Compression;

namespace Urma.Net.Package.Tests;

/// <summary>The program in the package's README, as a user would compile it, must print what the README says.</summary>
[Collection(PackageCollection.Name)]
public class ConsumerTests(PackageFixture package)
{
    [Fact]
    public async Task The_readme_program_runs_from_a_fresh_project()
    {
        string folder = package.CreateConsumer("fresh", ReadmeBlock("csharp"));
        CommandResult run = (await Command.Run("dotnet", folder, "run", "--configuration", "Release")).Expect();
        Assert.Equal(ReadmeBlock("text").Trim(), run.Output.Trim());
        Assert.True(
            Directory.Exists(Path.Combine(package.Folder, "packages", "urma.net", package.Version)),
            "The program ran, but not with the package of this test.");
    }

    [SkippableFact]
    public async Task The_readme_program_runs_trimmed_without_a_warning()
    {
        string folder = package.CreateConsumer(
            "trimmed",
            ReadmeBlock("csharp"),
            """
            <PropertyGroup>
              <PublishTrimmed>true</PublishTrimmed>
              <TrimMode>full</TrimMode>
              <TrimmerSingleWarn>false</TrimmerSingleWarn>
              <ILLinkTreatWarningsAsErrors>true</ILLinkTreatWarningsAsErrors>
              <InvariantGlobalization>true</InvariantGlobalization>
            </PropertyGroup>
            """,
            needsPlatformPackages: true);
        CommandResult published = await Command.Run(
            "dotnet", folder, "publish", "--configuration", "Release", "--use-current-runtime", "--self-contained", "--output", "out", "--nologo");
        published.SkipIfPlatformPackageIsMissing().Expect();
        CommandResult run = (await Command.Run(Path.Combine(folder, "out", "trimmed"), folder)).Expect();
        Assert.Equal(ReadmeBlock("text").Trim(), run.Output.Trim());
    }

    [SkippableFact]
    public async Task The_whole_library_compiles_ahead_of_time_without_a_warning_and_works()
    {
        string output = Path.Combine(package.Folder, "aot");
        CommandResult published = await Command.Run(
            "dotnet",
            Repository.Root,
            "publish",
            Path.Combine("tests", "Urma.Net.AotSmoke"),
            "--configuration", "Release",
            "--use-current-runtime",
            "-p:UrmaShip=true",
            "--version-suffix", package.VersionSuffix,
            "--artifacts-path", package.Output,
            "--output", output,
            "--nologo");
        Skip.If(
            published.Output.Contains("Platform linker", StringComparison.Ordinal),
            "Compiling ahead of time needs clang or gcc as the linker.");
        published.SkipIfPlatformPackageIsMissing().Expect();
        CommandResult run = (await Command.Run(Path.Combine(output, "Urma.Net.AotSmoke"), package.Folder)).Expect();
        Assert.Equal("aot: ok", run.Output.Trim());
    }

    private string ReadmeBlock(string language)
    {
        using ZipArchive archive = ZipFile.OpenRead(package.PackageFile);
        using var reader = new StreamReader(archive.GetEntry("README.md")!.Open());
        return Readme.Block(reader.ReadToEnd(), language);
    }
}
