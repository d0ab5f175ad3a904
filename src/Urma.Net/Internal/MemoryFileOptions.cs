namespace Urma.Net.Internal;

/// <summary>How a <see cref="MemoryFile"/> is made.</summary>
internal sealed record MemoryFileOptions
{
    /// <summary>Ordinary pages, reserved, writable by whoever holds the descriptor.</summary>
    internal static readonly MemoryFileOptions Default = new();

    /// <summary>The page size; pools of huge pages must have been reserved by an administrator.</summary>
    internal MemoryPages Pages { get; init; }

    /// <summary>
    /// Allocate every page now, so that a shortage is an exception here instead of a killed process later. Without it
    /// pages appear at first touch and are charged to whoever touches.
    /// </summary>
    internal bool Reserve { get; init; } = true;

    /// <summary>How many bytes from the beginning that is about; the pages behind them appear at first touch.</summary>
    internal long ReservedLength { get; init; } = long.MaxValue;

    /// <summary>
    /// Make the kernel refuse every new writable mapping and every write through the descriptor; the one writable
    /// mapping is the owner's, made before the seal.
    /// </summary>
    internal bool ReadOnlyForOthers { get; init; }
}
