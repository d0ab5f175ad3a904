namespace Urma.Net;

/// <summary>How far memory is, as a class. Published access times in brackets.</summary>
public enum MemoryTier
{
    /// <summary>Memory of this node's own processors (100 to 150 ns).</summary>
    Local = 0,

    /// <summary>Memory of another socket of this node (200 to 300 ns).</summary>
    CrossNuma = 1,

    /// <summary>Memory of another node that is reached by loads and stores over a bus such as UB (about 400 ns).</summary>
    UnifiedBus = 2,

    /// <summary>Memory behind a network card (2 to 5 µs).</summary>
    Rdma = 3,

    /// <summary>Farther than memory usually is (10 µs and more).</summary>
    Storage = 4,
}
