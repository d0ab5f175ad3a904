using System.Buffers.Binary;
using Urma.Net.Interop.Librdmacm;
using Verbs = Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>The way between two devices of the fabric, as verbs' structures describe it.</summary>
internal static unsafe class CmPath
{
    /// <summary>The exponent of the acknowledgement timeout where the program sets none: 0.5 s, which is tried eight times.</summary>
    public const byte AckTimeout = PacketLifeTime + 1;

    private const byte PacketLifeTime = 16;
    private const byte HopLimit = 64;
    private const byte Exactly = 2;

    /// <summary>The address of the device that sent a frame.</summary>
    public static Verbs.ibv_ah_attr AddressOf(in CmFrame frame)
    {
        var address = new Verbs.ibv_ah_attr { is_global = 1, port_num = RoubDevice.Port };
        address.grh.dgid.global.subnet_prefix = frame.GidPrefix;
        address.grh.dgid.global.interface_id = frame.GidInterface;
        if (RoubDevice.TryFindEid(in address.grh.dgid, out Eid device))
        {
            // Programs may go by the LID alone.
            address.dlid = (ushort)(Library.FirstLid + (byte)device.Low);
        }

        address.grh.hop_limit = HopLimit;
        return address;
    }

    /// <summary>Fills in the path to where an id goes.</summary>
    public static void Describe(RoubDevice device, in Verbs.ibv_gid destination, ibv_sa_path_rec* path)
    {
        ushort lid = BinaryPrimitives.ReverseEndianness(device.Lid);
        *path = new ibv_sa_path_rec
        {
            dlid = lid,
            slid = lid,
            reversible = 1,
            numb_path = 1,
            hop_limit = HopLimit,
            pkey = RoubDevice.PartitionKey,
            mtu_selector = Exactly,
            mtu = (byte)Verbs.ibv_mtu.IBV_MTU_4096,
            rate_selector = Exactly,
            rate = (byte)Verbs.ibv_rate.IBV_RATE_100_GBPS,
            packet_life_time_selector = Exactly,
            packet_life_time = PacketLifeTime,
        };
        *(Verbs.ibv_gid*)&path->dgid = destination;
        *(Verbs.ibv_gid*)&path->sgid = device.Gid;
    }
}
