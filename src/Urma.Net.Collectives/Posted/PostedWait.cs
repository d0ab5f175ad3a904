using System.Runtime.InteropServices;
using Urma.Net.Collectives.Local;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Posted;

/// <summary>
/// How a rank passes the time until something arrives: looks, lets others run, then naps. A device that writes into memory wakes nobody, so naps
/// are short and grow with the time that nothing came, up to a millisecond.
/// </summary>
/// <remarks>One thread at a time waits; <see cref="Interrupt"/> may be called by any.</remarks>
internal sealed unsafe class PostedWait : IDisposable
{
    private const int EagerLooks = 64;

    // About 20 µs: a message over a fast link takes less, and a nap costs as much.
    private const int PausedLooks = 1024;

    // With more ranks than processors the one waited for needs this processor.
    private const int CrowdedLooks = 16;

    private const int Yields = 64;
    private const int CrowdedYields = 2048;
    private const int PollInterval = 32;
    private const long ShortestNap = 20_000;
    private const long LongestNap = 1_000_000;

    private readonly IWaitOwner _owner;
    private readonly long _timeoutMilliseconds;
    private readonly int _looks;
    private readonly int _yields;
    private readonly int* _interrupted;
    private int _idle;
    private long _nap;
    private long _deadline;
    private volatile int _peer = -1;

    /// <param name="owner">Who is asked whether waiting still makes sense.</param>
    /// <param name="crowded">Whether there are more ranks than processors.</param>
    /// <param name="timeout">How long nothing may come.</param>
    public PostedWait(IWaitOwner owner, bool crowded, TimeSpan timeout)
    {
        _owner = owner;
        _timeoutMilliseconds = (long)timeout.TotalMilliseconds;
        _looks = EagerLooks + (crowded ? CrowdedLooks : PausedLooks);
        _yields = _looks + (crowded ? CrowdedYields : Yields);
        _interrupted = (int*)NativeMemory.AllocZeroed(sizeof(int));
    }

    /// <summary>The rank that is waited for now; -1 for none.</summary>
    public int Peer => _peer;

    /// <summary>Whether the last pause was one of those that take long, so that more may be looked at than what is waited for.</summary>
    public bool IsPatient => _idle > _yields;

    /// <summary>Something came.</summary>
    public void Reset()
    {
        _idle = 0;
        _peer = -1;
    }

    /// <summary>Nothing came.</summary>
    /// <param name="port">What to poll meanwhile.</param>
    /// <param name="peer">The rank that is waited for, of several the first.</param>
    /// <param name="ways">Where there are several: for each message that could go on, twice the rank, or one more.</param>
    /// <exception cref="CollectiveException">The communicator failed, or the time is over.</exception>
    public void Pause(PostedPort port, int peer, ReadOnlySpan<int> ways = default)
    {
        int idle = ++_idle;
        if (idle <= EagerLooks)
        {
            return;
        }

        if (idle % PollInterval == 0)
        {
            _ = port.Poll();
            _owner.ThrowIfFaulted();
        }

        if (idle <= _looks)
        {
            Thread.SpinWait(1);
        }
        else if (idle <= _yields)
        {
            if (_peer < 0)
            {
                _peer = peer;
                _nap = ShortestNap;
                _deadline = Environment.TickCount64 + _timeoutMilliseconds;
            }

            Thread.Yield();
        }
        else
        {
            _idle = _yields + 1;
            Nap(port, peer, ways);
        }
    }

    private void Nap(PostedPort port, int peer, ReadOnlySpan<int> ways)
    {
        _ = port.Poll();
        _owner.ThrowIfFaulted();
        if (Environment.TickCount64 >= _deadline)
        {
            _owner.ThrowTimedOut([peer, .. PeersOf(ways)]);
        }

        _peer = peer;
        _ = Futex.Wait(_interrupted, 0, _nap);
        _nap = Math.Min(_nap * 2, LongestNap);
    }

    private static int[] PeersOf(ReadOnlySpan<int> ways)
    {
        int[] peers = new int[ways.Length];
        for (int i = 0; i < peers.Length; i++)
        {
            peers[i] = ways[i] / 2;
        }

        return peers;
    }

    /// <summary>Wakes whoever naps, because the communicator failed.</summary>
    public void Interrupt()
    {
        Volatile.Write(ref *_interrupted, 1);
        _ = Futex.Wake(_interrupted, int.MaxValue);
    }

    public void Dispose() => NativeMemory.Free(_interrupted);
}
