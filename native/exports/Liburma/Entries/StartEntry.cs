using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>The first managed code that runs: entering it starts the runtime.</summary>
internal static unsafe class StartEntry
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_start")]
    public static void Start(urma_ops_t* ops, urma_provider_ops_t* provider, delegate* unmanaged<int, byte*, void> log)
    {
        Blocks.Distinguish(log);
        Library.Start(ops, provider);
        Answer.LogTo(log);
    }
}
