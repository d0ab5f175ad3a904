using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Collectives.Local;
using Urma.Net.Collectives.Reductions;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Posted;

/// <summary>
/// Messages that move together, chunk by chunk, each as far as its link and the flow it follows allow. Algorithms are lists of such flows:
/// what a rank passes on follows what it receives, so that long vectors are under way on all links at once.
/// </summary>
/// <remarks>Flows between the same two ranks in the same direction go one after the other, in the order they were added.</remarks>
internal sealed unsafe class PostedSchedule : IDisposable
{
    private readonly PostedPort _port;
    private readonly PostedWait _wait;
    private readonly IWaitOwner _owner;
    private readonly int _size;
    private readonly int _chunkBytes;
    private readonly byte* _scaled;

    // By peer and direction: the flow that moves and the last one that was added; -1 for none.
    private readonly int[] _heads;
    private readonly int[] _tails;

    // Those that have a head.
    private readonly int[] _active;
    private PostedFlow[] _flows = new PostedFlow[64];
    private int _count;
    private int _activeCount;
    private CollectiveCall _call;
    private int[] _members = [];
    private ulong _mark;

    // Number and signature of the operation; 0 for sends and receives.
    private ulong _step;
    private ulong _toldStep;
    private int _toldPeer;

    public PostedSchedule(PostedPort port, PostedWait wait, IWaitOwner owner, int size)
    {
        (_port, _wait, _owner, _size) = (port, wait, owner, size);
        _chunkBytes = port.Layout.ChunkBytes;
        _heads = new int[2 * size];
        _tails = new int[2 * size];
        _active = new int[2 * size];
        Array.Fill(_heads, -1);
        _scaled = (byte*)NativeMemory.AlignedAlloc((nuint)_chunkBytes, 64);
    }

    /// <summary>What the flows that follow belong to.</summary>
    /// <param name="call">The call; its reduction is what flows are combined by.</param>
    /// <param name="operation">Which operation of the communicator it is; 0 for a send or receive.</param>
    /// <param name="signature">What all ranks must agree on.</param>
    /// <param name="members">By the numbers that flows are added with: ranks of the communicator.</param>
    public void Begin(in CollectiveCall call, uint operation, uint signature, int[] members)
    {
        (_call, _members) = (call, members);
        (_step, _mark) = NumbersOf(operation, signature);
    }

    // What is under way at a time lies close together, so that a part of the number tells it.
    private static (ulong Step, ulong Mark) NumbersOf(uint operation, uint signature) => operation == 0
        ? (0, Mark(signature, 0))
        : (((ulong)signature << 32) | operation, Mark(signature, (ushort)((operation % ushort.MaxValue) + 1)));

    /// <summary>Adds a message to a rank.</summary>
    /// <returns>Its number, for those that follow it.</returns>
    public int Send(int peer, byte* source, long bytes, int after = -1, bool scales = false) => Add(new PostedFlow
    {
        IsSend = true,
        Peer = peer,
        Buffer = source,
        Bytes = bytes,
        After = after,
        ScalesFirst = scales,
        Mark = _mark,
    });

    /// <summary>Adds a message from a rank.</summary>
    public int Receive(int peer, byte* destination, long bytes, int after = -1) => Add(new PostedFlow
    {
        Peer = peer,
        Buffer = destination,
        Bytes = bytes,
        After = after,
        Mark = _mark,
    });

    /// <summary>Adds a flow of another form; its mark is the call's unless it has one.</summary>
    public int Add(PostedFlow flow)
    {
        if (_count == _flows.Length)
        {
            Array.Resize(ref _flows, _count * 2);
        }

        flow.Next = -1;
        flow.Peer = _members[flow.Peer];
        flow.Mark = flow.Mark == 0 ? _mark : flow.Mark;
        int number = _count++;
        _flows[number] = flow;
        int way = (2 * flow.Peer) + (flow.IsSend ? 1 : 0);
        if (_heads[way] < 0)
        {
            _heads[way] = number;
            _active[_activeCount++] = way;
        }
        else
        {
            _flows[_tails[way]].Next = number;
        }

        _tails[way] = number;
        return number;
    }

    /// <summary>The mark of messages of the call that also agree on something between two ranks.</summary>
    public ulong MarkWith(long count) => _mark ^ ((ulong)count * 0x9E3779B97F4A7C15 & 0xFFFF_FFFF_0000_0000);

    /// <summary>A mark for the flags of chunks.</summary>
    public static ulong Mark(uint signature, ushort operation) => ((ulong)signature << 32) | ((ulong)operation << 16);

    /// <summary>Moves everything that was added. What was sent is the caller's again; it may still be on its way.</summary>
    public void Run()
    {
        while (IsUnderWay)
        {
            if (!Advance())
            {
                Pause();
            }
        }
    }

    /// <summary>Whether something that was added is not done.</summary>
    public bool IsUnderWay => _activeCount > 0;

    /// <summary>Moves what can be moved without waiting.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Advance()
    {
        bool moved = AdvanceAll();
        if (moved)
        {
            _wait.Reset();
        }

        if (!IsUnderWay)
        {
            _count = 0;
        }

        return moved;
    }

    /// <summary>Lets some time pass, as <see cref="PostedWait.Pause"/>, while something is under way.</summary>
    public void Pause()
    {
        int peer = _active[0] / 2;
        _wait.Pause(_port, peer, _active.AsSpan(0, _activeCount));
        if (_wait.IsPatient && _step != 0)
        {
            LookForStrangers(peer);
        }
    }

    private bool AdvanceAll()
    {
        bool moved = false;
        for (int i = 0; i < _activeCount; i++)
        {
            int way = _active[i];
            PostedLink link = _port.Link(way / 2);
            ref PostedFlow flow = ref _flows[_heads[way]];
            while (flow.IsSend ? TrySend(link, ref flow) : TryReceive(link, ref flow))
            {
                moved = true;
                if (!flow.IsDone)
                {
                    continue;
                }

                int next = flow.Next;
                _heads[way] = next;
                if (next < 0)
                {
                    _active[i--] = _active[--_activeCount];
                    break;
                }

                flow = ref _flows[next];
            }
        }

        return moved;
    }

    private bool TrySend(PostedLink link, ref PostedFlow flow)
    {
        int length = (int)Math.Min(_chunkBytes, flow.Bytes - flow.Moved);
        if (!MayMove(flow, length) || !_port.CanSend(link))
        {
            return false;
        }

        if (length > 0)
        {
            byte* source = flow.Buffer + flow.Moved;
            if (flow.ScalesFirst)
            {
                LocalGroup.Scale(_call, _port.NextPlace(), source, length);
            }
            else
            {
                CopyKernel.Copy(_port.NextPlace(), source, length);
            }
        }

        _port.Send(link, flow.Mark, length);
        Move(ref flow, length);
        return true;
    }

    private bool TryReceive(PostedLink link, ref PostedFlow flow)
    {
        if (!_port.HasArrived(link, out ulong mark))
        {
            return false;
        }

        if (mark != flow.Mark)
        {
            _owner.ThrowMismatch(link.Peer);
        }

        int length = (int)Math.Min(_chunkBytes, flow.Bytes - flow.Moved);
        if (!MayMove(flow, length))
        {
            return false;
        }

        if (length > 0)
        {
            byte* arrived = _port.Arrived(link);
            if (flow.IsCombining)
            {
                Combine(flow, arrived, length);
            }
            else
            {
                CopyKernel.Copy(flow.Buffer + flow.Moved, arrived, length);
            }
        }

        _port.Take(link);
        Move(ref flow, length);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MayMove(in PostedFlow flow, int length)
    {
        if (flow.After < 0)
        {
            return true;
        }

        ref readonly PostedFlow after = ref _flows[flow.After];
        return after.IsDone || (length > 0 && after.Moved >= flow.Moved + length);
    }

    private static void Move(ref PostedFlow flow, int length)
    {
        flow.Moved += length;
        flow.IsDone = flow.Moved == flow.Bytes;
    }

    private void Combine(in PostedFlow flow, byte* arrived, int length)
    {
        nint* sources = stackalloc nint[3];
        int count = 0;
        if (flow.First != null)
        {
            sources[count++] = (nint)Operand(flow.First + flow.Moved, length, flow.ScalesFirst);
        }

        sources[count++] = (nint)arrived;
        if (flow.Last != null)
        {
            sources[count++] = (nint)Operand(flow.Last + flow.Moved, length, flow.ScalesLast);
        }

        ReductionScale scale = flow.IsFinal && _call.Reduction!.Kind == ReductionKind.Average ? ReductionScale.Divide((double)_size / Math.Max(1, _call.HostDivisor)) : default;
        ReductionKernels.Reduce(
            flow.Buffer + flow.Moved, new ReadOnlySpan<nint>(sources, count), length / DataTypes.SizeOf(_call.Type), _call.Type, _call.Reduction!, scale);
    }

    private byte* Operand(byte* source, int length, bool scales)
    {
        if (!scales)
        {
            return source;
        }

        LocalGroup.Scale(_call, _scaled, source, length);
        return _scaled;
    }

    // A rank that carries out something else under the same number may wait for this one, which waits for another: nobody's chunk would
    // ever meet its flow. Two that wait for each other have nothing but what they say of it.
    private void LookForStrangers(int waitedFor)
    {
        if (_toldStep != _step || _toldPeer != waitedFor)
        {
            (_toldStep, _toldPeer) = (_step, waitedFor);
            _port.TellWaiting(_port.Link(waitedFor), _step);
        }

        LookForStrangers(_step, _mark);
    }

    /// <summary>Looks for ranks that carry out something else under a number than this one, which does not wait for them here.</summary>
    /// <param name="operation">The number of the operation; not 0.</param>
    /// <param name="signature">The signature of its call.</param>
    public void LookForStrangers(uint operation, uint signature)
    {
        (ulong step, ulong mark) = NumbersOf(operation, signature);
        LookForStrangers(step, mark);
    }

    private void LookForStrangers(ulong step, ulong own)
    {
        for (int peer = 0; peer < _size; peer++)
        {
            ulong waiting = _port.WaitingOf(peer);
            bool isStranger = (uint)waiting == (uint)step && waiting != step;
            if (isStranger || (_port.HasArrived(_port.Link(peer), out ulong mark) && IsDue(mark, own) && mark != own && !IsExpected(mark)))
            {
                _owner.ThrowMismatch(peer);
            }
        }
    }

    // Of this operation, or of one before, which this rank has done without it; numbers begin anew behind the greatest.
    private static bool IsDue(ulong mark, ulong own)
    {
        int operation = (ushort)(mark >> 16);
        int before = (ushort)(own >> 16) - operation;
        return operation != 0 && (before < 0 ? before + ushort.MaxValue : before) <= ushort.MaxValue / 2;
    }

    private bool IsExpected(ulong mark)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_flows[i].Mark == mark)
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose() => NativeMemory.AlignedFree(_scaled);
}
