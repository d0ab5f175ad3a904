namespace Urma.Net.Tool.Perftest;

/// <summary>The tests; values travel between the two ends.</summary>
internal enum TestKind
{
    ReadLatency = 0,
    WriteLatency,
    SendLatency,
    AtomicLatency,
    ReadBandwidth,
    WriteBandwidth,
    SendBandwidth,
    AtomicBandwidth,
    LoadStoreLatency,
    AsyncLatency,
    LoadStoreBandwidth,
    XcopyLatency,
    XcopyBandwidth,
    Ownership,
}
