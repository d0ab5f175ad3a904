using System.Reflection;
using Urma.Net.Internal;

namespace Urma.Net.Collectives;

/// <summary>What a rank tells the others of itself when they join.</summary>
/// <param name="Host">Which host it counts itself to.</param>
/// <param name="Machine">Which machine it runs on, whatever it counts itself to.</param>
/// <param name="Path">The way it was told to take.</param>
/// <param name="DirectLength">From how many bytes on it reaches into others' buffers.</param>
/// <param name="Processors">The processors that the joining thread may run on.</param>
/// <param name="HasBarriers">Whether the kernel's barriers reach it.</param>
/// <param name="Maps">Whether its provider maps memory of others.</param>
internal sealed record RankRecord(
    string Host,
    string Machine,
    CollectivePath Path,
    long DirectLength,
    int[] Processors,
    bool HasBarriers,
    bool Maps)
{
    private const int Version = 4;
    private const int LongestName = 256;
    private const int MostProcessors = 8192;

    /// <summary>
    /// The version that was built, with the revision where there is one. Which parts an operation has, and from which lengths on, follows from nothing that ranks say:
    /// those of another revision may take one's blocks for something else.
    /// </summary>
    internal static string Build { get; } =
        typeof(RankRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? string.Empty;

    /// <summary>What this process says.</summary>
    /// <param name="options">How the rank behaves.</param>
    /// <param name="maps">Whether its provider maps memory of others.</param>
    public static RankRecord OfThisProcess(CommunicatorOptions options, bool maps)
    {
        string[] boot = SmallFile.ReadLines("/proc/sys/kernel/random/boot_id");
        string machine = boot.Length > 0 ? boot[0] : Environment.MachineName;
        string? given = options.Host ?? Environment.GetEnvironmentVariable("URMA_HOST_ID");
        return new RankRecord(
            given is { Length: > 0 and <= LongestName } ? given : machine,
            machine,
            options.Path,
            options.DirectLength ?? Communicator.DefaultDirectLength,
            CpuAffinity.GetCurrentThread(),
            MemoryBarriers.RegisterSelf(),
            maps);
    }

    public byte[] ToArray()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Version);
        writer.Write(Local.LocalLayout.Version);
        writer.Write(Build);
        writer.Write(Host);
        writer.Write(Machine);
        writer.Write((int)Path);
        writer.Write(DirectLength);
        writer.Write(Processors.Length);
        foreach (int processor in Processors)
        {
            writer.Write(processor);
        }

        writer.Write(HasBarriers);
        writer.Write(Maps);
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

            string build = reader.ReadString();
            if (build != Build)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument, $"Rank {rank} uses another build of Urma.Net.Collectives ({build}; here {Build}): give all ranks the same.");
            }

            string host = reader.ReadString();
            string machine = reader.ReadString();
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

            return new RankRecord(host, machine, path, directLength, processors, reader.ReadBoolean(), reader.ReadBoolean());
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentException or IOException)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {rank} sent {source.Length} bytes that do not describe a rank.", inner: exception);
        }
    }
}
