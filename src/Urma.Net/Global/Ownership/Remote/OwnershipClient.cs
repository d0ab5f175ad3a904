using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Internal;
using Urma.Net.Messaging;

namespace Urma.Net.Global;

/// <summary>
/// A member of an ownership domain whose memory cannot be mapped: asks the creator by messages, and has the bytes of what it uses in memory of
/// its own, read when the first scope over them begins and written back when a writing one ends.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class OwnershipClient : IDisposable
{
    private static readonly TimeSpan LeaveBound = TimeSpan.FromSeconds(2);

    private readonly UrmaContext _context;
    private readonly MessageChannel _channel;
    private readonly TimeSpan _timeout;
    private readonly Lock _sending = new();
    private readonly Lock _bytes = new();
    private readonly ConcurrentDictionary<int, Waiting> _waiting = new();
    private readonly Segment _shadow;
    private readonly ISegmentLease _shadowLease;
    private readonly TargetSegment _data;
    private readonly int[] _uses;
    private int _lastId;
    private int _disposed;
    private int _lost;
    private volatile bool _hasLostStores;

    /// <exception cref="UrmaException">The creator cannot be reached, or refuses.</exception>
    public unsafe OwnershipClient(UrmaContext context, ReadOnlySpan<byte> address, Token token, TimeSpan timeout)
    {
        _context = context;
        _timeout = timeout;
        _channel = MessageChannel.Connect(
            context, ListenerAddress.Read(address, "the invitation"), "the ownership domain", timeout, new MessageChannelOptions { Slots = 64, SlotSize = 1024 }, default);
        try
        {
            _ = Task.Run(ReceiveAsync);
            byte[] payload = new byte[(2 * sizeof(int)) + Presence.Size];
            MemoryMarshal.Write(payload, token.Value);
            MemoryMarshal.Write(payload.AsSpan(sizeof(uint)), Environment.ProcessId);
            context.Services.Presence.WriteTo(payload.AsSpan(2 * sizeof(int)));
            OwnershipCall joined = Call(new OwnershipCall { Verb = OwnershipVerb.Join, Wanted = OwnershipCall.Version }, payload, timeout, default, out byte[] where);
            GranuleSize = joined.Value;
            Capacity = MemoryMarshal.Read<long>(where);
            Name = Encoding.UTF8.GetString(where.AsSpan(sizeof(long) + SegmentDescriptor.Size + sizeof(uint)));
            var data = SegmentDescriptor.Read(where.AsSpan(sizeof(long)));
            _data = context.ImportSegment(data, new Token(MemoryMarshal.Read<uint>(where.AsSpan(sizeof(long) + SegmentDescriptor.Size))));
            if (GranuleSize < 1 || Capacity < GranuleSize || _data.Length != Capacity)
            {
                throw new UrmaException(UrmaStatus.InvalidArgument, "The creator of the ownership domain tells impossible sizes: it is broken.");
            }

            _uses = new int[Capacity / GranuleSize];
            _shadow = context.AllocateSegment(Capacity, new SegmentOptions { Access = SegmentAccess.LocalOnly });
            _shadowLease = _shadow.Lease(out byte* start);
            Data = start;
        }
        catch
        {
            _shadow?.Dispose();
            _data?.Dispose();
            _channel.Dispose();
            throw;
        }
    }

    // Scopes hold the domain, and it holds this: nobody uses the bytes any more.
    ~OwnershipClient() => _shadowLease?.Release();

    public string Name { get; }

    public long GranuleSize { get; }

    public long Capacity { get; }

    /// <summary>This member's bytes of the regions.</summary>
    public unsafe byte* Data { get; }

    /// <summary>Whether the creator is gone, or has cast this member out.</summary>
    public bool IsLost => Volatile.Read(ref _lost) != 0 || _channel.Fault is not null;

    /// <summary>Asks the creator, and waits for the answer.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="payload">What belongs to it.</param>
    /// <param name="timeout">How long the creator may wait.</param>
    /// <param name="cancellationToken">Ends its wait.</param>
    /// <param name="answer">What belongs to the answer.</param>
    /// <exception cref="UrmaException">It refuses, or is gone.</exception>
    public OwnershipCall Call(OwnershipCall call, ReadOnlySpan<byte> payload, TimeSpan timeout, CancellationToken cancellationToken, out byte[] answer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var waiting = new Waiting();
        call.Id = NextId();
        _waiting[call.Id] = waiting;
        try
        {
            Send(call, payload);
            int id = call.Id;
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
                c => ((OwnershipClient)c!).TrySend(new OwnershipCall { Verb = OwnershipVerb.Cancel, Value = id }), this);
            TimeSpan bound = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout + _context.Options.ControlTimeout;
            if (IsLost || !waiting.Done.Wait(bound, CancellationToken.None))
            {
                Lose();
            }
        }
        finally
        {
            _waiting.TryRemove(call.Id, out _);
        }

        if (!waiting.Done.IsSet || waiting.Answer is not { } message || !OwnershipCall.TryRead(message, out OwnershipCall result))
        {
            throw Lost();
        }

        answer = message[OwnershipCall.Size..];
        return result.Fault == 0 ? result : throw OwnershipFault.Read(result.Fault, answer, cancellationToken);
    }

    /// <summary>Begins to use granules; their bytes are here when it returns.</summary>
    public void Open(int first, int end, Ownership wanted, bool acquire, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var call = new OwnershipCall
        {
            Verb = acquire ? OwnershipVerb.Acquire : OwnershipVerb.Open,
            First = first,
            End = end,
            Wanted = (int)wanted,
            Value = Milliseconds(timeout ?? _timeout),
        };
        _ = Call(call, [], timeout ?? _timeout, cancellationToken, out _);
        GlobalMemoryStatus status = GlobalMemoryStatus.Success;
        lock (_bytes)
        {
            // What another scope of this process uses is here already, and may have been stored to.
            for (int g = first; g < end && status == GlobalMemoryStatus.Success;)
            {
                int run = g;
                while (run < end && _uses[run] == 0)
                {
                    run++;
                }

                status = run == g ? status : Copy(g, run, isWrite: false);
                g = Math.Max(run, g + 1);
            }

            for (int g = first; g < end && status == GlobalMemoryStatus.Success; g++)
            {
                _uses[g]++;
            }
        }

        if (status != GlobalMemoryStatus.Success)
        {
            Lose();
            throw Lost();
        }
    }

    /// <summary>Ends the use of granules, after what was stored is at the creator's.</summary>
    public void Close(int first, int end, bool isWritable)
    {
        lock (_bytes)
        {
            if (isWritable && (IsLost || Copy(first, end, isWrite: true) != GlobalMemoryStatus.Success))
            {
                _hasLostStores = true;
                Lose();
            }

            for (int g = first; g < end; g++)
            {
                _uses[g]--;
            }
        }

        TrySend(new OwnershipCall { Verb = OwnershipVerb.Close, First = first, End = end });
    }

    /// <summary>A time for a message.</summary>
    public static long Milliseconds(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? int.MaxValue : (long)Math.Min(Math.Ceiling(time.TotalMilliseconds), int.MaxValue);

    /// <summary>The domain is gone.</summary>
    public UrmaException Lost() => new(
        UrmaStatus.Failed, $"The ownership domain '{Name ?? "that was asked for"}' is gone: the process that created it died, left it, or does not answer. "
            + (_hasLostStores ? "What was stored in scopes that ended since is lost. " : string.Empty) + "Create it again and join it.");

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            if (!IsLost)
            {
                _ = Call(new OwnershipCall { Verb = OwnershipVerb.Leave }, [], LeaveBound, default, out _);
            }
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            Trace.TraceInformation($"Leaving '{Name}': {error.Message}");
        }

        End();
        _data.Dispose();
        _shadow.Dispose();
    }

    private GlobalMemoryStatus Copy(int first, int end, bool isWrite)
    {
        long offset = first * GranuleSize;
        GlobalAddress here = _shadow.GlobalAddress + offset;
        GlobalAddress there = _data.GlobalAddress + offset;
        try
        {
            return _context.Global.TryXcopy(isWrite ? there : here, isWrite ? here : there, (end - first) * GranuleSize);
        }
        catch (ObjectDisposedException)
        {
            return GlobalMemoryStatus.NotAttempted;
        }
    }

    private int NextId()
    {
        int id = Interlocked.Increment(ref _lastId) & int.MaxValue;
        return id == 0 ? NextId() : id;
    }

    private void Send(in OwnershipCall call, ReadOnlySpan<byte> payload)
    {
        if (!TrySend(call, payload))
        {
            throw Lost();
        }
    }

    private bool TrySend(in OwnershipCall call, ReadOnlySpan<byte> payload = default)
    {
        byte[] message = call.With(payload);
        long deadline = TimeLimit.After(_context.Options.ControlTimeout);
        try
        {
            lock (_sending)
            {
                while (!IsLost)
                {
                    if (_channel.TrySend(message))
                    {
                        return true;
                    }

                    if (TimeLimit.HasPassed(deadline))
                    {
                        Lose();
                    }

                    Thread.Sleep(1);
                }
            }
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException or InvalidOperationException)
        {
            Trace.TraceInformation($"The ownership domain '{Name}' could not be asked: {error.Message}");
            Lose();
        }

        return false;
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                using MessageLease message = await _channel.ReceiveAsync().ConfigureAwait(false);
                if (message.IsEnd)
                {
                    break;
                }

                if (OwnershipCall.TryRead(message.Span, out OwnershipCall call) && _waiting.TryRemove(call.Id, out Waiting? waiting))
                {
                    waiting.Answer = message.Span.ToArray();
                    waiting.Set();
                }
            }
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException or InvalidOperationException)
        {
            Trace.TraceInformation($"The creator of '{Name}' is gone: {error.Message}");
        }

        Lose();
    }

    // The creator's side has to hear of it, too: otherwise it would keep for this member what nobody can use.
    private void Lose()
    {
        if (Interlocked.Exchange(ref _lost, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static client => client.End(), this, preferLocal: false);
        }
    }

    private void End()
    {
        Volatile.Write(ref _lost, 1);
        lock (_sending)
        {
            _channel.Dispose();
        }

        EndWaits();
    }

    private void EndWaits()
    {
        foreach ((int id, Waiting _) in _waiting)
        {
            if (_waiting.TryRemove(id, out Waiting? waiting))
            {
                waiting.Set();
            }
        }
    }

    /// <summary>A call whose answer is waited for.</summary>
    private sealed class Waiting : IDisposable
    {
        private readonly Lock _lock = new();
        private bool _disposed;

        public ManualResetEventSlim Done { get; } = new();

        public byte[]? Answer { get; set; }

        public void Set()
        {
            lock (_lock)
            {
                if (!_disposed)
                {
                    Done.Set();
                }
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _disposed = true;
            }

            Done.Dispose();
        }
    }
}
