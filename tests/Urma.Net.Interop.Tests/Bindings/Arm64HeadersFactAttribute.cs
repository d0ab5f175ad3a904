namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>A test that needs clang and the C library's headers for arm64; reported as skipped without them.</summary>
internal sealed class Arm64HeadersFactAttribute : ClangFactAttribute
{
    private const string Headers = "/usr/aarch64-linux-gnu/include/stdio.h";

    public Arm64HeadersFactAttribute()
    {
        if (Skip is null && !File.Exists(Headers))
        {
            Skip = $"NOT CHECKED: what the headers mean on arm64, because {Headers} is missing (apt-get install libc6-dev-arm64-cross).";
        }
    }
}
