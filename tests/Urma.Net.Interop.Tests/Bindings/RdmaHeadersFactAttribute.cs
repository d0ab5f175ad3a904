namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>A test that needs clang and libibverbs' headers; reported as skipped without them.</summary>
internal sealed class RdmaHeadersFactAttribute : ClangFactAttribute
{
    private const string Headers = "/usr/include/infiniband/verbs.h";

    public RdmaHeadersFactAttribute()
    {
        if (Skip is null && !File.Exists(Headers))
        {
            Skip = $"NOT CHECKED: whether the bindings are those of libibverbs' headers, because {Headers} is missing (apt-get install libibverbs-dev).";
        }
    }
}
