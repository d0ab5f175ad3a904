using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>What a device says about itself, in the terms of this provider.</summary>
internal sealed unsafe class DeviceFacts
{
    // A list of sixteen entries is what a request of the other providers holds.
    private const int MostSge = 16;

    private DeviceFacts(in ibv_device_attr attributes, IReadOnlyList<PortFacts> ports)
    {
        Ports = ports;
        HasAtomics = attributes.atomic_cap != ibv_atomic_cap.IBV_ATOMIC_NONE;
        MostReads = (byte)Math.Clamp(attributes.max_qp_rd_atom, 1, byte.MaxValue);
        MostReadsInitiated = (byte)Math.Clamp(attributes.max_qp_init_rd_atom, 1, byte.MaxValue);
        Capabilities = new ProviderCapabilities
        {
            SupportsMapping = false,

            // What the device lacks is made of its compare-and-swap, or carried out by the memory's owner.
            Atomics = AtomicSupport.Emulated,
            AtomicsAreGlobal = attributes.atomic_cap == ibv_atomic_cap.IBV_ATOMIC_GLOB,
            SupportsRendezvous = true,
            MaxInlineLength = LaneMemory.PayloadLength,
            MaxSge = Math.Clamp(attributes.max_sge, 1, MostSge),
            MaxReceiveSge = Math.Clamp(attributes.max_srq_sge, 1, MostSge),

            // A request may take two of the device's.
            MaxJfsDepth = Math.Max(1, PowerOfTwoWithin((attributes.max_qp_wr - Lane.ExtraRequests) / LaneMemory.NativePerRequest)),
            MaxJfrDepth = Math.Max(1, PowerOfTwoWithin(Math.Min(attributes.max_srq_wr, attributes.max_cqe))),
            MaxJfcDepth = Math.Max(1, attributes.max_cqe),
            MaxMessageLength = ports.Count == 0 ? 0 : ports.Max(static p => (long)p.MaxMessageLength),
            MaxSegments = Internal.HandleTable.Capacity,
        };
    }

    public ProviderCapabilities Capabilities { get; }

    public IReadOnlyList<PortFacts> Ports { get; }

    /// <summary>Whether it executes compare-and-swap and fetch-and-add of eight bytes.</summary>
    public bool HasAtomics { get; }

    /// <summary>Reads and atomics of a peer's that a queue pair serves at once.</summary>
    public byte MostReads { get; }

    /// <summary>Reads and atomics that a queue pair has under way at once.</summary>
    public byte MostReadsInitiated { get; }

    /// <summary>Asks an opened device; null where it does not answer.</summary>
    public static DeviceFacts? Read(ibv_context* context)
    {
        ibv_device_attr attributes;
        if (Libibverbs.ibv_query_device(context, &attributes) != 0)
        {
            return null;
        }

        var ports = new List<PortFacts>();
        for (int port = 1; port <= attributes.phys_port_cnt; port++)
        {
            if (PortFacts.Read(context, (byte)port) is { } facts)
            {
                ports.Add(facts);
            }
        }

        return new DeviceFacts(in attributes, ports);
    }

    private static int PowerOfTwoWithin(int value) => value < 1 ? 0 : 1 << (31 - int.LeadingZeroCount(value));
}
