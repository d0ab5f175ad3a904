using System.Diagnostics;

namespace Urma.Net.Loopback.Tests;

/// <summary>
/// What a fabric model promises: nothing takes effect or completes before its time, and everything does in order. Lower bounds
/// only: a slow machine makes no difference.
/// </summary>
public sealed class FabricModelTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(30);
    private static readonly FabricModel Slow = new("slow", Latency.TotalNanoseconds);

    private readonly LoopbackHarness _harness = new();
    private readonly List<IDisposable> _owned = [];
    private readonly UrmaContext _owner;
    private readonly Segment _remote;

    public FabricModelTests()
    {
        _owner = _harness.Open();
        _remote = _owner.AllocateSegment(1 << 20);
    }

    public void Dispose()
    {
        _owned.Reverse();
        _owned.ForEach(static o => o.Dispose());
        _owner.Dispose();
    }

    [Theory]
    [InlineData(Opcode.Write)]
    [InlineData(Opcode.WriteNotify)]
    [InlineData(Opcode.Read)]
    [InlineData(Opcode.FetchAdd)]
    public void One_sided_work_neither_acts_nor_completes_before_its_time(Opcode opcode)
    {
        User user = Open(Slow);
        _remote.AsSpan(0, 8).Fill(7);
        user.Local.AsSpan(0, 8).Fill(1);
        long begin = Stopwatch.GetTimestamp();
        user.Post(opcode switch
        {
            Opcode.Write => WorkRequest.Write(user.Local.Range(0, 8), user.Target.At(0)),
            Opcode.WriteNotify => WorkRequest.WriteNotify(user.Local.Range(0, 8), user.Target.At(0), user.Target.At(64), 1),
            Opcode.Read => WorkRequest.Read(user.Local.Range(0, 8), user.Target.At(0)),
            _ => WorkRequest.FetchAdd(user.Local.Range(0, 8), user.Target.At(0), 1),
        });
        Span<byte> changed = opcode == Opcode.Read ? user.Local.AsSpan(0, 8) : _remote.AsSpan(0, 8);
        byte before = changed[0];
        TimeSpan looked = Stopwatch.GetElapsedTime(begin);
        Assert.Equal(1, user.Jfs.Outstanding);
        Assert.True(before == (opcode == Opcode.Read ? 1 : 7) || looked >= Latency, "It acted at once.");
        Assert.True(user.Next().IsSuccess);
        Assert.True(Stopwatch.GetElapsedTime(begin) >= Latency, "It completed early.");
        Assert.Equal(opcode == Opcode.Read ? 7 : opcode == Opcode.FetchAdd ? 8 : 1, changed[0]);

        // Whoever carried it out publishes the completion first, and then counts it.
        Assert.True(SpinWait.SpinUntil(() => user.Jfs.Outstanding == 0, Bound));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(5000)]
    public void A_message_is_not_seen_before_its_time_and_arrives_though_its_sender_sleeps(int length)
    {
        User user = Open(Slow);
        (Jfr jfr, Jfc received, TargetJetty target) = MakeReceiver(user);
        jfr.Post(new ReceiveRequest(_remote.Range(0, 5000), 3));
        user.Local.AsSpan(0, length).Fill(9);
        long begin = Stopwatch.GetTimestamp();
        user.Post(WorkRequest.Send(target, user.Local.Range(0, length)));
        var completion = new Completion[1];
        Assert.Equal(1, received.Wait(completion, Bound));
        Assert.True(Stopwatch.GetElapsedTime(begin) >= Latency, "It arrived early.");
        Assert.Equal(length, completion[0].ByteCount);
        Assert.True(_remote.AsSpan(0, length).IndexOfAnyExcept((byte)9) < 0);
        Assert.True(user.Next().IsSuccess);
    }

    [Fact]
    public void A_links_own_cost_leaves_half_of_its_latency()
    {
        // Eight bytes take longer than the latency: that is no cost of the model.
        var link = new Internal.FabricLink(new FabricModel("slow", 1000, 1e6));
        Assert.InRange(link.OwnCost, 0, link.Latency / 2);
        Assert.True(new Internal.FabricLink(new FabricModel("tiny", 0.001, 1e12)).OwnCost == 0);
    }

    [Fact]
    public void A_message_that_is_seen_was_preceded_by_all_that_was_posted_before_it()
    {
        User user = Open(new FabricModel("fast", 20_000, 1e9));
        (Jfr jfr, Jfc received, TargetJetty target) = MakeReceiver(user);
        var completion = new Completion[1];
        for (byte round = 1; round < 100; round++)
        {
            jfr.Post(new ReceiveRequest(_remote.Range(1 << 19, 8), round));
            user.Local.AsSpan(0, 100_000).Fill(round);
            user.Post(WorkRequest.Write(user.Local.Range(0, 100_000), user.Target.At(0)));
            user.Post(WorkRequest.Send(target, user.Local.Range(0, 8)));
            Assert.Equal(1, received.Wait(completion, Bound));
            Assert.True(_remote.AsSpan(0, 100_000).IndexOfAnyExcept(round) < 0, $"Round {round}: the message overtook the write.");
            Assert.True(user.Next().IsSuccess);
            Assert.True(user.Next().IsSuccess);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_of_a_run_of_messages_arrives_in_its_own_time(bool postedTogether)
    {
        const int Count = 8, Length = 32, BytesPerSecond = 1600;
        User user = Open(new FabricModel("trickle", 0, BytesPerSecond));
        (Jfr jfr, Jfc received, TargetJetty target) = MakeReceiver(user);
        var requests = new WorkRequest[Count];
        for (int i = 0; i < Count; i++)
        {
            jfr.Post(new ReceiveRequest(_remote.Range(i * 64, 64), (ulong)i));
            requests[i] = WorkRequest.Send(target, user.Local.Range(0, Length));
        }

        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < Count; i += postedTogether ? Count : 1)
        {
            Assert.Equal(UrmaStatus.Success, user.Jfs.Post(requests.AsSpan(i, postedTogether ? Count : 1), out _));
        }

        var completion = new Completion[1];
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(1, received.Wait(completion, Bound));
            double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            Assert.Equal((ulong)i, completion[0].UserContext);
            Assert.True(seconds >= (double)(i + 1) * Length / BytesPerSecond, $"Message {i} arrived after {seconds * 1000:0} ms.");
        }
    }

    [Fact]
    public void Queues_share_the_bandwidth_and_each_completes_in_order()
    {
        const int Count = 10, Length = 100_000;
        User user = Open(new FabricModel("narrow", 1000, 10e6));
        using Jfs second = user.Context.CreateJfs(new JfsOptions { SendJfc = user.Jfc });
        long begin = Stopwatch.GetTimestamp();
        for (ulong i = 0; i < Count; i++)
        {
            Assert.Equal(UrmaStatus.Success, user.Jfs.Post(WorkRequest.Write(user.Local.Range(0, Length), user.Target.At(0)) with { UserContext = i }));
            Assert.Equal(UrmaStatus.Success, second.Post(WorkRequest.Write(user.Local.Range(0, Length), user.Target.At(0)) with { UserContext = 100 + i }));
        }

        var order = new List<ulong>();
        while (order.Count < 2 * Count)
        {
            order.Add(user.Next().UserContext);
        }

        Assert.True(Stopwatch.GetElapsedTime(begin).TotalSeconds >= 2 * Count * Length / 10e6, "More than the bandwidth went through.");
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => (ulong)i), order.Where(static u => u < 100));
        Assert.Equal(Enumerable.Range(100, Count).Select(static i => (ulong)i), order.Where(static u => u >= 100));
    }

    [Fact]
    public void Latencies_of_operations_in_flight_overlap()
    {
        // One after the other these would take a hundred seconds.
        User user = Open(new FabricModel("long", 1e9));
        long begin = Stopwatch.GetTimestamp();
        for (ulong i = 0; i < 100; i++)
        {
            user.Post(WorkRequest.FetchAdd(user.Local.Range(0, 8), user.Target.At(0), 1));
        }

        for (int i = 0; i < 100; i++)
        {
            Assert.True(user.Next().IsSuccess);
        }

        Assert.Equal(100, BitConverter.ToInt64(_remote.AsSpan(0, 8)));
        Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(60), "They waited for each other.");
    }

    [Fact]
    public void Ordered_accesses_of_a_view_are_delayed_and_undelayed_ones_refused()
    {
        User user = Open(Slow);
        using SegmentView view = user.Target.Map(4096, 64);
        Assert.True(view.IsDelayed);
        Assert.Equal(64, view.Length);
        long begin = Stopwatch.GetTimestamp();
        view.StoreRelease(8, 5L);
        Assert.Equal(5, view.FetchAdd(8, 1L));
        Assert.Equal(6, view.LoadAcquire<long>(8));
        Assert.True(Stopwatch.GetElapsedTime(begin) >= 3 * Latency, "An access was not delayed.");
        Assert.Equal(6, BitConverter.ToInt64(_remote.AsSpan(4104, 8)));
        Refused(static v => v.Bytes(0, 8).Length);
        Refused(static v => v.ReadOnlyBytes(0, 8).Length);
        Refused(static v => v.Span<int>(0, 2).Length);
        Refused(static v => (int)v.Address);
        OutOfRange(64);
        OutOfRange(-8);

        using SegmentView own = user.Local.Map();
        Assert.False(own.IsDelayed);
        own.Bytes(0, 8).Clear();

        void Refused(Func<SegmentView, int> use)
        {
            using SegmentView again = user.Target.Map(4096, 64);
            try
            {
                use(again);
            }
            catch (UrmaException error)
            {
                Assert.Contains("AllowUndelayedViews", error.Message, StringComparison.Ordinal);
                return;
            }

            Assert.Fail("An undelayed access was let through.");
        }

        void OutOfRange(long offset)
        {
            using SegmentView again = user.Target.Map(4096, 64);
            try
            {
                again.LoadAcquire<long>(offset);
            }
            catch (ArgumentOutOfRangeException)
            {
                return;
            }

            Assert.Fail("An access out of bounds was let through.");
        }
    }

    [Fact]
    public void Undelayed_views_can_be_allowed_and_are_labelled()
    {
        User user = Open(Slow with { AllowUndelayedViews = true });
        using SegmentView view = user.Target.Map(0, 64);
        Assert.True(view.IsDelayed);
        Assert.Equal(64, view.Bytes(0, 64).Length);
        Assert.NotEqual(0, view.Address);
    }

    [Fact]
    public async Task Awaited_work_takes_its_time()
    {
        User user = Open(Slow);
        using var cancel = new CancellationTokenSource(Bound);
        using UdmaChannel channel = UdmaChannel.Create(user.Context);
        user.Local.AsSpan(0, 8).Fill(3);
        long begin = Stopwatch.GetTimestamp();
        await channel.WriteAsync(user.Local.Range(0, 8), user.Target.At(0), cancel.Token);
        Assert.True(Stopwatch.GetElapsedTime(begin) >= Latency, "It completed early.");
        Assert.Equal(3, _remote.AsSpan(0, 8)[7]);
    }

    [Fact]
    public void Work_on_its_way_is_flushed_when_its_queue_closes_and_fails_when_its_peer_goes()
    {
        User user = Open(new FabricModel("far", 5e9));
        user.Post(WorkRequest.Write(user.Local.Range(0, 8), user.Target.At(0)));
        user.Jfs.ModifyToError();
        Assert.Equal(CompletionStatus.WorkRequestFlushed, user.Next().Status);

        User other = Open(Slow);
        (_, _, TargetJetty target) = MakeReceiver(other);
        other.Post(WorkRequest.Send(target, other.Local.Range(0, 8)));
        _owner.Dispose();
        Assert.False(other.Next().IsSuccess);
    }

    [Theory]
    [InlineData("ub", 400, 50e9)]
    [InlineData("RDMA", 3000, 25e9)]
    [InlineData("1.5us,12GB/s", 1500, 12e9)]
    [InlineData("800ns", 800, double.PositiveInfinity)]
    public void Models_are_read_from_text(string text, double nanoseconds, double bytesPerSecond)
    {
        FabricModel model = FabricModel.Parse(text);
        Assert.Equal(nanoseconds, model.Nanoseconds, 1e-6);
        Assert.Equal(bytesPerSecond, model.BytesPerSecond);
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("5")]
    [InlineData("-5ns")]
    [InlineData("5ns,3")]
    [InlineData("1us,0GB/s")]
    [InlineData("1us,1GB/s,2")]
    [InlineData("60000ms")]
    public void Text_that_is_no_model_is_refused(string text) => Assert.Throws<FormatException>(() => FabricModel.Parse(text));

    private User Open(FabricModel model)
    {
        var user = new User(_harness.Open(new UrmaContextOptions { Fabric = model }), _remote);
        _owned.Add(user.Context);
        return user;
    }

    private (Jfr Queue, Jfc Completions, TargetJetty Target) MakeReceiver(User user)
    {
        Jfc jfc = _owner.CreateJfc();
        Jfr jfr = _owner.CreateJfr(new JfrOptions { ReceiveJfc = jfc, Depth = 64 });
        return (jfr, jfc, user.Context.ImportJetty(jfr.Descriptor, jfr.Token));
    }

    private sealed class User
    {
        private readonly Completion[] _one = new Completion[1];

        public User(UrmaContext context, Segment remote)
        {
            Context = context;
            Local = context.AllocateSegment(1 << 20);
            Target = context.ImportSegment(remote.Descriptor, remote.Token);
            Jfc = context.CreateJfc(new JfcOptions { Depth = 1024 });
            Jfs = context.CreateJfs(new JfsOptions { SendJfc = Jfc, Depth = 256 });
        }

        public UrmaContext Context { get; }

        public Segment Local { get; }

        public TargetSegment Target { get; }

        public Jfc Jfc { get; }

        public Jfs Jfs { get; }

        public void Post(in WorkRequest request) => Assert.Equal(UrmaStatus.Success, Jfs.Post(in request));

        public Completion Next()
        {
            Assert.Equal(1, Jfc.Wait(_one, Bound));
            return _one[0];
        }
    }
}
