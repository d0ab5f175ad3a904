namespace Urma.Net;

/// <summary>Which pages back allocated memory.</summary>
public enum MemoryPages
{
    /// <summary>The system's base pages (4 KiB on x86_64).</summary>
    Default = 0,

    /// <summary>2 MiB huge pages from the system's pool; refused with a clear error when the pool is too small.</summary>
    Huge2M = 1,

    /// <summary>1 GiB huge pages from the system's pool.</summary>
    Huge1G = 2,
}
