using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests;

/// <summary>A test that needs this machine's C++ compiler; reported as skipped without one.</summary>
internal sealed class NativeCxxCompilerFactAttribute : FactAttribute
{
    public NativeCxxCompilerFactAttribute()
    {
        if (CCompiler.NativeCxx is null)
        {
            Skip = "No C++ compiler (c++, g++ or clang++) is installed: the headers were not compiled as C++.";
        }
    }
}
