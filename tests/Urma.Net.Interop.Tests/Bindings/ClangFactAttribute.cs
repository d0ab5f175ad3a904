using Urma.Net.Interop.Headers.Clang;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>A test that needs clang; reported as skipped, and as what was not checked, where there is none.</summary>
internal class ClangFactAttribute : FactAttribute
{
    public ClangFactAttribute()
    {
        try
        {
            ClangProgram.Find();
        }
        catch (ClangException error)
        {
            Skip = $"NOT CHECKED: the checked-in bindings may differ from the headers, nobody has looked. {error.Message}";
        }
    }
}
