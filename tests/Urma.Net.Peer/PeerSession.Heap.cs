using System.Globalization;

namespace Urma.Net.Peer;

/// <content>Verbs of a rank of a heap.</content>
internal sealed partial class PeerSession
{
    private GlobalHeap? _heap;
    private Thread? _hammer;
    private volatile bool _hammering;

    private GlobalHeap Heap => _heap ?? throw new InvalidOperationException("Say 'heap-join' first.");

    private string? ExecuteHeap(Command command) => command.Verb switch
    {
        "heap-join" => JoinHeap(command),
        "heap-symmetric" => Ok($"offset={Heap.OffsetOf(Heap.AllocateSymmetric<long>(command.Number("count", 1)))}"),
        "heap-push" => Push(command),
        "heap-walk" => Walk(command),
        "heap-add" => AddEverywhere(command),
        "heap-hammer" => HammerHeap(command),
        "heap-alive" => Ok($"alive={Heap.IsRankAlive(command.Int("rank"))}"),
        "heap-free-foreign" => FreeForeign(command),
        "heap-barrier" => Did(() => Heap.Barrier(TimeSpan.FromMilliseconds(command.Int("timeout", 30_000)))),
        "heap-barriers" => Barriers(command),
        "heap-hammer-stop" => Did(StopHammer),
        "heap-leave" => Did(() => Heap.Leave(TimeSpan.FromMilliseconds(command.Int("timeout", 30_000)))),
        "heap-dispose" => Did(() => Heap.Dispose()),
        "occupy" => Occupy(command),
        "pointer-code" => Ok($"sum={PointerCode.RunAll()}"),
        _ => null,
    };

    private static string Did(Action action)
    {
        action();
        return "ok";
    }

    private string JoinHeap(Command command)
    {
        _heap = GlobalHeap.Join(Context, new GlobalHeapOptions
        {
            Name = command.Text("name"),
            Rank = command.Int("rank"),
            Size = command.Int("size"),
            SliceLength = command.Number("slice", 1 << 20),
            Token = command.Has("token") ? command.Token("token") : null,
            Timeout = TimeSpan.FromMilliseconds(command.Int("timeout", 30_000)),
        });
        _heap.RankLost += (_, lost) => raise($"rank-lost rank={lost.Rank}");
        return Ok($"base={(long)_heap.Base} slice={_heap.SliceLength}");
    }

    /// <summary>Puts a node of this rank in front of the list whose head is a word of rank 0.</summary>
    private string Push(Command command)
    {
        GlobalPointer<HeapNode> node = Heap.Allocate<HeapNode>();
        ref GlobalPointer<HeapNode> head = ref Heap.At<GlobalPointer<HeapNode>>(0, command.Number("head")).Value;
        node.Value = new HeapNode { Value = command.Number("value"), Next = head };
        head = node;
        return Ok($"offset={Heap.OffsetOf(node)}");
    }

    private string Walk(Command command)
    {
        var ranks = new List<int>();
        long sum = 0;
        for (GlobalPointer<HeapNode> node = Heap.At<GlobalPointer<HeapNode>>(0, command.Number("head")).Value; !node.IsNull; node = node.Value.Next)
        {
            ranks.Add(Heap.RankOf(node));
            sum += node.Value.Value;
        }

        return Ok($"sum={sum} ranks={string.Join(',', ranks.Select(r => r.ToString(CultureInfo.InvariantCulture)))}");
    }

    /// <summary>Adds atomically to one word in every rank's slice, many times.</summary>
    private string AddEverywhere(Command command)
    {
        long offset = command.Number("offset");
        for (int i = 0; i < command.Int("count"); i++)
        {
            for (int rank = 0; rank < Heap.Size; rank++)
            {
                Interlocked.Increment(ref Heap.At<long>(rank, offset).Value);
            }
        }

        return "ok";
    }

    /// <summary>Stores into another rank's slice in the background until told to stop.</summary>
    private string HammerHeap(Command command)
    {
        GlobalPointer<long> words = Heap.At<long>(command.Int("rank"), 0);
        int count = (int)(Heap.SliceLength / sizeof(long));
        _hammering = true;
        _hammer = new Thread(() =>
        {
            for (long i = 0; _hammering; i++)
            {
                words[(nint)(i % count)] = i;
                if (i % 1000 == 0)
                {
                    Thread.Yield();
                }
            }
        })
        { IsBackground = true };
        _hammer.Start();
        return "ok";
    }

    private void StopHammer()
    {
        _hammering = false;
        _hammer?.Join();
    }

    private string FreeForeign(Command command)
    {
        Heap.Free(Heap.At<long>(command.Int("rank"), command.Number("offset")));
        return "ok";
    }

    private string Barriers(Command command)
    {
        long offset = command.Number("offset");
        int behind = 0;
        for (int i = 1; i <= command.Int("count"); i++)
        {
            Heap.At<long>(Heap.Rank, offset).Value = i;
            Heap.Barrier(TimeSpan.FromSeconds(30));
            for (int rank = 0; rank < Heap.Size; rank++)
            {
                behind += Heap.At<long>(rank, offset).Value < i ? 1 : 0;
            }
        }

        return Ok($"behind={behind}");
    }

    /// <summary>Maps something in the middle of where the kernel would put things, and wherever rank 0 proposes first.</summary>
    private static string Occupy(Command command)
    {
        for (long address = command.Number("from"); address < command.Number("to"); address += command.Number("step"))
        {
            _ = Native.Map((nint)address, 4096, 0, Native.MapPrivate | Native.MapAnonymous | Native.MapFixedNoReplace, -1, 0);
        }

        return "ok";
    }
}
