namespace Urma.Net.Package.Tests;

/// <summary>All tests share one package and run one after the other: each is a build of its own.</summary>
[CollectionDefinition(Name)]
public sealed class PackageCollection : ICollectionFixture<PackageFixture>
{
    public const string Name = "package";
}
