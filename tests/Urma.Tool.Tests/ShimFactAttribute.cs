using Xunit;

namespace Urma.Net.Tool.Tests;

/// <summary>A test that needs the RoUB shim, and is reported as skipped where it is not built.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ShimFactAttribute : FactAttribute
{
    public ShimFactAttribute()
    {
        if (!File.Exists(Path.Combine(Repository.Root, "artifacts", "native", "liburma-roub.so")))
        {
            Skip = "NOT RUN: the RoUB shim is not built: ./build.sh exports.";
        }
    }
}
