namespace Urma.Net.Tests.Linux;

/// <summary>Tests that change or count what the whole process has in common run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Exclusive
{
    public const string Name = "Changes what the whole process has in common";
}
