namespace Urma.Net;

/// <summary>An address could not be reached: which, and why.</summary>
public sealed class GlobalMemoryException : UrmaException
{
    internal GlobalMemoryException(GlobalMemoryStatus fault, GlobalAddress address, long length)
        : base(ToStatus(fault), Describe(fault, address, length))
    {
        Fault = fault;
        Address = address;
        Length = length;
    }

    /// <summary>Why.</summary>
    public GlobalMemoryStatus Fault { get; }

    /// <summary>Where the range begins that could not be reached.</summary>
    public GlobalAddress Address { get; }

    /// <summary>Its length in bytes.</summary>
    public long Length { get; }

    private static UrmaStatus ToStatus(GlobalMemoryStatus fault) => fault switch
    {
        GlobalMemoryStatus.AccessDenied or GlobalMemoryStatus.Revoked or GlobalMemoryStatus.CopyRefused => UrmaStatus.OperationNotPermitted,
        GlobalMemoryStatus.OwnerLost => UrmaStatus.Failed,
        _ => UrmaStatus.InvalidArgument,
    };

    private static string Describe(GlobalMemoryStatus fault, GlobalAddress address, long length)
    {
        string what = $"{length} bytes at {address}";
        return fault switch
        {
            GlobalMemoryStatus.InvalidRange => $"{what}: the length is negative, or the range leaves the 64-bit address space.",
            GlobalMemoryStatus.UnknownSpace => $"{what}: nothing is imported from this engine. Import the segment first, or check EID and UASID.",
            GlobalMemoryStatus.Unmapped => $"{what}: not all of it lies in segments registered here or imported from that engine. Import what is missing, or check the address.",
            GlobalMemoryStatus.AccessDenied => $"{what}: imported without the right to write. Its owner must register it with SegmentAccess.Write.",
            GlobalMemoryStatus.Revoked => $"{what}: the owner ended the grant. Import the segment again with a new token.",
            GlobalMemoryStatus.OwnerLost => $"{what}: the owner died or closed its context.",
            GlobalMemoryStatus.CopyRefused => $"{what}: the kernel or the device refuses to copy there. The owner died, freed the memory, or runs where processes may not reach each other (kernel.yama.ptrace_scope); or the device has no queue left, or no such operation.",
            GlobalMemoryStatus.NoWay => $"{what}: the device asks a jetty of the owner's for the way. Import one (UrmaContext.ImportJetty).",
            GlobalMemoryStatus.TimedOut => $"{what}: another member holds it and did not let go in time. It may be stopped.",
            _ => $"{what}: {fault}.",
        };
    }
}
