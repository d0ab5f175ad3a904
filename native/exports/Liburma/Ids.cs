using Urma.Net.Interop.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Identifiers in their C form.</summary>
internal static unsafe class Ids
{
    public static urma_eid_t ToNative(Eid eid)
    {
        urma_eid_t native;
        eid.WriteTo(new Span<byte>(&native, sizeof(urma_eid_t)));
        return native;
    }

    public static Eid ToEid(in urma_eid_t native)
    {
        fixed (urma_eid_t* bytes = &native)
        {
            return new Eid(new ReadOnlySpan<byte>(bytes, sizeof(urma_eid_t)));
        }
    }

    /// <summary>The name of a queue of ours.</summary>
    public static urma_jetty_id_t Of(SoftContext context, uint id) => new()
    {
        eid = context.Block->eid,
        uasid = context.Block->uasid,
        id = id,
    };
}
