using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Reaches memory that cannot be mapped, through the kernel (process_vm_readv, process_vm_writev).</summary>
internal static unsafe class LoopbackCopied
{
    public static bool TryCopy(RemoteSegmentTable.Entry* target, ulong offset, byte* local, long length, bool isRead)
    {
        ulong remote = target->OwnerAddress + offset;
        int error = isRead
            ? ProcessMemory.TryRead(target->OwnerProcess, remote, local, length, out _)
            : ProcessMemory.TryWrite(target->OwnerProcess, remote, local, length, out _);
        return error == 0;
    }
}
