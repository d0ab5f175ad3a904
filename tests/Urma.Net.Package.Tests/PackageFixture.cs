namespace Urma.Net.Package.Tests;

/// <summary>
/// Packs the library once, from the sources as they are, into a feed outside the repository. The version is unique, so
/// that no cache can answer with an older file.
/// </summary>
public sealed class PackageFixture : IAsyncLifetime
{
    /// <summary>Everything this run writes.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("urma-package-").FullName;

    public string VersionSuffix { get; } = $"check.{Guid.NewGuid():N}";

    public string Version => $"{Repository.Version}-{VersionSuffix}";

    public string Feed => Path.Combine(Folder, "feed");

    /// <summary>Where the sources are compiled, out of the way of the repository's own output.</summary>
    public string Output => Path.Combine(Folder, "output");

    public string PackageFile => Path.Combine(Feed, $"Urma.Net.{Version}.nupkg");

    public string SymbolFile => Path.Combine(Feed, $"Urma.Net.{Version}.snupkg");

    public async Task InitializeAsync()
    {
        await Pack(Path.Combine("src", "Urma.Net"));
        await Pack(Path.Combine("src", "Urma.Net.Ub"));
        await Pack(Path.Combine("src", "Urma.Net.Verbs"));
        await Pack(Path.Combine("src", "Urma.Net.Collectives"));
        await Pack(Path.Combine("src", "Urma.Net.Hosting"));
        await Pack(Path.Combine("src", "Urma.Tool"));
        await Pack(Path.Combine("native", "exports", "Package"));
    }

    private async Task Pack(string project)
    {
        CommandResult packed = await Command.Run(
            "dotnet",
            Repository.Root,
            "pack",
            project,
            "--configuration", "Release",
            "-p:UrmaShip=true",
            "--version-suffix", VersionSuffix,
            "--artifacts-path", Output,
            "--output", Feed,
            "--nologo", "-maxcpucount:2", "-verbosity:quiet");
        packed.Expect();
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>A project folder that only knows the feed.</summary>
    /// <param name="name">The project's name.</param>
    /// <param name="program">Its source.</param>
    /// <param name="properties">MSBuild properties and items beside the reference.</param>
    /// <param name="needsPlatformPackages">Whether the user's own feeds are needed too.</param>
    /// <param name="packages">What it references.</param>
    public string CreateConsumer(string name, string program, string properties = "", bool needsPlatformPackages = false, params string[] packages)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        string shared = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

        // What is downloaded already is used from there, but nothing of ours is left there.
        string fallback = Directory.Exists(shared) ? $"<RestoreFallbackFolders>{shared}</RestoreFallbackFolders>" : string.Empty;
        File.WriteAllText(Path.Combine(folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NoWarn>$(NoWarn);NU1900;NU1905</NoWarn>
                <RestorePackagesPath>{Folder}/packages</RestorePackagesPath>
                {fallback}
              </PropertyGroup>
              <ItemGroup>
                {string.Concat((packages.Length == 0 ? ["Urma.Net"] : packages).Select(p => $"<PackageReference Include=\"{p}\" Version=\"{Version}\" />"))}
              </ItemGroup>
              {properties}
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                {(needsPlatformPackages ? string.Empty : "<clear />")}
                <add key="packed" value="{Feed}" />
              </packageSources>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        return folder;
    }
}
