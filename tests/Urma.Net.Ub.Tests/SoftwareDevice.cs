using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Urma.Net.Ub.Tests;

/// <summary>The software UB device that these tests run on, with a fabric of its own for this process.</summary>
internal static partial class SoftwareDevice
{
    /// <summary>Its file.</summary>
    public static string Path { get; } = typeof(SoftwareDevice).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static a => a.Key == "SoftwareUbDevice").Value!;

    /// <summary>The fabric of its engines.</summary>
    public static string Fabric { get; } = $"ub-{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}";

    // The library reads the environment of C, of which .NET keeps a copy of its own.
#pragma warning disable CA2255 // before any test names the provider
    [ModuleInitializer]
    internal static void Prepare()
    {
        if (!File.Exists(Path))
        {
            throw new InvalidOperationException($"'{Path}' is missing: these tests run on the software UB device. Make it with './build.sh exports'.");
        }

        _ = SetEnv("URMA_FABRIC", Fabric, 1);
        UbProvider.UseLibrary(Path);
        UbProvider.Register();
    }
#pragma warning restore CA2255

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
