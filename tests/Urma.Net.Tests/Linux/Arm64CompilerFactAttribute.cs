namespace Urma.Net.Tests.Linux;

/// <summary>A test that needs the arm64 cross compiler; reported as skipped without one.</summary>
internal sealed class Arm64CompilerFactAttribute : FactAttribute
{
    public Arm64CompilerFactAttribute()
    {
        if (CCompiler.Arm64 is null)
        {
            Skip = "aarch64-linux-gnu-gcc is not installed (Debian: gcc-aarch64-linux-gnu): the arm64 layouts were not checked.";
        }
    }
}
