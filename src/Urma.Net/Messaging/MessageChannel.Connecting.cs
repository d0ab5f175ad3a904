using System.Diagnostics;
using Urma.Net.Async;
using Urma.Net.Messaging;

namespace Urma.Net;

// Connecting.
//
//   listener  publishes {queue, token} under its name and posts receives for requests
//   client    makes its end, looks the name up, imports the listener's queue, sends its hello {nonce, jetty, token, slots, size}
//   listener  makes an end of its own, imports the client's jetty, answers Accept {same nonce, own jetty, token, slots, size}
//             into the client's new end; from here it may send
//   client    imports that jetty; from here it may send
//
// The client waits with a bound. A client that gave up has closed its end: the listener's answer fails and its end is discarded.

public sealed partial class MessageChannel
{
    private static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Offers connections under a name on the fabric.</summary>
    /// <param name="context">The context whose peers may connect.</param>
    /// <param name="name">1 to 64 letters, digits, '.', '-', '_'.</param>
    /// <param name="options">How the ends on this side are made; defaults when null.</param>
    /// <exception cref="UrmaException">The name is taken, or the provider has no names.</exception>
    public static MessageListener Listen(UrmaContext context, string name, MessageChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(name);
        options ??= new MessageChannelOptions();
        options.Validate();
        return new MessageListener(context, name, options);
    }

    /// <summary>Connects to a listener, waiting until there is one of that name and it accepts.</summary>
    /// <param name="context">The context to connect from.</param>
    /// <param name="name">The name given to <see cref="Listen"/>.</param>
    /// <param name="timeout">The longest wait; ten seconds when null.</param>
    /// <param name="options">How the end on this side is made; defaults when null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UrmaException">There is no such listener, or it does not accept in time; the message says which.</exception>
    public static Task<MessageChannel> ConnectAsync(
        UrmaContext context,
        string name,
        TimeSpan? timeout = null,
        MessageChannelOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(name);
        options ??= new MessageChannelOptions();
        options.Validate();
        TimeSpan limit = timeout ?? DefaultConnectTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero, nameof(timeout));

        // Control calls block: a thread of its own keeps the pool free for those who answer.
        return Task.Factory.StartNew(
            () =>
            {
                long start = Stopwatch.GetTimestamp();
                ListenerAddress address = ListenerAddress.Read(context.Lookup(name, limit, cancellationToken), name);
                return Connect(context, address, name, limit - Stopwatch.GetElapsedTime(start), options, cancellationToken);
            },
            cancellationToken,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);
    }

    internal ChannelHello CreateHello(ulong nonce) => new(
        nonce, _jetty.Descriptor, _jetty.Token, _options.Slots, _options.SlotSize, Context.Options.Label ?? string.Empty, _options.PropagateTraceContext);

    /// <summary>Connects to a listener whose address is known; blocks.</summary>
    internal static MessageChannel Connect(
        UrmaContext context, ListenerAddress address, string name, TimeSpan timeout, MessageChannelOptions options, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        var channel = new MessageChannel(context, options);
        try
        {
            using TargetJetty listener = context.ImportJetty(address.Queue, address.Token);
            ulong nonce = Internal.Entropy.Next();
            channel.SendRequest(listener, nonce, name, timeout - Stopwatch.GetElapsedTime(start), cancellationToken);
            ChannelHello answer = channel.WaitForAnswer(listener, name, timeout - Stopwatch.GetElapsedTime(start), cancellationToken);
            if (answer.Nonce != nonce || answer.Jetty.Eid != address.Queue.Eid || answer.Jetty.Uasid != address.Queue.Uasid)
            {
                throw new UrmaException(UrmaStatus.Failed, $"The answer to the connection to '{name}' belongs to another request.");
            }

            TargetJetty target = context.ImportJetty(answer.Jetty, answer.Token);
            channel.Attach(target, in answer, answer.Describe());
            return channel;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>The listener's part: an end for a client, told of in the client's own.</summary>
    internal static MessageChannel Answer(UrmaContext context, in ChannelHello request, MessageChannelOptions options)
    {
        var channel = new MessageChannel(context, options);
        try
        {
            TargetJetty target = context.ImportJetty(request.Jetty, request.Token);
            channel.Attach(target, in request, request.Describe());
            Span<byte> hello = stackalloc byte[ChannelHello.Size];
            channel.CreateHello(request.Nonce).WriteTo(hello);
            if (!channel.TryPostControl(new ChannelMessage(ChannelMessageKind.Accept, 0), hello) || channel.PollForFault() is not null)
            {
                throw channel.FaultException();
            }

            return channel;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Why the peer cannot be reached, after a look at what became of the messages to it.</summary>
    internal string? PollForFault()
    {
        Watch();
        return _fault ?? _target?.Fault;
    }

    private unsafe void SendRequest(TargetJetty listener, ulong nonce, string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        byte* hello = stackalloc byte[ChannelHello.Size];
        CreateHello(nonce).WriteTo(new Span<byte>(hello, ChannelHello.Size));
        WorkRequest request = WorkRequest.SendInline(listener, hello, ChannelHello.Size, PostContext);
        _control.Bind(listener);
        UrmaStatus status = _control.Post(in request);
        if (status != UrmaStatus.Success)
        {
            throw new UrmaException(status, $"The request to connect to '{name}' could not be sent: {status}.");
        }

        // It completes when the listener has room for it, which many other clients may want, too.
        if (!WaitFor(() => _postEnded != 0, timeout, cancellationToken))
        {
            throw NotAccepted(name);
        }

        if (!_postCompletion.IsSuccess)
        {
            throw new UrmaException(
                _postCompletion.Status, $"The listener '{name}' cannot be reached: {listener.Fault ?? _postCompletion.Status.ToString()}.");
        }

        _postEnded = 0;
    }

    private ChannelHello WaitForAnswer(TargetJetty listener, string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!WaitFor(() => _hello is not null || listener.Fault is not null || _fault is not null, timeout, cancellationToken))
        {
            throw NotAccepted(name);
        }

        return _hello is { } answer ? answer.Value : throw new UrmaException(
            CompletionStatus.AckTimeout, $"The listener '{name}' was lost while connecting: {listener.Fault ?? _fault}");
    }

    private static UrmaException NotAccepted(string name) => new(
        UrmaStatus.TimedOut, $"The listener '{name}' exists but did not accept the connection in time: is it calling AcceptAsync?");

    private bool WaitFor(Func<bool> condition, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var slices = new WaitSlices(timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WaitSlice(slices.Next, cancellationToken);
            if (condition())
            {
                return true;
            }

            if (!slices.HasMore)
            {
                return false;
            }
        }
    }
}
