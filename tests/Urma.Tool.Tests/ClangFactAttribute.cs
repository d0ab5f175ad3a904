using Urma.Net.Interop.Headers.Clang;
using Xunit;

namespace Urma.Net.Tool.Tests;

/// <summary>A test that needs clang; reported as skipped without one.</summary>
internal sealed class ClangFactAttribute : FactAttribute
{
    public ClangFactAttribute()
    {
        try
        {
            ClangProgram.Find();
        }
        catch (ClangException error)
        {
            Skip = $"NOT CHECKED: whether installed headers are compared rightly. {error.Message}";
        }
    }
}
