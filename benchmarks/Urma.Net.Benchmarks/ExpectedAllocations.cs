using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>
/// What each benchmark may allocate per operation, from <c>expected-allocations.json</c> beside this assembly. The same file
/// binds the benchmark runs, with and without a JIT, and the fast check in tests/Urma.Net.Allocations.Tests.
/// </summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The assembly of the benchmarks is kept whole.")]
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The assembly of the benchmarks is kept whole.")]
public static class ExpectedAllocations
{
    /// <summary>Bytes per operation by benchmark name (<c>Class.Method</c>).</summary>
    public static IReadOnlyDictionary<string, long> Load()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "expected-allocations.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.EnumerateObject().ToDictionary(static line => line.Name, static line => line.Value.GetInt64());
    }

    /// <summary>Every benchmark of this assembly by the name it has in the file.</summary>
    public static IReadOnlyDictionary<string, MethodInfo> Benchmarks() =>
        typeof(ExpectedAllocations).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods())
            .Where(static method => method.GetCustomAttribute<BenchmarkAttribute>() is not null)
            .ToDictionary(NameOf);

    /// <summary>The name of a benchmark in the file.</summary>
    public static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    /// <summary>What does not fit: benchmarks without an expectation, expectations without a benchmark.</summary>
    public static IReadOnlyList<string> Mismatches()
    {
        var expected = Load().Keys.ToHashSet();
        var actual = Benchmarks().Keys.ToHashSet();
        return
        [
            .. actual.Except(expected).Order(StringComparer.Ordinal).Select(static name => $"{name} has no line in expected-allocations.json: add one."),
            .. expected.Except(actual).Order(StringComparer.Ordinal).Select(static name => $"{name} in expected-allocations.json is no benchmark: remove it."),
        ];
    }
}
