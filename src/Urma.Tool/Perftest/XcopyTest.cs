using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Perftest;

/// <summary>
/// Copies from this process's memory to the peer's by global address: one call for each, or one for a batch of them to places in
/// random order. Beside it the same copies through the mapped pointers, where there are any, and, for batches, by single calls.
/// </summary>
internal sealed unsafe class XcopyTest : PerfTest
{
    private readonly GlobalMemory _global;
    private readonly XcopyItem[] _items;
    private readonly GlobalAddress[] _destinations;
    private readonly GlobalAddress[] _sources;
    private readonly GlobalMemoryStatus[] _results;

    public XcopyTest(Endpoint endpoint)
        : base(endpoint)
    {
        int count = endpoint.Setup.PostList;
        _global = endpoint.Context.Global;
        _results = new GlobalMemoryStatus[count];
        _items = new XcopyItem[count];
        _destinations = new GlobalAddress[count];
        _sources = new GlobalAddress[count];
        for (int i = 0; i < count; i++)
        {
            FillPattern(i * endpoint.Stride, (byte)i);
        }

        // Only the initiator has the other end's memory by now, and only it copies.
        if (endpoint.Remote is { } remote)
        {
            int[] order = [.. Enumerable.Range(0, count)];
            new Random(count).Shuffle(order);
            for (int i = 0; i < count; i++)
            {
                long offset = order[i] * endpoint.Stride;
                _destinations[i] = remote.GlobalAddress + endpoint.Landing + offset;
                _sources[i] = endpoint.Memory.GlobalAddress + offset;
                _items[i] = new XcopyItem(_destinations[i], _sources[i], Size);
            }
        }
    }

    public override bool NeedsAnswer => false;

    public override IReadOnlyList<string> References => (IsMapped, IsBatch) switch
    {
        (true, true) => ["Copies by pointer", "Single calls"],
        (true, false) => ["Copies by pointer"],
        (false, true) => ["Single calls"],
        (false, false) => [],
    };

    private bool IsMapped => Endpoint.Context.Capabilities.SupportsMapping;

    private bool IsBatch => _items.Length > 1;

    public override long Initiate(ulong start, long iterations)
    {
        long begin = Stopwatch.GetTimestamp();
        if (IsBatch)
        {
            Batches(iterations / _items.Length);
        }
        else
        {
            Singles(iterations);
        }

        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }

    public override long InitiateReference(int reference, long iterations)
    {
        long begin = Stopwatch.GetTimestamp();
        if (reference == 0 && IsMapped)
        {
            Pointers(iterations);
        }
        else
        {
            Singles(iterations);
        }

        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }

    public override void Sample(ulong start, Span<long> samples)
    {
        long before = Stopwatch.GetTimestamp();
        foreach (ref long sample in samples)
        {
            _global.Xcopy(_destinations[0], _sources[0], Size);
            long after = Stopwatch.GetTimestamp();
            sample = Clock.ToNanoseconds(after - before);
            before = after;
        }
    }

    public override ulong Checksum() => Fnv.Hash(Endpoint.Memory, Endpoint.Landing, _items.Length * Endpoint.Stride);

    public override void Verify(ulong operations, ulong peerChecksum)
    {
        if (Fnv.Hash(Endpoint.Memory, 0, _items.Length * Endpoint.Stride) != peerChecksum)
        {
            throw WrongData("the peer's memory differs from what was copied there.");
        }
    }

    // Loops of their own, so that each is compiled for itself.
    private void Batches(long batches)
    {
        for (long i = 0; i < batches; i++)
        {
            if (_global.XcopyBatch(_items, _results) != 0)
            {
                throw WrongData($"a copy of a batch ended with {_results.First(static r => r != GlobalMemoryStatus.Success)}.");
            }
        }
    }

    private void Singles(long copies)
    {
        int next = 0;
        for (long i = 0; i < copies; i++)
        {
            _global.Xcopy(_destinations[next], _sources[next], Size);
            next = next + 1 == _sources.Length ? 0 : next + 1;
        }
    }

    private void Pointers(long copies)
    {
        using SegmentView view = Endpoint.Remote.Map();
        byte* remote = (byte*)view.Address;
        nint toRemote = (nint)remote - (nint)Endpoint.Remote.GlobalAddress.VirtualAddress;
        int next = 0;
        for (long i = 0; i < copies; i++)
        {
            byte* destination = (byte*)((nint)_destinations[next].VirtualAddress + toRemote);
            byte* source = (byte*)_sources[next].VirtualAddress;
            if (Size == sizeof(ulong))
            {
                Volatile.Write(ref *(ulong*)destination, Unsafe.ReadUnaligned<ulong>(source));
            }
            else
            {
                Buffer.MemoryCopy(source, destination, Size, Size);
            }

            next = next + 1 == _sources.Length ? 0 : next + 1;
        }
    }
}
