using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Local;

/// <summary>
/// Ranks of one host whose arenas all have mapped. Every operation is a number of <i>steps</i>, the same at all ranks: a rank publishes what others
/// need beside or behind its flag of the step, waits for the flags of those it needs, and tells in its progress word that the step is done.
/// </summary>
/// <remarks>
/// A slot is used again some steps later, when all ranks are known to have completed its last use; a step in which everybody waits for
/// everybody proves that for the step before it, so such steps never wait for progress.
/// </remarks>
internal sealed unsafe partial class LocalGroup : CollectiveEngine
{
    private readonly LocalArena _arena;
    private readonly LocalLayout _layout;
    private readonly LocalWait _wait;
    private readonly IWaitOwner _owner;
    private readonly RegisteredBuffers _buffers;
    private readonly RemoteBuffers _remote;
    private readonly byte** _arenas;
    private readonly byte* _own;
    private readonly nint* _sources;
    private readonly byte* _scratch;
    private readonly int _rank;
    private readonly int _size;
    private readonly long _directLength;

    private uint _step;

    // Of all operations so far: what the flags of the one under way carry.
    private uint _signature;

    // All ranks are known to have completed it.
    private uint _allCompleted;

    public LocalGroup(LocalGroupSetup setup)
    {
        (_arena, _owner, _buffers) = (setup.Arena, setup.Owner, setup.Buffers);
        (_rank, _size) = (setup.Rank, setup.Members.Length);
        _announced = new Announcement[_size];
        _layout = _arena.Layout;
        _arenas = _arena.Arenas;
        _own = _arena.Own;
        _directLength = setup.DirectLength;
        _remote = new RemoteBuffers(setup.Context, _arena, setup.Members);
        _wait = new LocalWait(_owner, _arenas, _rank, _size, setup.IsCrowded, setup.NeedsFences, setup.Timeout);
        _sources = (nint*)NativeMemory.AllocZeroed((nuint)_size, (nuint)sizeof(nint));
        _scratch = (byte*)NativeMemory.AlignedAlloc(LocalLayout.StagingBytes, LocalLayout.Spacing);
        _sends = new nint[_size];
        _receives = new nint[_size];
        _destinations = new nint[_size];
        _sent = new uint[_size];
        _received = new uint[_size];
        _open = new int[2 * _size];
        _met = new uint[2 * _size];
        _raised = new uint[_size * LocalLayout.SignalsPerRank];
        _awaited = new uint[_size * LocalLayout.SignalsPerRank];
    }

    public override int WaitedFor => _wait.Peer;

    public override bool MapsBuffers => true;

    public override void Interrupt() => _wait.Interrupt();

    public override void Run(in CollectiveCall call)
    {
        if (call.Kind == CollectiveKind.None)
        {
            return;
        }

        Note(call.Signature);
        RunPart(call);
    }

    /// <summary>An operation begins. Ranks that once did something else never agree again, though nobody listened then.</summary>
    public void Note(uint signature) => _signature = (_signature * 0x9E3779B1) + signature;

    /// <summary>Carries out all of the operation that was noted last, or what this host does for it.</summary>
    public void RunPart(in CollectiveCall call)
    {
        if (_size == 1)
        {
            RunAlone(call);
            return;
        }

        if (LongestTransfer(call) >= _directLength && !IsScaled(call) && TryRunDirect(call))
        {
            return;
        }

        RunStaged(call);
    }

    // A slot may be written again when its last readers are done.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint NextStep(long length)
    {
        uint step = ++_step;
        uint depth = length <= LocalLayout.InlineBytes ? LocalLayout.Depth : (uint)LocalLayout.StagingDepth;
        if ((int)(_allCompleted - (step - depth)) < 0)
        {
            // Half of the way at once, or every step would have to fetch the line in which the other tells how far it is.
            AwaitCompleted(step - (depth / 2));
        }

        return step;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AwaitCompleted(uint least)
    {
        uint lowest = _step;
        for (int rank = 0; rank < _size; rank++)
        {
            if (rank == _rank)
            {
                continue;
            }

            uint* progress = (uint*)(_arenas[rank] + LocalLayout.ProgressAt);
            if ((int)(Volatile.Read(ref *progress) - least) < 0)
            {
                _wait.Until(new ProgressCondition(progress, least, rank));
            }

            uint seen = Volatile.Read(ref *progress);
            lowest = (int)(seen - lowest) < 0 ? seen : lowest;
        }

        _allCompleted = lowest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Complete(uint step)
    {
        Volatile.Write(ref *(uint*)(_own + LocalLayout.ProgressAt), step);
        _wait.WakeOthers();
    }

    private static ulong Flag(uint step, uint signature) => ((ulong)signature << 32) | step;

    /// <summary>Puts bytes where the others look for them and raises this rank's flag of the step.</summary>
    private void Publish(uint step, uint signature, byte* source, long length)
    {
        byte* line = _own + LocalLayout.Flags(step);
        if (length > LocalLayout.InlineBytes)
        {
            CopyKernel.Copy(_own + LocalLayout.Staging(step), source, length);
        }
        else
        {
            CopyInline(line + sizeof(ulong), source, length);
        }

        Raise(line, Flag(step, signature), length);
    }

    // Both lines of a pair carry the flag, so each can be believed as soon as it is there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Raise(byte* line, ulong flag, long length)
    {
        if (IsInSecondLine(length))
        {
            Volatile.Write(ref *(ulong*)(line + LocalLayout.Spacing - sizeof(ulong)), flag);
        }

        Volatile.Write(ref *(ulong*)line, flag);
        _wait.WakeOthers();
    }

    private static bool IsInSecondLine(long length) => length is > (LocalLayout.Spacing / 2) - sizeof(ulong) and <= LocalLayout.InlineBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyInline(byte* destination, byte* source, long length)
    {
        if (length == sizeof(ulong))
        {
            Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<ulong>(source));
        }
        else if (length == sizeof(uint))
        {
            Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<uint>(source));
        }
        else if (length > 0)
        {
            Unsafe.CopyBlockUnaligned(destination, source, (uint)length);
        }
    }

    /// <summary>Waits for a rank's flag of the step.</summary>
    /// <returns>The bytes it published.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Await(int rank, uint step, uint signature, long length)
    {
        byte* line = _arenas[rank] + LocalLayout.Flags(step);
        ulong flag = Flag(step, signature);
        AwaitFlag((ulong*)line, flag, rank);
        if (length > LocalLayout.InlineBytes)
        {
            return _arenas[rank] + LocalLayout.Staging(step);
        }

        if (IsInSecondLine(length))
        {
            AwaitFlag((ulong*)(line + LocalLayout.Spacing - sizeof(ulong)), flag, rank);
        }

        return line + sizeof(ulong);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AwaitFlag(ulong* flag, ulong expected, int rank)
    {
        if (Volatile.Read(ref *flag) != expected)
        {
            _wait.Until(new FlagCondition(flag, expected, rank));
        }
    }

    /// <summary>
    /// Waits for the flags of all others, which proves that the step before is completed everywhere, and makes what they published, and the
    /// own contribution, the <see cref="_sources"/>.
    /// </summary>
    private void AwaitAll(uint step, uint signature, byte* own, long length)
    {
        for (int rank = 0; rank < _size; rank++)
        {
            _sources[rank] = rank == _rank ? (nint)own : (nint)Await(rank, step, signature, length);
        }

        _allCompleted = step - 1;
    }

    public override void Dispose()
    {
        _remote.Dispose();
        _arena.Dispose();
        NativeMemory.Free(_sources);
        NativeMemory.AlignedFree(_scratch);
    }
}
