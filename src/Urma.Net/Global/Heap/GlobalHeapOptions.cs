namespace Urma.Net;

/// <summary>How a rank joins a <see cref="GlobalHeap"/>. All ranks give the same but <see cref="Rank"/>.</summary>
public sealed record GlobalHeapOptions
{
    /// <summary>What the ranks find each other by: 1 to 58 letters, digits, '.', '-', '_'. Free again when all have joined.</summary>
    public required string Name { get; init; }

    /// <summary>Which one this is, 0 to <see cref="Size"/> − 1; a process can be one only.</summary>
    public required int Rank { get; init; }

    /// <summary>How many ranks there are, 1 to 1,024.</summary>
    public required int Size { get; init; }

    /// <summary>Bytes that every rank gives, at least 8,192, rounded up to whole pages; at most 128 GiB.</summary>
    public required long SliceLength { get; init; }

    /// <summary>
    /// How much of the slice is for <see cref="GlobalHeap.AllocateSymmetric{T}"/>, rounded up to whole pages and less than
    /// <see cref="SliceLength"/>; half of it when null.
    /// </summary>
    public long? SymmetricLength { get; init; }

    /// <summary>The secret every rank must show; when null, whoever can look up the name may join.</summary>
    public Token? Token { get; init; }

    /// <summary>The longest that joining takes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
