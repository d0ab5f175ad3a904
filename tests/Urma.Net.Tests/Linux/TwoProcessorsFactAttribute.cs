using Urma.Net.Internal;

namespace Urma.Net.Tests.Linux;

/// <summary>A test that needs two processors to tell apart; reported as skipped with one.</summary>
internal sealed class TwoProcessorsFactAttribute : FactAttribute
{
    public TwoProcessorsFactAttribute()
    {
        if (CpuAffinity.GetCurrentThread().Length < 2)
        {
            Skip = "This process may use one processor only: a thread that is bound to it cannot be told from one that is not.";
        }
    }
}
