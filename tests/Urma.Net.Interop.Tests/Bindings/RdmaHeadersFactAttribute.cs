namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>A test that needs clang and the headers of libibverbs and librdmacm; reported as skipped without them.</summary>
internal sealed class RdmaHeadersFactAttribute : ClangFactAttribute
{
    private static readonly string[] Headers = ["/usr/include/infiniband/verbs.h", "/usr/include/rdma/rdma_cma.h"];

    public RdmaHeadersFactAttribute()
    {
        if (Skip is null && Headers.FirstOrDefault(static header => !File.Exists(header)) is { } missing)
        {
            Skip = $"NOT CHECKED: whether the bindings are those of rdma-core's headers, because {missing} is missing (apt-get install libibverbs-dev librdmacm-dev).";
        }
    }
}
