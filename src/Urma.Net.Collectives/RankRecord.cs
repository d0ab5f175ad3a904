using Urma.Net.Internal;

namespace Urma.Net.Collectives;

/// <summary>What a rank tells the others of itself when they join.</summary>
/// <param name="Host">Which machine it runs on.</param>
/// <param name="Path">The way it was told to take.</param>
/// <param name="DirectLength">From how many bytes on it reaches into others' buffers.</param>
/// <param name="Processors">The processors that the joining thread may run on.</param>
/// <param name="HasBarriers">Whether the kernel's barriers reach it.</param>
/// <param name="Arena">Its arena; null where memory cannot be mapped.</param>
/// <param name="ArenaToken">The arena's token.</param>
internal sealed record RankRecord(
    string Host,
    CollectivePath Path,
    long DirectLength,
    int[] Processors,
    bool HasBarriers,
    SegmentDescriptor? Arena,
    Token ArenaToken)
{
    private const int Version = 2;
    private const int MostProcessors = 8192;

    /// <summary>What this process says.</summary>
    /// <param name="options">How the rank behaves.</param>
    /// <param name="arena">The rank's arena, where it has one.</param>
    public static RankRecord OfThisProcess(CommunicatorOptions options, Local.LocalArena? arena)
    {
        string[] boot = SmallFile.ReadLines("/proc/sys/kernel/random/boot_id");
        return new RankRecord(
            Environment.GetEnvironmentVariable("URMA_HOST_ID") is { Length: > 0 and <= 256 } given ? given : boot.Length > 0 ? boot[0] : Environment.MachineName,
            options.Path,
            options.DirectLength ?? Communicator.DefaultDirectLength,
            CpuAffinity.GetCurrentThread(),
            MemoryBarriers.RegisterSelf(),
            arena?.Descriptor,
            arena?.Token ?? default);
    }

    public byte[] ToArray()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Version);
        writer.Write(Local.LocalLayout.Version);
        writer.Write(Host);
        writer.Write((int)Path);
        writer.Write(DirectLength);
        writer.Write(Processors.Length);
        foreach (int processor in Processors)
        {
            writer.Write(processor);
        }

        writer.Write(HasBarriers);
        writer.Write(Arena is not null);
        if (Arena is { } arena)
        {
            writer.Write(arena.ToArray());
            writer.Write(ArenaToken.Value);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="UrmaException">The bytes are another version's, or no record.</exception>
    public static RankRecord Read(int rank, byte[] source)
    {
        using var reader = new BinaryReader(new MemoryStream(source));
        try
        {
            int version = reader.ReadInt32();
            int layout = reader.ReadInt32();
            if (version != Version || layout != Local.LocalLayout.Version)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"Rank {rank} uses another version of Urma.Net.Collectives (record {version}, layout {layout}; here {Version} and {Local.LocalLayout.Version}).");
            }

            string host = reader.ReadString();
            var path = (CollectivePath)reader.ReadInt32();
            long directLength = reader.ReadInt64();
            int count = reader.ReadInt32();
            if (count is < 0 or > MostProcessors)
            {
                throw new EndOfStreamException();
            }

            int[] processors = new int[count];
            for (int i = 0; i < count; i++)
            {
                processors[i] = reader.ReadInt32();
            }

            bool hasBarriers = reader.ReadBoolean();
            SegmentDescriptor? arena = null;
            Token token = default;
            if (reader.ReadBoolean())
            {
                arena = SegmentDescriptor.Read(reader.ReadBytes(SegmentDescriptor.Size));
                token = new Token(reader.ReadUInt32());
            }

            return new RankRecord(host, path, directLength, processors, hasBarriers, arena, token);
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentException or IOException)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {rank} sent {source.Length} bytes that do not describe a rank.", inner: exception);
        }
    }
}
