using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// What every peer and tool may read of a context and nobody else may write: who it is, which segment grants are current, and
/// its statistics.
/// </summary>
internal sealed unsafe class LoopbackContextPage : IDisposable
{
    public const int EpochsOffset = 4096;
    private const int EpochsPerStep = 1024;
    private const int FabricOffset = 256;
    private const int MaxFabricLength = 1024;

    /// <summary>What peers map; the statistics behind it are for who looks on.</summary>
    public const int PeersLength = EpochsOffset + (LoopbackLayout.MaxSegments * sizeof(uint));

    /// <summary>Bytes of the whole.</summary>
    public static readonly long Length = PeersLength + StatisticsLayout.Length;

    private readonly MemoryFile _file = MemoryFile.Create(
        "urma-context", Length, new MemoryFileOptions { ReadOnlyForOthers = true, ReservedLength = EpochsOffset });
    private readonly SharedMapping _mapping;
    private int _disposed;

    public LoopbackContextPage()
    {
        _mapping = _file.MapShared(writable: true);
        var head = (uint*)_mapping.Pointer;
        head[0] = LoopbackLayout.Magic;
        head[1] = LoopbackLayout.Version;
        head[2] = (uint)Environment.ProcessId;
        Statistics = new StatisticsPage(_mapping.Pointer + PeersLength);
    }

    public int Descriptor => _file.Descriptor;

    public uint* Epochs => (uint*)(_mapping.Pointer + EpochsOffset);

    /// <summary>
    /// Makes sure that the epoch word of a segment can be written, before it is for the first time. Words of segments that a context never has take
    /// neither memory nor the time to clear it.
    /// </summary>
    /// <param name="index">The segment's; every index below it was reserved before.</param>
    /// <exception cref="UrmaException">Memory is short.</exception>
    public void ReserveEpoch(uint index)
    {
        if (index % EpochsPerStep == 0)
        {
            _file.Reserve(EpochsOffset + (index * (long)sizeof(uint)), EpochsPerStep * sizeof(uint));
        }
    }

    /// <summary>What the fabric model says of itself, for whoever looks from outside; null without one. Set once, before anybody reads.</summary>
    public string? Fabric
    {
        get => ReadFabric(_mapping.Pointer);
        set
        {
            var text = new Span<byte>(_mapping.Pointer + FabricOffset, MaxFabricLength);
            text.Clear();
            System.Text.Unicode.Utf8.FromUtf16(value, text[..^1], out _, out _);
        }
    }

    public StatisticsPage Statistics { get; }

    /// <summary>Checks a peer's page: the head only, everything else is read one word at a time.</summary>
    public static void Check(byte* page, string peer)
    {
        var head = (uint*)page;
        if (head[0] != LoopbackLayout.Magic || head[1] != LoopbackLayout.Version)
        {
            throw new UrmaException(
                UrmaStatus.Failed,
                $"{peer} uses shared layout version {head[1]}, this process version {LoopbackLayout.Version}: use the same Urma.Net version on both sides.");
        }
    }

    /// <summary>Reads the statistics of another engine's page, and what it says of its fabric model.</summary>
    /// <param name="descriptor">The page, from an untrusted process; closed here.</param>
    /// <exception cref="UrmaException">It is no such page, or says what cannot be.</exception>
    public static (UrmaStatistics Statistics, string? Fabric) Read(int descriptor)
    {
        using MemoryFile file = MemoryFile.FromPeer(descriptor, Length);
        if (file.UsesHugePages)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "its context page is made of huge pages, which can be missing when touched");
        }

        using SharedMapping mapping = file.MapShared(writable: false);
        Check(mapping.Pointer, "It");
        return (StatisticsReader.Read(mapping.Pointer + PeersLength), ReadFabric(mapping.Pointer));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _mapping.Dispose();
            _file.Dispose();
        }
    }

    // Another process may write anything here, and while it is read.
    private static string? ReadFabric(byte* page)
    {
        byte[] text = new ReadOnlySpan<byte>(page + FabricOffset, MaxFabricLength).ToArray();
        int length = Array.IndexOf(text, (byte)0);
        return length == 0
            ? null
            : string.Concat(System.Text.Encoding.UTF8.GetString(text, 0, length < 0 ? text.Length : length).Where(static c => !char.IsControl(c)));
    }
}
