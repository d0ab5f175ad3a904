using System.Reflection;
using Urma.Net.Interop.Headers.Abi;
using Urma.Net.Interop.Tests.Abi;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>The descriptions that installed headers are compared with hold for the bindings, on both processor architectures.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public void Liburma_on_x64() => AssertHolds("Liburma/Liburma.abi.txt", typeof(Liburma.Liburma), 2300);

    [Fact]
    public void Libobmm() => AssertHolds("Libobmm/Libobmm.abi.txt", typeof(Libobmm.Libobmm), 30);

    [Fact]
    public void Liburma_on_arm64() => AssertHolds("Liburma/arm64/Liburma.abi.txt", Arm64(typeof(Liburma.Liburma)), 2300);

    [Fact]
    public void Libobmm_is_the_same_on_arm64() => AssertHolds("Libobmm/Libobmm.abi.txt", Arm64(typeof(Libobmm.Libobmm)), 30);

    [Fact]
    public void The_architectures_differ_in_nothing_but_what_holds_a_mutex()
    {
        AbiDifference[] differences = [.. AbiDifference.Between(Read("Liburma/Liburma.abi.txt"), Read("Liburma/arm64/Liburma.abi.txt"))];

        Assert.All(differences, difference => Assert.Equal(AbiChange.Changed, difference.Change));
        Assert.Equal(
            ["urma_context_t", "urma_jetty_grp_t", "urma_jetty_t", "urma_jfc_t", "urma_jfr_t", "urma_jfs_t"],
            differences.Select(difference => difference.Fact.Name.Split('.')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    private static Type Arm64(Type type)
    {
        string path = typeof(Liburma.Liburma).Assembly.Location.Replace("Urma.Net.Interop.Tests", "Urma.Net.Interop.Bindings.Arm64", StringComparison.Ordinal)
            .Replace("Urma.Net.Interop.Bindings.dll", "Urma.Net.Interop.Bindings.Arm64.dll", StringComparison.Ordinal);
        return Assembly.LoadFrom(path).GetType(type.FullName!, throwOnError: true)!;
    }

    private static AbiDescription Read(string path) => AbiDescription.FromText(File.ReadAllText(Path.Combine(Repository.Root, "interop", path)));

    private static void AssertHolds(string path, Type methods, int atLeast)
    {
        AbiDescription description = Read(path);

        Assert.Empty(new RuntimeFacts(methods).Disagreements(description.Facts));
        Assert.True(description.Facts.Length > atLeast, $"{description.Facts.Length} facts only");
    }
}
