namespace Urma.Net.Ub;

/// <summary>Which atomics a device has, in the bits of <c>urma_atomic_feature_t</c>.</summary>
internal static class AtomicWork
{
    private const uint All = 0x7f;

    /// <summary>What a device's bits come to.</summary>
    public static AtomicSupport Support(uint features) => (features & All) == All ? AtomicSupport.Native
        : (features & 1) != 0 ? AtomicSupport.Emulated
        : AtomicSupport.None;

    /// <summary>Whether the device executes an operation itself.</summary>
    public static bool Has(uint features, Opcode opcode) => (features & (1u << (opcode - Opcode.CompareSwap))) != 0;
}
