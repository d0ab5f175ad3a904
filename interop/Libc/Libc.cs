using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>
/// The C library's functions and constants, under C's own names. Constants carry the header's spelling so that the
/// layout test can ask the C compiler about every one of them.
/// </summary>
/// <remarks>
/// <para>Functions newer than glibc 2.31 go through <see cref="Syscall(nint, nint, nint, nint, nint, nint, nint)"/>, whose
/// numbers differ per architecture.</para>
/// <para><c>fcntl</c>, <c>ioctl</c>, <c>syscall</c>, <c>open</c> and <c>prctl</c> are variadic in C. On x86-64 and arm64
/// Linux integer arguments travel in the same registers either way, so a fixed signature is correct there (it would not
/// be on Apple's arm64).</para>
/// </remarks>
internal static unsafe partial class Libc
{
    // The versioned name: plain "libc" finds the linker script of the development package first. musl's loader answers
    // to this name as well.
    private const string Library = "libc.so.6";

    internal static readonly ByArchitecture SYS_futex = new(202, 98);
    internal static readonly ByArchitecture SYS_getcpu = new(309, 168);
    internal static readonly ByArchitecture SYS_mremap = new(25, 216);
    internal static readonly ByArchitecture SYS_move_pages = new(279, 239);
    internal static readonly ByArchitecture SYS_membarrier = new(324, 283);
    internal static readonly ByArchitecture SYS_pidfd_send_signal = new(424, 424);
    internal static readonly ByArchitecture SYS_pidfd_open = new(434, 434);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);
}
