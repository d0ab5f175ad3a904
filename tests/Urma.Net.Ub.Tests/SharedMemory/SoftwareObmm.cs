using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Urma.Net.Ub.Tests.SharedMemory;

/// <summary>The software libobmm that these tests run on, with nodes of their own for this process and the ones it starts.</summary>
internal static partial class SoftwareObmm
{
    /// <summary>Where the library and the C programs are.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(SoftwareDevice.Path)!;

    /// <summary>What stands before the names of nodes.</summary>
    public static string Prefix { get; } = $"/dev/shm/urma-obmm-{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}/";

    public static string LibraryPath { get; } = Path.Combine(Folder, "libobmm.so.1");

    /// <summary>Once for the process; before anything of <see cref="UbSharedMemory"/>.</summary>
    public static void Use() => Skip.IfNot(Prepared.Value, $"{LibraryPath} is not built: ./build.sh exports (needs cmake).");

    private static readonly Lazy<bool> Prepared = new(static () =>
    {
        if (!File.Exists(LibraryPath))
        {
            return false;
        }

        // The library reads the environment of C, of which .NET keeps a copy of its own.
        _ = SetEnv("URMA_OBMM_PREFIX", Prefix, 1);
        AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
        {
            if (Directory.Exists(Prefix))
            {
                Directory.Delete(Prefix, recursive: true);
            }
        };
        UbSharedMemory.UseLibrary(LibraryPath);
        return true;
    });

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
