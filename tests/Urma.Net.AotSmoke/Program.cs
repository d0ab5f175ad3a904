using System.Runtime.CompilerServices;
using Urma.Net;
using Urma.Net.AotSmoke;

// One pass over the three modes, between two engines, in a program that has no JIT.
if (RuntimeFeature.IsDynamicCodeSupported)
{
    Console.Error.WriteLine("This run has a JIT: publish the program instead of running it.");
    return 2;
}

TimeSpan patience = TimeSpan.FromSeconds(30);
using var hang = new CancellationTokenSource(patience);
using var events = new EventCounter();
string fabric = $"loopback://aot-smoke-{Environment.ProcessId}";
using UrmaContext owner = UrmaContext.Open(fabric);
using UrmaContext user = UrmaContext.Open(fabric);
using Segment memory = owner.AllocateSegment(1 << 16);
using Segment buffer = user.AllocateSegment(1 << 16);
using TargetSegment remote = user.ImportSegment(SegmentDescriptor.Read(memory.Descriptor.ToArray()), memory.Token);

using (SegmentView view = remote.Map())
{
    view.StoreRelease(0, 0x1234_5678);
    Check(view.FetchAdd(8, 5L) == 0, "fetch-add through a view");
}

Check(BitConverter.ToInt32(memory.AsSpan(0, 4)) == 0x1234_5678, "store through a view");

using Jfc sent = user.CreateJfc();
using Jfc received = owner.CreateJfc();
using Jetty sender = user.CreateJetty(new JettyOptions { SendJfc = sent });
using Jetty receiver = owner.CreateJetty(new JettyOptions { SendJfc = received });
using TargetJetty target = user.ImportJetty(receiver.Descriptor, receiver.Token);
Random.Shared.NextBytes(buffer.AsSpan());

Post(WorkRequest.Write(buffer.Range(0, 4096), remote.At(4096)), "write");
Check(buffer.AsSpan(0, 4096).SequenceEqual(memory.AsSpan(4096, 4096)), "what was written");

foreach (int length in new[] { 0, 8, 1024, 30_000 })
{
    Check(receiver.PostReceive(new ReceiveRequest(memory.Range(16384, 30_000), (ulong)length)) == UrmaStatus.Success, "posting a receive");
    Post(WorkRequest.Send(target, buffer.Range(0, length)), $"send of {length} bytes");
    Completion arrived = Next(received);
    Check(arrived.IsSuccess && arrived.UserContext == (ulong)length && arrived.ByteCount == length, "the receive's completion");
    Check(buffer.AsSpan(0, length).SequenceEqual(memory.AsSpan(16384, length)), "what was sent");
}

using (UdmaChannel channel = UdmaChannel.Create(user, new UdmaChannelOptions { EngineThreshold = 16384 }))
{
    foreach (int length in new[] { 8, 32768 })
    {
        memory.AsSpan().Clear();
        await channel.WriteAsync(buffer.Range(0, length), remote.At(0), hang.Token);
        Check(buffer.AsSpan(0, length).SequenceEqual(memory.AsSpan(0, length)), $"an awaited write of {length} bytes");
    }
}

using (MessageListener listener = MessageChannel.Listen(owner, "aot-smoke"))
{
    Task<MessageChannel> accepting = listener.AcceptAsync(hang.Token);
    using MessageChannel client = await MessageChannel.ConnectAsync(user, "aot-smoke");
    using MessageChannel server = await accepting;
    foreach (int length in new[] { 8, 50_000 })
    {
        // Received first: a long message waits for room that a waiting receiver grants.
        ValueTask<MessageLease> receiving = server.ReceiveAsync(hang.Token);
        await client.SendAsync(buffer.Range(0, length), hang.Token);
        using MessageLease lease = await receiving;
        Check(lease.Span.SequenceEqual(buffer.AsSpan(0, length)), $"a channel's message of {length} bytes");
    }
}

// Without a JIT a new thread inherits the processors of the one that starts it: here one that is bound to the first it may use.
string everywhere = ProcessorsOf("/proc/self");
var bound = new Thread(() =>
{
    ThisThread.BindToOneProcessor();
    string[] before = Tasks();
    using UrmaContext context = UrmaContext.Open(fabric);
    string[] started = [.. Tasks().Except(before)];
    Check(started.Length != 0, "a context's thread");
    Check(
        SpinWait.SpinUntil(() => Array.TrueForAll(started, t => ProcessorsOf(t) == everywhere), patience),
        $"the processors of a context's thread: {string.Join(", ", started.Select(ProcessorsOf))}; the first thread's: {everywhere}");
});
bound.Start();
Check(bound.Join(patience * 2), "opening a context on a thread that is bound to a processor");

UrmaCounters counters = user.GetCounters();
Check(counters.Writes >= 3 && counters.Sends >= 6, $"the counters: {counters}");
Check(UrmaDiagnostics.GetEngines(user.Device).Count == 2, "the engines seen from outside");
using (UrmaContext distant = UrmaContext.Open(fabric, new UrmaContextOptions { Fabric = FabricModel.Rdma }))
using (UdmaChannel channel = UdmaChannel.Create(distant))
using (Segment source = distant.AllocateSegment(64))
using (TargetSegment target2 = distant.ImportSegment(memory.Descriptor, memory.Token))
{
    source.AsSpan().Fill(5);
    await channel.WriteAsync(source.Range(0, 64), target2.At(0), hang.Token);
    using SegmentView view = target2.Map();
    Check(view.IsDelayed && view.LoadAcquire<long>(0) == 0x0505_0505_0505_0505, "a write over a modelled link");
}

Check(SpinWait.SpinUntil(() => events.HasSeen("ContextClosed") && events.HasSeen("PeerLost"), patience), "the event source");
Console.WriteLine("aot: ok");
return 0;

void Post(in WorkRequest request, string what)
{
    Check(sender.Post(in request) == UrmaStatus.Success, "posting a " + what);
    Check(Next(sent).IsSuccess, what);
}

Completion Next(Jfc jfc)
{
    Span<Completion> one = stackalloc Completion[1];
    Check(jfc.Wait(one, patience) == 1, "a completion in time");
    return one[0];
}

static string[] Tasks() => Directory.GetDirectories("/proc/self/task");

static string ProcessorsOf(string task) =>
    File.ReadLines(Path.Combine(task, "status")).First(l => l.StartsWith("Cpus_allowed_list", StringComparison.Ordinal));

static void Check(bool isTrue, string what)
{
    if (!isTrue)
    {
        Console.Error.WriteLine($"aot: wrong: {what}");
        Environment.Exit(1);
    }
}
