using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>Everything both ends must agree on about a test.</summary>
internal sealed record TestSetup(TestKind Kind)
{
    /// <summary>Bytes per operation.</summary>
    public required long Size { get; init; }

    /// <summary>Work requests handed over by one call of Post.</summary>
    public int PostList { get; init; } = 1;

    /// <summary>Receives handed over by one call of Post.</summary>
    public int ReceivePostList { get; init; } = 1;

    /// <summary>Every so many operations one asks for a completion.</summary>
    public int CompletionModeration { get; init; } = 1;

    /// <summary>Depth of the send queue: the most operations in flight.</summary>
    public int SendDepth { get; init; } = 128;

    /// <summary>Depth of the receive queue: the most receives posted.</summary>
    public int ReceiveDepth { get; init; } = 256;

    /// <summary>Payload is read while posting, from memory that need not be registered.</summary>
    public bool Inline { get; init; }

    /// <summary>How an end waits for a message.</summary>
    public WaitMode WaitMode { get; init; }

    /// <summary>The atomic operation is a compare and swap instead of a fetch and add.</summary>
    public bool CompareSwap { get; init; }

    /// <summary>How an awaited operation is resumed (<see cref="AsyncMode"/>).</summary>
    public AsyncMode AsyncMode { get; init; }

    /// <summary>ownership: all regions by one call instead of by a call each.</summary>
    public bool Batch { get; init; }

    /// <summary>ownership: enforced by page protection instead of by the library.</summary>
    public bool PageProtection { get; init; }

    /// <summary>The link that is modelled between the ends; null without one. Both ends must have the same.</summary>
    public FabricModel? Fabric { get; init; }

    public void WriteTo(MessageWriter writer) => writer
        .Write((long)Kind).Write(Size).Write(PostList).Write(ReceivePostList).Write(CompletionModeration)
        .Write(SendDepth).Write(ReceiveDepth).Write(Inline ? 1 : 0).Write((long)WaitMode).Write(CompareSwap ? 1 : 0)
        .Write((long)AsyncMode).Write(Batch ? 1 : 0).Write(PageProtection ? 1 : 0)
        .Write(Fabric?.Name ?? string.Empty)
        .Write(BitConverter.DoubleToInt64Bits(Fabric?.Nanoseconds ?? 0))
        .Write(BitConverter.DoubleToInt64Bits(Fabric?.BytesPerSecond ?? 0))
        .Write((long)(Fabric?.Tier ?? 0));

    public static TestSetup Read(MessageReader reader) => new((TestKind)reader.ReadInt32())
    {
        Size = reader.ReadInt64(),
        PostList = reader.ReadInt32(),
        ReceivePostList = reader.ReadInt32(),
        CompletionModeration = reader.ReadInt32(),
        SendDepth = reader.ReadInt32(),
        ReceiveDepth = reader.ReadInt32(),
        Inline = reader.ReadInt32() != 0,
        WaitMode = (WaitMode)reader.ReadInt32(),
        CompareSwap = reader.ReadInt32() != 0,
        AsyncMode = (AsyncMode)reader.ReadInt32(),
        Batch = reader.ReadInt32() != 0,
        PageProtection = reader.ReadInt32() != 0,
        Fabric = ReadFabric(reader),
    };

    private static FabricModel? ReadFabric(MessageReader reader)
    {
        string name = reader.ReadString();
        double nanoseconds = BitConverter.Int64BitsToDouble(reader.ReadInt64());
        double bytesPerSecond = BitConverter.Int64BitsToDouble(reader.ReadInt64());
        var tier = (MemoryTier)reader.ReadInt64();
        return name.Length == 0 ? null : new FabricModel(name, nanoseconds, bytesPerSecond) { Tier = tier, AllowUndelayedViews = true };
    }
}
