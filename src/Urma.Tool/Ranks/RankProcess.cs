using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Ranks;

/// <summary>One rank of <c>urma ranks</c>: streams to all others, takes turns with a partner on the same processor, and waits idle.</summary>
internal sealed unsafe class RankProcess : IDisposable
{
    public const int StreamNanoseconds = 0;
    public const int HandoffNanoseconds = 1;
    public const int PingPongNanoseconds = 2;
    public const int PingPongRatio = 3;
    public const int IdleCpuShare = 4;
    public const int AllocatedBytes = 5;
    public const int Kinds = 6;

    public const int MessagesPerRank = 200_000;

    private const int Slot = 64;
    private const int Receives = 1024;
    private const int Window = 64;
    private const int SignalEvery = 16;
    private const int Rounds = 10;
    private const int Turns = 400;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);

    private readonly int _rank;
    private readonly int _ranks;
    private readonly UrmaContext _context;
    private readonly TargetSegment _boardMemory;
    private readonly RankBoard _board;
    private readonly Segment _buffers;
    private readonly Jfc _jfc;
    private readonly Jetty _jetty;
    private readonly IDisposable _published;
    private readonly TargetJetty?[] _targets;
    private readonly Completion[] _completions = new Completion[64];
    private readonly ReceiveRequest[] _reposts = new ReceiveRequest[64];
    private long _received;
    private long _signaled;

    public RankProcess(string provider, int rank, int ranks)
    {
        (_rank, _ranks) = (rank, ranks);
        _context = UrmaContext.Open(provider, new UrmaContextOptions { Label = $"urma rank {rank}" });
        byte[] board = _context.Lookup(RankBoard.Name, Limit);
        _boardMemory = _context.ImportSegment(SegmentDescriptor.Read(board), new Token(BitConverter.ToUInt32(board, SegmentDescriptor.Size)));
        _board = new RankBoard(null, _boardMemory, ranks);
        _buffers = _context.AllocateSegment(((long)Receives + 1) * Slot);
        _jfc = _context.CreateJfc();
        _jetty = _context.CreateJetty(new JettyOptions
        {
            SendJfc = _jfc,
            Receive = new JfrOptions { ReceiveJfc = _jfc, Depth = Receives, Token = new Token((uint)rank + 1) },
        });
        for (int i = 0; i < Receives; i++)
        {
            Expect.Posted(_jetty.PostReceive(new ReceiveRequest(_buffers.Range((long)i * Slot, Slot), (ulong)i)));
        }

        _published = _context.Publish($"rank-{rank}", _jetty.Descriptor.ToArray());
        _targets = new TargetJetty?[ranks];
        for (int peer = 0; peer < ranks; peer++)
        {
            if (peer != rank)
            {
                _targets[peer] = _context.ImportJetty(JettyDescriptor.Read(_context.Lookup($"rank-{peer}", Limit)), new Token((uint)peer + 1));
                _jetty.Bind(_targets[peer]!);
            }
        }
    }

    /// <summary>Runs all phases.</summary>
    /// <param name="pairs">Whether to take turns and idle, too; needs an even number of ranks.</param>
    public void Run(bool pairs)
    {
        _board.Barrier();
        Stream(MessagesPerRank / 10);
        _board.Barrier();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        double stream = Stream(MessagesPerRank);
        _board.Report(_rank, AllocatedBytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
        _board.Report(_rank, StreamNanoseconds, stream);
        _board.Barrier();
        if (pairs)
        {
            TakeTurns();
            _board.Barrier();
            BeIdle();
        }

        _board.Barrier();
    }

    // All to all, with a window of unanswered messages; returns the nanoseconds it took this rank to send and receive its share.
    private double Stream(int messages)
    {
        long due = _received + messages - (messages % (_ranks - 1));
        messages -= messages % (_ranks - 1);
        long posted = 0, before = _signaled;
        int next = _rank;
        long begin = Clock.NowNanoseconds;
        while (posted < messages || _received < due || (_signaled - before) * SignalEvery < posted - SignalEvery)
        {
            bool moved = false;
            while (posted < messages && posted - ((_signaled - before) * SignalEvery) < Window)
            {
                next = (next + 1) % _ranks;
                if (_targets[next] is not { } target)
                {
                    continue;
                }

                WorkRequest request = WorkRequest.Send(target, _buffers.Range((long)Receives * Slot, 8));
                if ((posted + 1) % SignalEvery != 0)
                {
                    request.Flags = WorkRequestFlags.None;
                }

                if (_jetty.Post(request) != UrmaStatus.Success)
                {
                    break;
                }

                posted++;
                moved = true;
            }

            int taken = Take(moved ? TimeSpan.Zero : Limit);
            if (taken == 0 && !moved && Clock.NowNanoseconds - begin > 60_000_000_000)
            {
                throw new ToolException($"Rank {_rank} waited in vain: received {_received} of {due}, sent {posted} of {messages}.");
            }
        }

        return (Clock.NowNanoseconds - begin) / (double)messages;
    }

    private int Take(TimeSpan patience)
    {
        int taken = patience == TimeSpan.Zero ? _jfc.Poll(_completions) : _jfc.Wait(_completions, patience);
        int reposts = 0;
        for (int i = 0; i < taken; i++)
        {
            _completions[i].ThrowIfFailed();
            if (_completions[i].IsReceive)
            {
                ulong slot = _completions[i].UserContext;
                _reposts[reposts++] = new ReceiveRequest(_buffers.Range((long)slot * Slot, Slot), slot);
            }
            else
            {
                _signaled++;
            }
        }

        if (reposts != 0)
        {
            _received += reposts;
            Expect.Posted(_jetty.ReceiveQueue.Post(_reposts.AsSpan(0, reposts), out _));
        }

        return taken;
    }

    // Pairs share a processor; raw futex handoffs and messages alternate, all pairs doing the same at the same time.
    private void TakeTurns()
    {
        int partner = _rank ^ 1;
        bool first = _rank < partner;
        var handoffs = new List<double>();
        var messages = new List<double>();
        uint turn = 0;
        using SegmentView view = _board.Map();
        byte* area = (byte*)view.Address;
        for (int round = 0; round < Rounds; round++)
        {
            _board.Barrier();
            long elapsed = Yardsticks.Current.FutexHandoff(
                area + RankBoard.FutexWord(_rank), area + RankBoard.FutexWord(partner), turn, Turns, first, Limit);
            handoffs.Add(elapsed / (2.0 * Turns));
            turn += Turns;
            _board.Barrier();
            messages.Add(PingPong(_targets[partner]!, first));
        }

        _board.Report(_rank, HandoffNanoseconds, Statistics.Median(handoffs));
        _board.Report(_rank, PingPongNanoseconds, Statistics.Median(messages));
        _board.Report(_rank, PingPongRatio, Statistics.Median(handoffs.Zip(messages, static (h, m) => m / h)));
    }

    private double PingPong(TargetJetty partner, bool first)
    {
        WorkRequest request = WorkRequest.Send(partner, _buffers.Range((long)Receives * Slot, 8)).Unsignaled();
        long due = _received;
        long begin = Clock.NowNanoseconds;
        for (int turn = 0; turn < Turns; turn++)
        {
            if (first)
            {
                Expect.Posted(_jetty.Post(request));
            }

            due++;
            while (_received < due)
            {
                if (Take(Limit) == 0)
                {
                    throw new ToolException($"Rank {_rank} waited in vain for its partner's message.");
                }
            }

            if (!first)
            {
                Expect.Posted(_jetty.Post(request));
            }
        }

        return (Clock.NowNanoseconds - begin) / (2.0 * Turns);
    }

    private void BeIdle()
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        _ = _jfc.WaitUntilReady(IdleTime);
        _board.Report(_rank, IdleCpuShare, (Environment.CpuUsage.TotalTime - before) / IdleTime);
    }

    public void Dispose()
    {
        _published.Dispose();
        _context.Dispose();
    }
}
