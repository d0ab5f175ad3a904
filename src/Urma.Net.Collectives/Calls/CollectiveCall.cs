using System.Globalization;

namespace Urma.Net.Collectives;

/// <summary>One call of one rank: what the engine carries out, and what others are told of it when ranks disagree.</summary>
internal unsafe struct CollectiveCall
{
    public CollectiveKind Kind;
    public DataType Type;

    /// <summary>The root, or the other rank of a transfer; -1 where the kind has none.</summary>
    public int Peer;

    /// <summary>Elements, as NCCL counts them: of the whole vector, or of one rank's block where the kind has blocks.</summary>
    public long Count;

    public byte* Send;
    public byte* Receive;
    public Reduction? Reduction;

    /// <summary>By what of its divisor an average is divided on hosts, before it goes between them; 0: by nothing.</summary>
    public int HostDivisor;
    public VariableCounts? Counts;
    public string? File;
    public int Line;

    public readonly long Bytes => Count * DataTypes.SizeOf(Type);

    /// <summary>What all ranks must agree on, in 32 bits.</summary>
    public readonly uint Signature
    {
        get
        {
            ulong fixedPart = (ulong)Kind | ((ulong)Type << 8) | ((ulong)(uint)(Peer + 1) << 16);
            ulong hash = ((ulong)Count * 0x9E3779B97F4A7C15) ^ (fixedPart * 0xC2B2AE3D27D4EB4F);
            if (Reduction is { } reduction)
            {
                hash ^= reduction.Signature * 0x165667B19E3779F9UL;
            }

            return (uint)((hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9 >> 32);
        }
    }

    /// <summary>For messages: "AllReduce of 1024 × Float32, Sum, at Trainer.cs:42".</summary>
    public readonly string Describe()
    {
        string text = Kind switch
        {
            CollectiveKind.Barrier or CollectiveKind.None or CollectiveKind.Split or CollectiveKind.DeregisterWindow or CollectiveKind.Signal => Kind.ToString(),
            CollectiveKind.PutSignal => string.Create(CultureInfo.InvariantCulture, $"{Kind} of {Count} bytes"),
            CollectiveKind.WaitSignal => string.Create(CultureInfo.InvariantCulture, $"{Kind} for {Count}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{Kind} of {Count} × {Type}"),
        };

        if (Reduction is { } reduction)
        {
            text += $", {reduction.Name}";
        }

        if (Peer >= 0)
        {
            text += Kind switch
            {
                CollectiveKind.Send or CollectiveKind.PutSignal or CollectiveKind.Signal => $", to rank {Peer}",
                CollectiveKind.Receive or CollectiveKind.WaitSignal => $", from rank {Peer}",
                _ => $", root {Peer}",
            };
        }

        return string.IsNullOrEmpty(File) ? text : $"{text}, at {Path.GetFileName(File)}:{Line}";
    }
}
