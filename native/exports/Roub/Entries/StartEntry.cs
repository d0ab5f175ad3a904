using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>The first managed code that runs: entering it starts the runtime.</summary>
internal static unsafe class StartEntry
{
    [UnmanagedCallersOnly(EntryPoint = "roub_start")]
    public static void Start(verbs_context* template, void* deviceMarker)
    {
        Blocks.Distinguish(deviceMarker);
        Library.Start(template, deviceMarker);
    }
}
