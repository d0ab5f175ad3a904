namespace Urma.Net.Interop.Headers.Abi;

/// <summary>How two descriptions differ in one fact.</summary>
public enum AbiChange
{
    /// <summary>It holds for both, but not in the same way.</summary>
    Changed = 0,

    /// <summary>The other one lacks it.</summary>
    Missing,

    /// <summary>Only the other one has it; a program that does not know it is not hurt.</summary>
    Added,
}
