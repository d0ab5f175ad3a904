using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>A device of liburma: its name, its EIDs, what it can do.</summary>
internal sealed unsafe class UbDevice
{
    // More than any release writes: 368 bytes in 25.12, 496 in 26.06.
    private const int AttributesRoom = 4096;

    // The part of the attributes that all releases lay out alike.
    private const int CapabilitiesOffset = 16;

    private readonly Lazy<ProviderCapabilities?> _capabilities;

    public UbDevice(urma_device_t* native)
    {
        Native = native;
        Name = Marshal.PtrToStringUTF8((nint)native) ?? string.Empty;
        _capabilities = new Lazy<ProviderCapabilities?>(Query);
    }

    public urma_device_t* Native { get; }

    public string Name { get; }

    /// <summary>Whether it is the software UB device, by the name of its provider.</summary>
    public bool IsSoftware => Native->ops != null && Marshal.PtrToStringUTF8((nint)Native->ops->name) == "urma_soft";

    /// <summary>What it can do; null where it does not say.</summary>
    public ProviderCapabilities? Capabilities => _capabilities.Value;

    /// <summary>Which atomics it executes itself, as bits of <c>urma_atomic_feature_t</c>.</summary>
    public uint Atomics { get; private set; }

    /// <summary>The EID that it is known by; zero where it has none.</summary>
    public Eid FirstEid => GetEids() is [var first, ..] ? first.Eid : default;

    /// <summary>Its EIDs with the index each is opened by.</summary>
    public IReadOnlyList<(Eid Eid, uint Index)> GetEids()
    {
        uint count = 0;
        urma_eid_info_t* list = Liburma.urma_get_eid_list(Native, &count);
        if (list == null)
        {
            return [];
        }

        var eids = new (Eid, uint)[count];
        for (int i = 0; i < count; i++)
        {
            eids[i] = (NativeEid.Read(&list[i].eid), list[i].eid_index);
        }

        Liburma.urma_free_eid_list(list);
        return eids;
    }

    private ProviderCapabilities? Query()
    {
        byte* room = stackalloc byte[AttributesRoom];
        new Span<byte>(room, AttributesRoom).Clear();
        if ((UrmaStatus)Liburma.urma_query_device(Native, (urma_device_attr_t*)room) != UrmaStatus.Success)
        {
            return null;
        }

        var cap = (urma_device_cap_t*)(room + CapabilitiesOffset);
        Atomics = cap->atomic_feat.value;
        return new ProviderCapabilities
        {
            SupportsMapping = false,
            Atomics = AtomicWork.Support(Atomics),
            AtomicsAreGlobal = false,
            SupportsRendezvous = false,
            MaxInlineLength = Limit(cap->max_jfs_inline_len),
            MaxSge = Math.Clamp(Limit(cap->max_jfs_sge), 1, SendScratch.MaxSge),
            MaxReceiveSge = Math.Clamp(Limit(cap->max_jfr_sge), 1, byte.MaxValue),
            MaxJfsDepth = Limit(cap->max_jfs_depth),
            MaxJfrDepth = Limit(cap->max_jfr_depth),
            MaxJfcDepth = Limit(cap->max_jfc_depth),
            MaxMessageLength = (long)Math.Min(cap->max_msg_size, uint.MaxValue),
            MaxSegments = HandleTable.Capacity,
        };
    }

    private static int Limit(uint value) => (int)Math.Min(value, int.MaxValue);
}
