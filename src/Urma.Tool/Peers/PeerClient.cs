using System.Diagnostics;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Peers;

/// <summary>The client's end of the conversation with a peer, started by itself or found by name.</summary>
/// <remarks>One thread.</remarks>
internal sealed class PeerClient : IDisposable
{
    // An emulated processor takes half a minute to start a program.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookupStep = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly Process? _process;
    private readonly ControlFabric _control;
    private ulong _number;

    private PeerClient(UrmaContext context, ControlFabric control, Process? process, ControlArea area, PeerWatch watch)
    {
        Context = context;
        _control = control;
        _process = process;
        Area = area;
        Watch = watch;
        Yardsticks = new PeerYardsticks(this);
    }

    /// <summary>What is measured.</summary>
    public UrmaContext Context { get; }

    public ControlArea Area { get; }

    public PeerWatch Watch { get; }

    /// <summary>The peer's process, where this process started it.</summary>
    public int? ProcessId => _process?.Id;

    public PeerYardsticks Yardsticks { get; }

    /// <summary>Starts a peer process pinned to a processor and connects to it.</summary>
    /// <param name="context">An open context; stays the caller's.</param>
    /// <param name="processor">The peer's processor.</param>
    /// <param name="fabric">The context's fabric model as the user gave it; null without one.</param>
    public static PeerClient Start(UrmaContext context, int processor, string? fabric = null)
    {
        string name = $"urma-{Environment.ProcessId}-{Guid.NewGuid():N}";
        Process process = SelfProcess.Start(
            [
                "peer", "--provider", context.Device.ConnectionString, "--name", name, "--cpu", $"{processor}",
                .. fabric is null ? Array.Empty<string>() : ["--fabric", fabric],
            ]);
        try
        {
            return Connect(context, name, ConnectTimeout, process);
        }
        catch
        {
            SelfProcess.End(process, TimeSpan.Zero);
            throw;
        }
    }

    /// <summary>Connects to a peer that somebody started by hand.</summary>
    public static PeerClient Connect(UrmaContext context, string name) => Connect(context, name, TimeSpan.FromSeconds(5), null);

    /// <summary>Asks for something that needs no exchange and waits for the answer.</summary>
    public MessageReader Ask(PeerRequest request, MessageWriter? payload = null)
    {
        Post(request, payload);
        return Await(AnswerState.Done, AnswerTimeout);
    }

    /// <summary>Asks for an exchange and returns when the peer stands at the start line.</summary>
    public void Begin(PeerRequest request, MessageWriter payload)
    {
        Post(request, payload);
        Await(AnswerState.Ready, AnswerTimeout);
    }

    /// <summary>Waits until the peer has finished the exchange.</summary>
    public MessageReader End(TimeSpan limit) => Await(AnswerState.Done, limit);

    public void Dispose()
    {
        try
        {
            if (Watch.Loss is null && _process is not { HasExited: true })
            {
                Post(PeerRequest.Quit, null);
            }
        }
        catch (UrmaException)
        {
            // It left first.
        }

        if (_process is not null)
        {
            SelfProcess.End(_process, TimeSpan.FromSeconds(5));
        }

        Watch.Dispose();
        Area.Dispose();
        _control.Dispose();
    }

    private static PeerClient Connect(UrmaContext context, string name, TimeSpan timeout, Process? process)
    {
        var control = new ControlFabric(context);
        var watch = new PeerWatch(control.Context, process);
        try
        {
            watch.Arm(timeout);
            return Connect(context, control, name, process, watch);
        }
        catch
        {
            watch.Dispose();
            control.Dispose();
            throw;
        }
    }

    private static PeerClient Connect(UrmaContext context, ControlFabric control, string name, Process? process, PeerWatch watch)
    {
        while (true)
        {
            try
            {
                byte[] greeting = control.Context.Lookup(name, LookupStep);
                ControlArea area = ControlArea.Import(control.Context, new MessageReader(greeting));
                watch.Follow(area.PeerUasid);
                return new PeerClient(context, control, process, area, watch);
            }
            catch (UrmaException error) when (error.Status == UrmaStatus.TimedOut && process is not null)
            {
                watch.Check();
            }
            catch (UrmaException error) when (process is null)
            {
                throw new ToolException(
                    $"Nobody answers to '{name}' on {context.Device.ConnectionString}: {error.Message} " +
                    "Start the other end first: the same command with --listen.", error);
            }
        }
    }

    private void Post(PeerRequest request, MessageWriter? payload)
    {
        var message = new MessageWriter();
        message.Write((long)request);
        using SegmentView view = Area.Map();
        int length = message.Bytes.Length + (payload?.Bytes.Length ?? 0);
        if (length > ControlArea.MessageLimit)
        {
            throw new ToolException($"A control message of {length} bytes exceeds {ControlArea.MessageLimit}.");
        }

        Span<byte> target = view.Bytes(ControlArea.RequestMessage + sizeof(long), length);
        message.Bytes.CopyTo(target);
        payload?.Bytes.CopyTo(target[message.Bytes.Length..]);
        view.StoreRelease(ControlArea.RequestMessage, (long)length);
        view.StoreRelease(ControlArea.RequestNumber, ++_number);
    }

    private MessageReader Await(AnswerState state, TimeSpan limit)
    {
        Watch.Arm(limit);
        using SegmentView view = Area.Map();
        int spins = 0;
        while (true)
        {
            ulong answer = view.LoadAcquire<ulong>(ControlArea.AnswerNumber);
            if (answer / 4 == _number && answer % 4 >= (ulong)state)
            {
                long length = Math.Clamp(view.LoadAcquire<long>(ControlArea.AnswerMessage), 0, ControlArea.MessageLimit);
                byte[] message = view.ReadOnlyBytes(ControlArea.AnswerMessage + sizeof(long), (int)length).ToArray();
                var reader = new MessageReader(message);
                return answer % 4 == (ulong)AnswerState.Failed
                    ? throw new ToolException($"The peer reports: {reader.ReadString()}")
                    : reader;
            }

            if (++spins == PeerWatch.Spins)
            {
                spins = 0;
                Watch.Check();
            }
        }
    }
}
