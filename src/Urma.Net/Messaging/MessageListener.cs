using Urma.Net.Async;
using Urma.Net.Internal;
using Urma.Net.Messaging;

namespace Urma.Net;

/// <summary>Accepts message channels under a published name. Made by <see cref="MessageChannel.Listen"/>.</summary>
/// <remarks>One thread accepts at a time. Clients that nobody accepts wait, and give up after their own timeout.</remarks>
public sealed class MessageListener : IDisposable, IPumpTarget
{
    // Requests that may lie here unanswered; more clients than this are held back by their own send queues.
    private const int Backlog = 64;
    private const int RequestSize = 256;

    private readonly UrmaContext _context;
    private readonly MessageChannelOptions _options;
    private readonly CompletionPump _pump;
    private readonly Segment _memory;
    private readonly Jfc _jfc;
    private readonly Jfr _queue;
    private readonly IDisposable? _published;
    private readonly Lock _lock = new();
    private TaskCompletionSource? _ready;
    private bool _disposed;

    internal MessageListener(UrmaContext context, string? name, MessageChannelOptions options)
    {
        _context = context;
        _options = options;
        Name = name ?? string.Empty;
        _pump = context.Services.Rent();
        try
        {
            _memory = context.AllocateSegment((long)Backlog * RequestSize);
            _jfc = context.CreateJfc(new JfcOptions { Depth = Backlog, Jfce = _pump.Jfce });
            _jfc.PumpTarget = this;
            _queue = context.CreateJfr(new JfrOptions { ReceiveJfc = _jfc, Depth = Backlog });
            for (int i = 0; i < Backlog; i++)
            {
                PostReceive(i);
            }

            _published = name is null ? null : context.Publish(name, Address.ToArray());
            context.Services.Add(this);
        }
        catch
        {
            _published?.Dispose();
            _queue?.Dispose();
            _jfc?.Dispose();
            _memory?.Dispose();
            context.Services.Return(_pump);
            throw;
        }
    }

    /// <summary>Where to connect, for those who do not look the name up.</summary>
    internal ListenerAddress Address => new(_queue.Descriptor, _queue.Token);

    /// <summary>The published name; empty where there is none.</summary>
    public string Name { get; }

    /// <summary>Accepts the next client. Those that died or gave up meanwhile are passed over.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ObjectDisposedException">The listener is closed.</exception>
    /// <exception cref="UrmaException">This side cannot make its end: memory or another resource ran out.</exception>
    public async Task<MessageChannel> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TakeRequest(out ChannelHello request, out Task? ready))
            {
                // Control calls block: not on the caller's thread.
                MessageChannel? channel = await Task.Run(() => TryAnswer(request), cancellationToken).ConfigureAwait(false);
                if (channel is not null)
                {
                    return channel;
                }
            }
            else
            {
                await ready.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Withdraws the name. Accepted channels go on. Idempotent.</summary>
    public void Dispose()
    {
        TaskCompletionSource? ready;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            ready = _ready;
            _jfc.PumpTarget = null;
            _published?.Dispose();
            _queue.Dispose();
            _jfc.Dispose();
            _memory.Dispose();
        }

        _context.Services.Remove(this);
        _context.Services.Return(_pump);
        ready?.TrySetResult();
    }

    bool IPumpTarget.OnReady()
    {
        TaskCompletionSource? ready;
        lock (_lock)
        {
            ready = _ready;
            _ready = null;
        }

        ready?.TrySetResult();
        return true;
    }

    private bool TakeRequest(out ChannelHello request, out Task ready)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (TryTake(out request))
            {
                ready = Task.CompletedTask;
                return true;
            }

            _ready ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ready = _ready.Task;
            _pump.Start();
            _jfc.Rearm();
            return TryTake(out request);
        }
    }

    private bool TryTake(out ChannelHello request)
    {
        Span<Completion> completion = stackalloc Completion[1];
        while (_jfc.Poll(completion) != 0)
        {
            int slot = (int)completion[0].UserContext;
            bool isRequest = completion[0].IsSuccess
                & ChannelHello.TryRead(_memory.AsSpan((long)slot * RequestSize, (int)completion[0].ByteCount), out request);
            PostReceive(slot);
            if (isRequest)
            {
                return true;
            }
        }

        request = default;
        return false;
    }

    private MessageChannel? TryAnswer(ChannelHello request)
    {
        try
        {
            return MessageChannel.Answer(_context, in request, _options);
        }
        catch (UrmaException error) when (error.CompletionStatus != CompletionStatus.Success || IsGone(in request))
        {
            return null;
        }
    }

    // Tells a client that left from a shortage on this side.
    private bool IsGone(in ChannelHello request)
    {
        try
        {
            using TargetJetty client = _context.ImportJetty(request.Jetty, request.Token);
            return client.Fault is not null;
        }
        catch (UrmaException)
        {
            return true;
        }
    }

    private void PostReceive(int slot)
    {
        UrmaStatus status = _queue.Post(new ReceiveRequest(_memory.Range((long)slot * RequestSize, RequestSize), (ulong)slot));
        if (status != UrmaStatus.Success)
        {
            throw new UrmaException(status, $"A receive of the listener '{Name}' could not be posted: {status}.");
        }
    }
}
