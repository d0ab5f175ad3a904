namespace Urma.Net.Tests.Linux;

/// <summary>A test that needs this machine's C compiler; reported as skipped without one.</summary>
internal sealed class NativeCompilerFactAttribute : FactAttribute
{
    public NativeCompilerFactAttribute()
    {
        if (CCompiler.Native is null)
        {
            Skip = "No C compiler (cc, gcc or clang) is installed: the layouts were not checked against C's.";
        }
    }
}
