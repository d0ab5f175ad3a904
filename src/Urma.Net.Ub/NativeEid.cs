using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>EIDs between their two forms.</summary>
internal static unsafe class NativeEid
{
    public static Eid Read(urma_eid_t* eid) => new(new ReadOnlySpan<byte>(eid, Eid.Size));

    public static void Write(Eid eid, urma_eid_t* destination) => eid.WriteTo(new Span<byte>(destination, Eid.Size));
}
