using System.Diagnostics;
using System.Runtime.InteropServices;
using Urma.Net.Measurement;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Peers;

/// <summary>The peer's end: does what a client asks, until it is told to quit or the client is gone.</summary>
/// <remarks>One thread. While nothing is asked it sleeps, so that it does not disturb what runs beside it.</remarks>
internal sealed unsafe class PeerServer : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly long SpinTime = Stopwatch.Frequency / 500;

    private readonly UrmaContext _context;
    private readonly ControlFabric _control;
    private readonly ControlArea _area;
    private readonly PeerWatch _watch;
    private readonly IDisposable _publication;
    private readonly TestKind? _onlyTest;
    private ulong _number;
    private Endpoint? _endpoint;
    private PerfTest? _test;

    /// <summary>Offers itself under a name.</summary>
    /// <param name="context">An open context; stays the caller's.</param>
    /// <param name="name">The name clients look up.</param>
    /// <param name="onlyTest">The one test it takes part in; any when null.</param>
    public PeerServer(UrmaContext context, string name, TestKind? onlyTest = null)
    {
        _context = context;
        _onlyTest = onlyTest;
        _control = new ControlFabric(context);
        _area = ControlArea.Create(_control.Context);
        _watch = new PeerWatch(_control.Context);
        var greeting = new MessageWriter();
        _area.WriteGreeting(greeting);
        _publication = _control.Context.Publish(name, greeting.Bytes);
    }

    /// <summary>Serves one client.</summary>
    /// <param name="patience">How long it waits for the first request.</param>
    /// <exception cref="ToolException">The client is gone, or none came.</exception>
    public void Serve(TimeSpan patience)
    {
        bool first = true;
        while (true)
        {
            MessageReader message = NextRequest(first ? patience : TimeSpan.MaxValue);
            first = false;
            var request = (PeerRequest)message.ReadInt32();
            if (request == PeerRequest.Quit)
            {
                return;
            }

            try
            {
                MessageWriter answer = new();
                Execute(request, message, answer);
                Answer(AnswerState.Done, answer);
            }
            catch (Exception error) when (error is UrmaException or ToolException or TimeoutException or ArgumentException)
            {
                Answer(AnswerState.Failed, new MessageWriter().Write(error.Message));
                if (_watch.Loss is not null)
                {
                    throw;
                }
            }
        }
    }

    public void Dispose()
    {
        CloseTest();
        _publication.Dispose();
        _watch.Dispose();
        _area.Dispose();
        _control.Dispose();
    }

    private void Execute(PeerRequest request, MessageReader message, MessageWriter answer)
    {
        switch (request)
        {
            case PeerRequest.Setup:
                Setup(message, answer);
                break;
            case PeerRequest.Run:
                Run(message, answer);
                break;
            case PeerRequest.Checksum:
                answer.Write((long)Test.Checksum());
                break;
            case PeerRequest.CloseTest:
                CloseTest();
                break;
            case PeerRequest.PingPong:
                PingPong(message);
                break;
            case PeerRequest.Ring:
                Ring(message);
                break;
            default:
                throw new ToolException($"Request {(int)request} is unknown here: both ends must run the same version of urma.");
        }
    }

    private PerfTest Test => _test ?? throw new ToolException("No test is set up.");

    private void Setup(MessageReader message, MessageWriter answer)
    {
        CloseTest();
        TestSetup setup = TestSetup.Read(message);
        if (_onlyTest is { } only && only != setup.Kind)
        {
            throw new ToolException($"this end was started for {TestNames.Of(only)}, the client asks for {TestNames.Of(setup.Kind)}.");
        }

        if (setup.Fabric != _context.Options.Fabric)
        {
            throw new ToolException(
                $"this end has the fabric model {Text(_context.Options.Fabric)}, the client {Text(setup.Fabric)}: start both with the same --fabric.");
        }

        _endpoint = new Endpoint(_context, setup, _watch, initiates: false);
        _watch.Follow(_endpoint.Connect(message));
        _test = PerfTest.Create(_endpoint);
        _endpoint.WriteGreeting(answer);
    }

    private static string Text(FabricModel? fabric) => fabric?.ToString() ?? "off";

    private void Run(MessageReader message, MessageWriter answer)
    {
        ulong start = (ulong)message.ReadInt64();
        long iterations = message.ReadInt64();
        PerfTest test = Test;
        _watch.Arm(Limit);
        long preemptions = Preemptions.Count();
        Answer(AnswerState.Ready, new MessageWriter());
        long before = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long elapsed = test.Answer(start, iterations);
        used = Environment.CpuUsage.TotalTime - used;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        answer.Write(elapsed).Write(allocated).Write(Preemptions.Count() - preemptions).Write(used.Ticks);
    }

    private void PingPong(MessageReader message)
    {
        ulong start = (ulong)message.ReadInt64();
        long rounds = message.ReadInt64();
        using SegmentView view = _area.Map();
        byte* area = (byte*)view.Address;
        Answer(AnswerState.Ready, new MessageWriter());
        Yardsticks.Current.PingPong(area + ControlArea.PeerPing, area + ControlArea.ClientPing, start, rounds, initiator: false, Limit);
    }

    private void Ring(MessageReader message)
    {
        ulong start = (ulong)message.ReadInt64();
        long rounds = message.ReadInt64();
        int payload = message.ReadInt32();
        byte* buffers = (byte*)NativeMemory.AlignedAlloc((nuint)(2 * payload), Yardsticks.LineSpacing);
        try
        {
            new Span<byte>(buffers, 2 * payload).Fill(1);
            using SegmentView view = _area.Map();
            byte* area = (byte*)view.Address;
            Answer(AnswerState.Ready, new MessageWriter());
            Yardsticks.Current.Ring(
                area + ControlArea.PeerRing, area + ControlArea.ClientRing, buffers, buffers + payload, (nuint)payload,
                ControlArea.RingSlots, start, rounds, initiator: false, Limit);
        }
        finally
        {
            NativeMemory.AlignedFree(buffers);
        }
    }

    private void CloseTest()
    {
        (_test as IDisposable)?.Dispose();
        _test = null;
        _endpoint?.Dispose();
        _endpoint = null;
    }

    private MessageReader NextRequest(TimeSpan patience)
    {
        long begin = Stopwatch.GetTimestamp();
        using SegmentView view = _area.Map();
        while (view.LoadAcquire<ulong>(ControlArea.RequestNumber) == _number)
        {
            if (_watch.Loss is { } loss)
            {
                throw new ToolException(loss);
            }

            TimeSpan waited = Stopwatch.GetElapsedTime(begin);
            if (waited > patience)
            {
                throw new ToolException($"No client came within {patience.TotalSeconds:0} s.");
            }

            if (waited.Ticks * (Stopwatch.Frequency / TimeSpan.TicksPerSecond) > SpinTime)
            {
                Thread.Sleep(1);
            }
        }

        _number = view.LoadAcquire<ulong>(ControlArea.RequestNumber);
        long length = Math.Clamp(view.LoadAcquire<long>(ControlArea.RequestMessage), 0, ControlArea.MessageLimit);
        return new MessageReader(view.ReadOnlyBytes(ControlArea.RequestMessage + sizeof(long), (int)length).ToArray());
    }

    private void Answer(AnswerState state, MessageWriter message)
    {
        using SegmentView view = _area.Map();
        ReadOnlySpan<byte> bytes = message.Bytes;
        bytes.CopyTo(view.Bytes(ControlArea.AnswerMessage + sizeof(long), bytes.Length));
        view.StoreRelease(ControlArea.AnswerMessage, (long)bytes.Length);
        view.StoreRelease(ControlArea.AnswerNumber, (_number * 4) + (ulong)state);
    }
}
