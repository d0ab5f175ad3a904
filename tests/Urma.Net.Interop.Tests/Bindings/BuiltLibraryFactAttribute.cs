using Urma.Net.Interop.Tests.Abi;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>A test of a library that this repository builds; reported as skipped where it was not built.</summary>
internal sealed class BuiltLibraryFactAttribute : FactAttribute
{
    public BuiltLibraryFactAttribute(string name)
    {
        Name = name;
        if (!File.Exists(PathOf(name)))
        {
            Skip = $"NOT CHECKED: {PathOf(name)} is not built (./build.sh exports), so nobody has looked for the imports in it.";
        }
    }

    public string Name { get; }

    internal static string PathOf(string name) => Path.Combine(Repository.Root, "artifacts", "native", name);
}
