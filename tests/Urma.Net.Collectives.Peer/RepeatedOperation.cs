using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Peer;

/// <summary>One operation that all ranks carry out again and again. In those of messages rank 1 is the one that all others wait for.</summary>
internal sealed unsafe class RepeatedOperation : IDisposable
{
    private const int Root = 0;
    private const int Middle = 1;

    private readonly Communicator _communicator;
    private readonly string _name;
    private readonly int _count;
    private readonly float* _send;
    private readonly float* _receive;
    private readonly long[] _counts;
    private readonly long[] _displacements;
    private readonly RegisteredMemory? _memory;
    private readonly CollectiveWindow? _window;

    public RepeatedOperation(Communicator communicator, string name, int count)
    {
        (_communicator, _name, _count) = (communicator, name, count);
        _send = (float*)NativeMemory.AllocZeroed((nuint)(count * Size), sizeof(float));
        _receive = (float*)NativeMemory.AllocZeroed((nuint)(count * Size), sizeof(float));
        _counts = [.. Enumerable.Repeat((long)count, Size)];
        _displacements = [.. Enumerable.Range(0, Size).Select(rank => (long)rank * count)];
        if (name == "PutSignal")
        {
            _memory = communicator.Allocate(sizeof(float) * (long)count);
            _window = communicator.RegisterWindow(_memory);
        }
    }

    private int Rank => _communicator.Rank;

    private int Size => _communicator.Size;

    private bool IsRoot => Rank == Root;

    private ReadOnlySpan<float> Own => new(_send, _count);

    private ReadOnlySpan<float> OwnForAll => new(_send, _count * Size);

    private Span<float> One => new(_receive, _count);

    private Span<float> All => new(_receive, _count * Size);

    public void Run()
    {
        switch (_name)
        {
            case "AllReduce":
                _communicator.AllReduce(Own, One, Reduction.Sum);
                break;
            case "Reduce":
                _communicator.Reduce(Own, IsRoot ? One : [], Reduction.Sum, Root);
                break;
            case "Broadcast":
                _communicator.Broadcast(IsRoot ? Own : [], One, Root);
                break;
            case "AllGather":
                _communicator.AllGather(Own, All);
                break;
            case "ReduceScatter":
                _communicator.ReduceScatter(OwnForAll, One, Reduction.Sum);
                break;
            case "AllToAll":
                _communicator.AllToAll(OwnForAll, All);
                break;
            case "AllToAllV":
                _communicator.AllToAllV(OwnForAll, _counts, _displacements, All, _counts, _displacements);
                break;
            case "Gather":
                _communicator.Gather(Own, IsRoot ? All : [], Root);
                break;
            case "Scatter":
                _communicator.Scatter(IsRoot ? OwnForAll : [], One, Root);
                break;
            case "Barrier":
                _communicator.Barrier();
                break;
            case "Send":
                Message(isSender: Rank != Middle);
                break;
            case "Receive":
                Message(isSender: Rank == Middle);
                break;
            case "SendAndReceive":
                Exchange();
                break;
            case "PutSignal":
                _communicator.PutSignal((nint)_send, sizeof(float) * (long)_count, (Rank + 1) % Size, _window!, 0);
                _communicator.WaitSignal((Rank + Size - 1) % Size);
                break;
            default:
                throw new ArgumentException($"No operation: {_name}");
        }
    }

    // From all others to one rank, or from it to all others.
    private void Message(bool isSender)
    {
        for (int peer = 0; peer < Size; peer++)
        {
            if (peer == Rank || (Rank != Middle && peer != Middle))
            {
                continue;
            }

            if (isSender)
            {
                _communicator.Send(Own, peer);
            }
            else
            {
                _communicator.Receive(One, peer);
            }
        }
    }

    private void Exchange()
    {
        using CollectiveGroup group = CollectiveGroup.Start();
        _communicator.Send((nint)_send, _count, DataType.Float32, (Rank + 1) % Size);
        _communicator.Receive((nint)_receive, _count, DataType.Float32, (Rank + Size - 1) % Size);
        group.End();
    }

    public void Dispose()
    {
        _memory?.Dispose();
        NativeMemory.Free(_send);
        NativeMemory.Free(_receive);
    }
}
