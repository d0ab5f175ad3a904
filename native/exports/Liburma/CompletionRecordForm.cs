using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Liburma;

/// <summary>Polls the engine straight into C's records, with every field as a hardware driver fills it.</summary>
internal readonly unsafe struct CompletionRecordForm : ICompletionForm<urma_cr_t>
{
    private const byte ReceiveBit = 1;
    private const byte JettyBit = 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(out urma_cr_t target, Completion completion, CompletionSource source, ulong value, uint jetty, byte opcode)
    {
        target = default;
        target.status = (urma_cr_status_t)completion.Status;
        target.user_ctx = completion.UserContext;
        target.completion_len = (uint)completion.ByteCount;
        target.local_id = source.LocalId;
        target.user_data = (nuint)source.Owner;
        byte flags = source.IsJetty ? JettyBit : (byte)0;
        if (completion.IsReceive)
        {
            flags |= ReceiveBit;
            if (opcode != LaneEntry.PackedOpcode)
            {
                target.opcode = (urma_cr_opcode_t)opcode;
                target.imm_data = (completion.Flags & CompletionFlags.Immediate) != 0 ? value : 0;
            }

            target.remote_id.eid.in6.subnet_prefix = BinaryPrimitives.ReverseEndianness(source.SourceEid.High);
            target.remote_id.eid.in6.interface_id = BinaryPrimitives.ReverseEndianness(source.SourceEid.Low);
            target.remote_id.uasid = source.SourceUasid;
            target.remote_id.id = jetty;
        }

        target.flag.value = flags;
    }
}
