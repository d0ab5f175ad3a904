using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>A constant of the kernel's ABI that differs between the architectures we run on.</summary>
/// <param name="X64">Its value on x86-64.</param>
/// <param name="Arm64">Its value on arm64.</param>
internal readonly record struct ByArchitecture(int X64, int Arm64)
{
    /// <summary>
    /// The value for this process. Elsewhere -1: as a system call number the kernel answers ENOSYS to it, which every
    /// caller reports.
    /// </summary>
    internal int Here => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => -1,
    };
}
