using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests.Programs;

/// <summary>A test that runs C programs on the software UB device; reported as skipped where it was not built.</summary>
internal sealed class SoftwareUbFactAttribute : FactAttribute
{
    public SoftwareUbFactAttribute()
    {
        if (CCompiler.Native is null)
        {
            Skip = "No C compiler (cc, gcc or clang) is installed: the C programs were not run.";
        }
        else if (!File.Exists(CProgram.Library))
        {
            Skip = $"The software UB device was not built (./build.sh exports makes {CProgram.Library}): the C programs were not run.";
        }
    }
}
