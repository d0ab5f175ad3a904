namespace Urma.Net.Allocations.Tests;

/// <summary>What the check must object to.</summary>
public sealed class Allocating
{
    /// <summary>Header, method table, length, and the elements.</summary>
    public const long Bytes = 24 + 104;

    private byte[] _kept = [];

    /// <summary>Keeps the array, or the JIT would put it on the stack.</summary>
    public void Make() => _kept = new byte[_kept.Length == 0 ? 104 : _kept.Length];
}
