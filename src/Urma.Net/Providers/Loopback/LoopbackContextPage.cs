using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// What every peer and tool may read of a context and nobody else may write: who it is, which segment grants are current, and
/// its counters.
/// </summary>
internal sealed unsafe class LoopbackContextPage : IDisposable
{
    public const int EpochsOffset = 4096;
    private const int FabricOffset = 256;
    private const int MaxFabricLength = 1024;
    public const int CountersOffset = EpochsOffset + (LoopbackLayout.MaxSegments * sizeof(uint));
    public const int MaxCounters = 1024;
    public const int Length = CountersOffset + (MaxCounters * LoopbackLayout.LineSpacing);

    // Queues are closed rarely, and a page that is never at rest still gives a number, if perhaps not the exact one.
    private const int ReadAttempts = 16;

    private readonly MemoryFile _file = MemoryFile.Create("urma-context", Length, new MemoryFileOptions { ReadOnlyForOthers = true });
    private readonly SharedMapping _mapping;
    private readonly Lock _lock = new();
    private UrmaCounters _last;
    private bool _disposed;

    public LoopbackContextPage()
    {
        _mapping = _file.MapShared(writable: true);
        var head = (uint*)_mapping.Pointer;
        head[0] = LoopbackLayout.Magic;
        head[1] = LoopbackLayout.Version;
        head[2] = (uint)Environment.ProcessId;
        head[3] = MaxCounters;
    }

    public int Descriptor => _file.Descriptor;

    public uint* Epochs => (uint*)(_mapping.Pointer + EpochsOffset);

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

    private QueueCounters* Counters => (QueueCounters*)(_mapping.Pointer + CountersOffset);

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

    /// <summary>A block for a queue's counters; when all are taken the last one is shared and counts approximately.</summary>
    public QueueCounters* TakeCounters()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(UrmaContext));
            for (int i = 0; i < MaxCounters - 1; i++)
            {
                if (Counters[i].InUse == 0)
                {
                    Counters[i].InUse = 1;
                    return Counters + i;
                }
            }

            return Counters + MaxCounters - 1;
        }
    }

    /// <summary>Gives a block back; what it counted stays in the context's totals.</summary>
    public void ReturnCounters(QueueCounters* counters)
    {
        lock (_lock)
        {
            if (_disposed || counters == Counters + MaxCounters - 1)
            {
                return;
            }

            // Odd while numbers move from one block to another, when a reader would count them twice or not at all.
            Interlocked.Increment(ref *Generation(_mapping.Pointer));
            QueueCounters* rest = Counters + MaxCounters - 1;
            rest->Writes += counters->Writes;
            rest->Reads += counters->Reads;
            rest->Sends += counters->Sends;
            rest->Atomics += counters->Atomics;
            rest->Bytes += counters->Bytes;
            rest->Errors += counters->Errors;
            rest->ReceiverNotReady += counters->ReceiverNotReady;
            rest->EngineOperations += counters->EngineOperations;
            *counters = default;
            Interlocked.Increment(ref *Generation(_mapping.Pointer));
        }
    }

    /// <summary>Adds up this page's counters; after <see cref="Dispose"/>, what they were then.</summary>
    public UrmaCounters Read()
    {
        lock (_lock)
        {
            return _disposed ? _last : Sum(_mapping.Pointer);
        }
    }

    /// <summary>Adds up the counters of another engine's page, and reads what it says of its fabric model.</summary>
    /// <param name="descriptor">The page, from an untrusted process; closed here.</param>
    /// <exception cref="UrmaException">It is no such page.</exception>
    public static (UrmaCounters Counters, string? Fabric) Read(int descriptor)
    {
        using MemoryFile file = MemoryFile.FromPeer(descriptor, Length);
        if (file.UsesHugePages)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "its context page is made of huge pages, which can be missing when touched");
        }

        using SharedMapping mapping = file.MapShared(writable: false);
        Check(mapping.Pointer, "It");
        return (Sum(mapping.Pointer), ReadFabric(mapping.Pointer));
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _last = Sum(_mapping.Pointer) with { OpenQueues = 0 };
                _disposed = true;
                _mapping.Dispose();
                _file.Dispose();
            }
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

    private static uint* Generation(byte* page) => (uint*)page + 4;

    private static UrmaCounters Sum(byte* page)
    {
        UrmaCounters sum = default;
        for (int i = 0; i < ReadAttempts; i++)
        {
            uint before = Volatile.Read(ref *Generation(page));
            sum = SumOnce((QueueCounters*)(page + CountersOffset));
            if ((before & 1) == 0 && Volatile.Read(ref *Generation(page)) == before)
            {
                break;
            }

            Thread.Yield();
        }

        return sum;
    }

    private static UrmaCounters SumOnce(QueueCounters* counters)
    {
        long writes = 0, reads = 0, sends = 0, atomics = 0, bytes = 0, errors = 0, notReady = 0, engine = 0, open = 0;
        for (QueueCounters* queue = counters; queue < counters + MaxCounters; queue++)
        {
            writes += Volatile.Read(ref queue->Writes);
            reads += Volatile.Read(ref queue->Reads);
            sends += Volatile.Read(ref queue->Sends);
            atomics += Volatile.Read(ref queue->Atomics);
            bytes += Volatile.Read(ref queue->Bytes);
            errors += Volatile.Read(ref queue->Errors);
            notReady += Volatile.Read(ref queue->ReceiverNotReady);
            engine += Volatile.Read(ref queue->EngineOperations);
            open += Volatile.Read(ref queue->InUse);
        }

        return new UrmaCounters
        {
            Writes = writes,
            Reads = reads,
            Sends = sends,
            Atomics = atomics,
            Bytes = bytes,
            Errors = errors,
            ReceiverNotReady = notReady,
            EngineOperations = engine,
            OpenQueues = open,
        };
    }
}
