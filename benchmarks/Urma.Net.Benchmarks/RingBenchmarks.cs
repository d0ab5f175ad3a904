using BenchmarkDotNet.Attributes;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Benchmarks;

/// <summary>A ring of completions by itself, as a send queue fills it and a JFC empties it.</summary>
public unsafe class RingBenchmarks
{
    // So many entries share the cost of the loop's entry; they fit the first cache.
    private const int Entries = 64;

    private LoopbackDoorbell _doorbell = null!;
    private PrivateRing _ring = null!;
    private PrivateRing _full = null!;
    private LaneEntry[] _raw = null!;

    [GlobalSetup]
    public void Setup()
    {
        _doorbell = LoopbackDoorbell.Create();
        _ring = new PrivateRing(Entries, _doorbell, null);
        _full = new PrivateRing(Entries, _doorbell, null);
        Fill(_full);
        _raw = GC.AllocateArray<LaneEntry>(Entries + 1, pinned: true);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _full.Free();
        _ring.Free();
        _doorbell.Dispose();
    }

    /// <summary>The yardstick: the stores and loads that any such ring needs.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Entries)]
    public ulong RawRing()
    {
        fixed (LaneEntry* entries = _raw)
        {
            for (uint i = 0; i < Entries; i++)
            {
                entries[i].Value = i;
                entries[i].Result = i;
                Volatile.Write(ref entries[i].Sequence, i + 1);
            }

            ulong sum = 0;
            for (uint i = 0; i < Entries && Volatile.Read(ref entries[i].Sequence) == i + 1; i++)
            {
                sum += entries[i].Value + entries[i].Result;
            }

            return sum;
        }
    }

    [Benchmark(OperationsPerInvoke = Entries)]
    public void Enqueue()
    {
        Fill(_ring);
        _ring.Taken += Entries;
    }

    [Benchmark(OperationsPerInvoke = Entries)]
    public ulong Dequeue()
    {
        ulong sum = Drain(_full);

        // What was read still lies there: it counts as new.
        _full.Taken -= Entries;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Entries)]
    public ulong EnqueueDequeue()
    {
        Fill(_ring);
        return Drain(_ring);
    }

    private static void Fill(PrivateRing ring)
    {
        for (uint i = 0; i < Entries && ring.HasRoom(0); i++)
        {
            ring.Push(i, 8, CompletionStatus.Success, CompletionFlags.None, (byte)Opcode.Write);
        }
    }

    private static ulong Drain(PrivateRing ring)
    {
        ulong sum = 0;
        uint taken = 0;
        for (; taken < Entries && ring.HasEntry; taken++)
        {
            if (ring.Take(ring.Entries + (ring.Taken & ring.Mask), out Completion completion))
            {
                sum += completion.UserContext;
            }
        }

        return taken == Entries ? sum : throw new InvalidOperationException($"The ring held {taken} entries instead of {Entries}.");
    }
}
